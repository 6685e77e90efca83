"""SMS through Alibaba Cloud (Dysmsapi 2017-05-25), its SDK's own retries left off."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config
from Tea.exceptions import TeaException

from notifications.catalogue import checked_template
from notifications.channels.transport import outcome_of_failure
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

# Refusals that pass by themselves or that an operator can lift, with the wait in seconds.
# Every other one is for good.
_PASSING_REFUSALS: Mapping[str, int] = MappingProxyType(
    {
        "isp.SYSTEM_ERROR": 5,
        "ServiceUnavailable": 5,
        "Throttling": 1,
        "isv.BUSINESS_LIMIT_CONTROL": 60,
        "isv.OUT_OF_SERVICE": 300,
        "isv.AMOUNT_NOT_ENOUGH": 300,
        "isv.ACCOUNT_ABNORMAL": 300,
        "isv.PRODUCT_UN_SUBSCRIPT": 300,
        "isp.RAM_PERMISSION_DENY": 300,
        "SignatureDoesNotMatch": 300,
        "InvalidAccessKeyId": 300,
        "InvalidTimeStamp": 300,
    }
)
# The limits tell their window only in their text: 触发分钟级流控Permits:1, 触发小时级…, 触发天级…
_LIMIT_WINDOWS = MappingProxyType({"天级": 86_400, "小时级": 3_600})

_DELIVERED, _FAILED = 3, 2


class SmsChannel:
    """Sends to `Recipient.phone`; looks a message up by phone, day and our own id."""

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._client = Client(_client_config(settings))

    def send(self, message: Message) -> SendResult:
        try:
            request = self._send_request(message)
        except MessageInvalid as invalid:
            return Rejected(code=invalid.code, permanent=True)
        answer = _call(self._client.send_sms, request)
        if isinstance(answer, Rejected | Unknown):
            return answer
        if answer.code == "OK":
            return Accepted(str(answer.biz_id))
        return _rejected(str(answer.code), str(answer.message))

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
            page = _details(_call(self._client.query_send_details, request))
            yield page
            if isinstance(page, Unanswered) or len(page) < _PAGE_SIZE:
                return


def _client_config(settings: SmsSettings) -> Config:
    endpoint = urlsplit(settings.endpoint_url)
    return Config(
        access_key_id=settings.access_key_id,
        access_key_secret=settings.access_key_secret,
        endpoint=endpoint.netloc,
        protocol=endpoint.scheme,
        connect_timeout=int(settings.connect_timeout_seconds * 1000),
        read_timeout=int(settings.read_timeout_seconds * 1000),
    )


def _call(operation: Callable[[Any], Any], request: Any) -> Any | Rejected | Unknown:
    """The answer's body, or what its absence means for the message."""
    try:
        return operation(request).body
    except AlibabaCloudException as error:
        return _gateway_refusal(error)
    except TeaException as error:
        return outcome_of_failure(error)


def _gateway_refusal(error: AlibabaCloudException) -> Rejected | Unknown:
    code = str(error.code)
    if error.status_code >= 500 and code != "ServiceUnavailable":
        return Unknown(f"http_{error.status_code}")
    refusal = _rejected(code, "")
    if error.retry_after is None:
        return refusal
    # the SDK hands on `x-acs-retry-after`, milliseconds
    return Rejected(code=code, permanent=False, retry_after_seconds=math.ceil(error.retry_after / 1000))


def _rejected(code: str, provider_text: str) -> Rejected:
    """The provider's text is read for a limit's window and then dropped: it may repeat the number."""
    wait = _PASSING_REFUSALS.get(code, _PASSING_REFUSALS.get(code.split(".")[0]))
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        wait = next((seconds for mark, seconds in _LIMIT_WINDOWS.items() if mark in provider_text), wait)
    return Rejected(code=code, permanent=wait is None, retry_after_seconds=wait)


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
