"""Telephone calls that read a text out, through Alibaba Cloud (Dyvmsapi 2017-05-25, SingleCallByTts).

The service's own SDK is not installed: the core that the SMS SDK stands on signs and sends the same kind of request.
Source: help.aliyun.com, "SingleCallByTts". The same number is called at most once a minute, five times an hour.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from notifications.catalogue import checked_template
from notifications.channels.alibaba import asked, client_config, rejected
from notifications.contracts import (
    Accepted,
    LookUpResult,
    Message,
    MessageInvalid,
    Recipient,
    Rejected,
    SendResult,
    Unanswered,
    Unknown,
)
from notifications.settings import VoiceSettings

OUT_ID_BYTES = 15
_SINGLE_CALL = Params(
    action="SingleCallByTts",
    version="2017-05-25",
    protocol="HTTPS",
    pathname="/",
    method="POST",
    auth_type="AK",
    style="RPC",
    req_body_type="formData",
    body_type="json",
)


class VoiceChannel:
    """Calls `Recipient.phone`. A call is looked up by the provider's id alone, which an unanswered one never gave."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        self._client = Client(client_config(settings))

    def send(self, message: Message) -> SendResult:
        try:
            query = self._query(message)
        except MessageInvalid as invalid:
            return Rejected(code=invalid.code, permanent=True)
        answer = asked(lambda: self._call(query))
        if isinstance(answer, Rejected | Unknown):
            return answer
        if answer.get("Code") == "OK":
            return Accepted(str(answer.get("CallId", "")))
        return rejected(str(answer.get("Code")), str(answer.get("Message", "")))

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        return Unanswered("unsupported")

    def _query(self, message: Message) -> dict[str, str]:
        template = checked_template(message)
        if template.tts_code is None:
            raise MessageInvalid("no_voice_template")
        if message.to.phone is None:
            raise MessageInvalid("no_phone")
        query = {
            "CalledNumber": message.to.phone,
            "TtsCode": self._settings.tts_codes.get(message.template, template.tts_code),
            "TtsParam": json.dumps(dict(message.params), ensure_ascii=False),
            "PlayTimes": "2",
            "OutId": message.out_id[-OUT_ID_BYTES:],
        }
        return query | ({"CalledShowNumber": self._settings.show_number} if self._settings.show_number else {})

    def _call(self, query: Mapping[str, str]) -> dict[str, Any]:
        request = OpenApiRequest(query=dict(query))
        body: dict[str, Any] = self._client.call_api(_SINGLE_CALL, request, RuntimeOptions())["body"]
        return body
