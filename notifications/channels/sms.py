"""SMS through Alibaba Cloud (Dysmsapi 2017-05-25), its SDK's own retries left off."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest

from notifications.catalogue import checked_template
from notifications.channels.alibaba import asked, client_config, rejected
from notifications.contracts import (
    Accepted,
    Delivered,
    Failed,
    LookUpResult,
    Message,
    MessageInvalid,
    NotFound,
    Recipient,
    Rejected,
    SendResult,
    Unanswered,
    Unknown,
    Waiting,
)
from notifications.settings import SmsSettings

PROVIDER_TIME_ZONE = ZoneInfo("Asia/Shanghai")
_PAGE_SIZE = 50  # the most that QuerySendDetails gives

_DELIVERED, _FAILED = 3, 2


class SmsChannel:
    """Sends to `Recipient.phone`; looks a message up by phone, day and our own id."""

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._client = Client(client_config(settings))

    def send(self, message: Message) -> SendResult:
        try:
            request = self._send_request(message)
        except MessageInvalid as invalid:
            return Rejected(code=invalid.code, permanent=True)
        answer = asked(lambda: self._client.send_sms(request).body)
        if isinstance(answer, Rejected | Unknown):
            return answer
        if answer.code == "OK":
            return Accepted(str(answer.biz_id))
        return rejected(str(answer.code), str(answer.message))

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        """Also looks at the day after: a message of 23:59 may have been taken after midnight."""
        for day in (sent_on, sent_on + timedelta(days=1)):
            if day > datetime.now(PROVIDER_TIME_ZONE).date():
                break
            for page in self._detail_pages(to.phone, day):
                if isinstance(page, Unanswered):
                    return page
                found = next((detail for detail in page if detail.out_id == out_id), None)
                if found is not None:
                    return _fate(found)
        return NotFound()

    def _send_request(self, message: Message) -> SendSmsRequest:
        template = checked_template(message)
        if message.to.phone is None:
            raise MessageInvalid("no_phone")
        return SendSmsRequest(
            phone_numbers=message.to.phone,
            sign_name=self._settings.sign_name,
            template_code=self._settings.template_codes.get(message.template, template.sms_code),
            template_param=json.dumps(dict(message.params), ensure_ascii=False),
            out_id=message.out_id,
        )

    def _detail_pages(self, phone: str | None, day: date) -> Iterator[list[Any] | Unanswered]:
        for number in range(1, 1_000):
            request = QuerySendDetailsRequest(
                phone_number=phone, send_date=f"{day:%Y%m%d}", page_size=_PAGE_SIZE, current_page=number
            )
            page = _details(self._asked_details(request))
            yield page
            if isinstance(page, Unanswered) or len(page) < _PAGE_SIZE:
                return

    def _asked_details(self, request: QuerySendDetailsRequest) -> Any | Rejected | Unknown:
        return asked(lambda: self._client.query_send_details(request).body)


def _details(body: Any | Rejected | Unknown) -> list[Any] | Unanswered:
    if isinstance(body, Rejected):
        return Unanswered(body.code)
    if isinstance(body, Unknown):
        return Unanswered(body.reason)
    if body.code != "OK":
        return Unanswered(str(body.code))
    found = body.sms_send_detail_dtos
    return list(found.sms_send_detail_dto or ()) if found is not None else []


def _fate(detail: Any) -> LookUpResult:
    if detail.send_status == _DELIVERED:
        return Delivered(None)
    if detail.send_status == _FAILED:
        return Failed(str(detail.err_code))
    return Waiting(None)
