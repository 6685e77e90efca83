"""What Alibaba Cloud takes as an SMS and what it refuses: templates, numbers and limits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from notifications.catalogue import CATALOGUE
from notifications.sandbox.credentials import SIGN_NAME
from notifications.sandbox.store import Store, instant

MAX_NUMBERS = 1_000
_NUMBER = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_MAX_TEXT, _MAX_VARIABLE = 500, 35

# The templates that the account has filed: the provider's copy of the texts.
FILED: Mapping[str, str] = MappingProxyType({entry.sms_code: entry.text for entry in CATALOGUE.values()})


class Refused(Exception):
    """A business refusal: HTTP 200 with this code."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code, self.text = code, text or code


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in `window` to one number, for one sign and template where `per_template`."""

    window: timedelta
    count: int
    text: str


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_CODE_LIMITS = (Limit(_MINUTE, 1, "分钟级"), Limit(_HOUR, 5, "小时级"), Limit(_DAY, 10, "天级"))
_NOTICE_LIMITS = (Limit(_DAY, 50, "天级"),)


def check_number(number: str) -> str:
    """The number as it is stored, without the country code."""
    if not _NUMBER.fullmatch(number):
        raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
    return number[-11:]


def render(sign_name: str, template_code: str, param_json: str) -> tuple[str, dict[str, str]]:
    """The text as the phone shows it, and its params; raises Refused."""
    if sign_name != SIGN_NAME:
        raise Refused("isv.SMS_SIGNATURE_ILLEGAL")
    if template_code not in FILED:
        raise Refused("isv.SMS_TEMPLATE_ILLEGAL")
    text, params = filled(FILED[template_code], param_json)
    return f"【{sign_name}】{text}", params


def filled(template: str, param_json: str) -> tuple[str, dict[str, str]]:
    """The template with its variables filled in, and these; raises Refused."""
    params = _params(param_json)
    if missing := set(_VARIABLE.findall(template)) - params.keys():
        raise Refused("isv.TEMPLATE_MISSING_PARAMETERS", ",".join(sorted(missing)))
    text = _VARIABLE.sub(lambda variable: params[variable[1]], template)
    if len(text) > _MAX_TEXT:
        raise Refused("isv.PARAM_LENGTH_LIMIT")
    return text, params


def _params(param_json: str) -> dict[str, str]:
    try:
        params = json.loads(param_json or "{}")
    except ValueError:
        raise Refused("isv.INVALID_JSON_PARAM") from None
    if not isinstance(params, dict) or not all(isinstance(value, str) for value in params.values()):
        raise Refused("isv.INVALID_JSON_PARAM")
    for value in params.values():
        if "://" in value or "【" in value or "】" in value:
            raise Refused("isv.PARAM_NOT_SUPPORT_URL")
        if len(value) > _MAX_VARIABLE:
            raise Refused("isv.PARAM_LENGTH_LIMIT")
    return params


def check_limits(store: Store, number: str, template_code: str) -> None:
    """Verification codes 1 a minute, 5 an hour, 10 a day; notices 50 a day; raises Refused."""
    if not store.setting("limits_enforced", True):
        return
    limits = _CODE_LIMITS if "验证码" in FILED[template_code] else _NOTICE_LIMITS
    for limit in limits:
        since = instant(datetime.now(UTC) - limit.window)
        counted = store.rows(
            "SELECT count(*) AS n FROM message WHERE recipient = ? AND template = ? AND accepted_at > ?",
            number,
            template_code,
            since,
        )[0]["n"]
        if counted >= limit.count:
            raise Refused("isv.BUSINESS_LIMIT_CONTROL", f"触发{limit.text}流控Permits:{limit.count}")
