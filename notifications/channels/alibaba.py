"""What Alibaba Cloud's services have in common: an account, a signed call, and what a refusal means."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config
from Tea.exceptions import TeaException

from notifications.channels.transport import outcome_of_failure
from notifications.contracts import Rejected, Unknown
from notifications.settings import SmsSettings, VoiceSettings

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


def client_config(settings: SmsSettings | VoiceSettings) -> Config:
    endpoint = urlsplit(settings.endpoint_url)
    return Config(
        access_key_id=settings.access_key_id,
        access_key_secret=settings.access_key_secret,
        endpoint=endpoint.netloc,
        protocol=endpoint.scheme,
        connect_timeout=int(settings.connect_timeout_seconds * 1000),
        read_timeout=int(settings.read_timeout_seconds * 1000),
    )


def asked(call: Callable[[], Any]) -> Any | Rejected | Unknown:
    """The call's answer, or what its absence means for the message."""
    try:
        return call()
    except AlibabaCloudException as error:
        return _gateway_refusal(error)
    except TeaException as error:
        return outcome_of_failure(error)


def _gateway_refusal(error: AlibabaCloudException) -> Rejected | Unknown:
    code = str(error.code)
    if error.status_code >= 500 and code != "ServiceUnavailable":
        return Unknown(f"http_{error.status_code}")
    refusal = rejected(code, "")
    if error.retry_after is None:
        return refusal
    # the SDK hands on `x-acs-retry-after`, milliseconds
    return Rejected(code=code, permanent=False, retry_after_seconds=math.ceil(error.retry_after / 1000))


def rejected(code: str, provider_text: str) -> Rejected:
    """The provider's text is read for a limit's window and then dropped: it may repeat the number."""
    wait = _PASSING_REFUSALS.get(code, _PASSING_REFUSALS.get(code.split(".")[0]))
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        wait = next((seconds for mark, seconds in _LIMIT_WINDOWS.items() if mark in provider_text), wait)
    return Rejected(code=code, permanent=wait is None, retry_after_seconds=wait)
