"""The mini-program's server side of WeChat: log-in, phone number, subscribe messages (wechatpy underneath)."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlencode

import requests
from redis import Redis, RedisError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session.memorystorage import MemoryStorage
from wechatpy.session.redisstorage import RedisStorage

from notifications.catalogue import wechat_data
from notifications.channels.transport import RETRY_UNREACHABLE_SECONDS, outcome_of_failure
from notifications.contracts import (
    Accepted,
    LookUpResult,
    Message,
    MessageInvalid,
    MiniProgramSession,
    ProviderFailure,
    Recipient,
    Rejected,
    SendResult,
    Unanswered,
    Unknown,
)
from notifications.settings import WeChatSettings

_LANGUAGE = "zh_CN"
_TOKEN_REFUSALS = frozenset({"40001", "40014", "42001"})
# Refusals that pass by themselves or that an operator can lift, with the wait in seconds.
_PASSING_REFUSALS: Mapping[str, int] = MappingProxyType(
    {"-1": 5, "45011": 60, "45009": 3_600, "40013": 300, "40125": 300} | dict.fromkeys(_TOKEN_REFUSALS, 60)
)

Answer = dict[str, Any]


class SharedTokenStorage:
    """Access tokens in Redis and in this process: while Redis is away, messages go on with the process's own copy.

    Copies cannot outdate each other: stable_token gives every process the same token.
    """

    def __init__(self, redis: Redis, prefix: str = "wechat") -> None:
        self._shared = RedisStorage(redis, prefix)
        self._own = MemoryStorage()

    def get(self, key: str, default: object = None) -> object:
        with suppress(RedisError):
            return self._shared.get(key, default)
        return self._own.get(key, default)

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        self._own.set(key, value, ttl)
        with suppress(RedisError):
            self._shared.set(key, value, ttl)

    def delete(self, key: str) -> None:
        self._own.delete(key)
        with suppress(RedisError):
            self._shared.delete(key)


class MiniProgramClient(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy with one base address, stable tokens, a time limit on every call, and one bounded retry.

    wechatpy's own retry repeats a refused token without end, so it is off.
    """

    def __init__(self, settings: WeChatSettings, session: SharedTokenStorage | None = None) -> None:
        super().__init__(
            settings.app_id,
            settings.app_secret,
            session=session,
            timeout=settings.timeout_seconds,
            auto_retry=False,
        )
        self.settings = settings
        self.API_BASE_URL = f"{settings.base_url}/cgi-bin/"
        self.wxa.API_BASE_URL = f"{settings.base_url}/"

    def code_to_session(self, code: str) -> MiniProgramSession:
        """Who holds this `wx.login` code (single use, five minutes); raises ProviderFailure."""
        query = {
            "appid": self.appid,
            "secret": self.secret,
            "js_code": code,
            "grant_type": "authorization_code",
            "access_token": None,  # keeps wechatpy from fetching a token that this call does not need
        }
        answer = _usable(self._exchange("get", "/sns/jscode2session", params=query))
        return MiniProgramSession(openid=answer["openid"], unionid=answer.get("unionid"))

    def phone_number(self, code: str) -> str:
        """The number behind the phone button's code (single use, five minutes): 11 digits for the mainland,
        with the country code for others; raises ProviderFailure."""
        info = _usable(self._post_with_token("/wxa/business/getuserphonenumber", {"code": code}))["phone_info"]
        return str(info["purePhoneNumber"] if info["countryCode"] == "86" else info["phoneNumber"])

    def send_subscribe(self, openid: str, template_id: str, data: Mapping[str, str], page: str) -> SendResult:
        """Send one subscribe message, which spends one of the user's grants; `data` by template key."""
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {key: {"value": value} for key, value in data.items()},
            "miniprogram_state": self.settings.miniprogram_state,
            "lang": _LANGUAGE,
        }
        answer = self._post_with_token("/cgi-bin/message/subscribe/send", body)
        return answer if isinstance(answer, Rejected | Unknown) else Accepted(str(answer.get("msgid", "")))

    def fetch_access_token(self) -> Answer:
        """What wechatpy calls when its token is missing or about to end; raises ProviderFailure."""
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        answer = _usable(self._exchange("post", "/cgi-bin/stable_token", data=body, params={"access_token": None}))
        self.session.set(self.access_token_key, answer["access_token"], answer["expires_in"])
        self.expires_at = int(time.time()) + answer["expires_in"]
        return answer

    def _post_with_token(self, path: str, body: Answer) -> Answer | Rejected | Unknown:
        """One call, and one more with a new token where WeChat refused the first one's."""
        answer = self._post_once(path, body)
        if isinstance(answer, Rejected) and answer.code in _TOKEN_REFUSALS:
            self.session.delete(self.access_token_key)
            answer = self._post_once(path, body)
        return answer

    def _post_once(self, path: str, body: Answer) -> Answer | Rejected | Unknown:
        try:
            token = self.access_token
        except ProviderFailure as failure:
            return _never_called(failure)
        return self._exchange("post", path, data=body, params={"access_token": token})

    def _exchange(self, method: Literal["get", "post"], path: str, **arguments: Any) -> Answer | Rejected | Unknown:
        """wechatpy's answer, its exceptions turned to codes: their texts hold secrets and openids."""
        try:
            answer = self._request(method, f"{self.settings.base_url}{path}", **arguments)
        except WeChatClientException as error:
            return _refusal(error)
        except requests.RequestException as error:
            return outcome_of_failure(error)
        return answer if isinstance(answer, dict) else Unknown("no_valid_answer")


def _usable(answer: Answer | Rejected | Unknown) -> Answer:
    if isinstance(answer, Rejected | Unknown):
        raise ProviderFailure(answer)
    return answer


def _never_called(failure: ProviderFailure) -> Rejected:
    """Without a token the message has not left, whatever became of the token's own call."""
    if isinstance(failure.outcome, Rejected):
        return failure.outcome
    return Rejected(
        code=f"token_{failure.outcome.reason}",
        permanent=False,
        retry_after_seconds=RETRY_UNREACHABLE_SECONDS,
    )


def _refusal(error: WeChatClientException) -> Rejected | Unknown:
    if error.errcode is None:  # an HTTP error: only a 4xx says that nothing was done
        status = error.response.status_code
        if status >= 500:
            return Unknown(f"http_{status}")
        return Rejected(code=f"http_{status}", permanent=True)
    code = str(error.errcode)
    wait = _PASSING_REFUSALS.get(code)
    return Rejected(code=code, permanent=wait is None, retry_after_seconds=wait)


class WeChatChannel:
    """Subscribe messages to `Recipient.openid`; WeChat has no look-up."""

    def __init__(self, client: MiniProgramClient) -> None:
        self._client = client

    def send(self, message: Message) -> SendResult:
        try:
            template, data = wechat_data(message)
            openid = _openid(message.to)
        except MessageInvalid as invalid:
            return Rejected(code=invalid.code, permanent=True)
        template_id = self._client.settings.template_ids.get(message.template, template.template_id)
        # the wire has no field for our id, so the page's address carries it
        page = f"{template.page}?{urlencode({'message': message.out_id})}"
        return self._client.send_subscribe(openid, template_id, data, page)

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        return Unanswered("unsupported")


def _openid(to: Recipient) -> str:
    if to.openid is None:
        raise MessageInvalid("no_openid")
    return to.openid
