"""The Alibaba Cloud voice stand-in: SingleCallByTts, on the same address as the SMS stand-in."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from notifications.catalogue import CATALOGUE
from notifications.sandbox.sms_rules import Refused, check_number, filled
from notifications.sandbox.store import AcceptedMessage, Store, instant

FILED: Mapping[str, str] = MappingProxyType({one.tts_code: one.text for one in CATALOGUE.values() if one.tts_code})
_OUT_ID = re.compile(r"[\x21-\x7e]{0,15}")
_LIMITS = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 20))
"""Calls to one number."""


def single_call_by_tts(store: Store, query: Mapping[str, str]) -> dict[str, Any]:
    number, code = check_number(query.get("CalledNumber", "")), query.get("TtsCode", "")
    if code not in FILED:
        raise Refused("isv.TTS_TEMPLATE_ILLEGAL")
    if not _OUT_ID.fullmatch(query.get("OutId", "")) or query.get("PlayTimes", "1") not in ("1", "2", "3"):
        raise Refused("isv.INVALID_PARAMETERS")
    text, params = filled(FILED[code], query.get("TtsParam", ""))
    _check_limits(store, number)
    call_id = f"{secrets.randbelow(10**12):012d}^{secrets.randbelow(10**12):012d}"
    store.accept(
        AcceptedMessage(
            channel="voice",
            provider_id=call_id,
            out_id=query.get("OutId", ""),
            recipient=number,
            sender=query.get("CalledShowNumber", ""),
            template=code,
            params=params,
            text=text,
            accepted_at=instant(),
        )
    )
    return {"CallId": call_id}


def _check_limits(store: Store, number: str) -> None:
    if not store.setting("limits_enforced", True):
        return
    for window, most in _LIMITS:
        [counted] = store.rows(
            "SELECT count(*) AS n FROM message WHERE channel = 'voice' AND recipient = ? AND accepted_at > ?",
            number,
            instant(datetime.now(UTC) - window),
        )
        if counted["n"] >= most:
            raise Refused("isv.BUSINESS_LIMIT_CONTROL", f"触发流控Permits:{most}")
