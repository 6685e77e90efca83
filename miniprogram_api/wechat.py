"""The port `MiniProgram` on WeChat itself, or on the sandbox; no other module of a web process loads wechatpy."""

from collections.abc import Callable

from redis import Redis

from backend.features.residents.errors import WechatCodeInvalid, WechatRateLimited
from backend.infrastructure.settings import Settings
from backend.kernel.errors import ProviderUnavailable, Refusal
from notifications.channels.wechat import MiniProgramClient, SharedTokenStorage
from notifications.contracts import ProviderFailure, Rejected
from notifications.settings import WeChatSettings

CODE_REFUSED = frozenset({"40029", "40163", "40226"})
"""Unknown or expired, used before, blocked by WeChat as a risk."""
TOO_OFTEN = frozenset({"45009", "45011"})


class WeChatMiniProgram:
    def __init__(self, client: MiniProgramClient) -> None:
        self._client = client

    def code_to_session(self, code: str) -> str:
        return _ask(lambda: self._client.code_to_session(code).openid)

    def phone_number(self, code: str) -> str:
        return _ask(lambda: self._client.phone_number(code))


def _ask(question: Callable[[], str]) -> str:
    try:
        return question()
    except ProviderFailure as failure:
        raise _refusal(failure) from None


def _refusal(failure: ProviderFailure) -> Refusal:
    code = failure.outcome.code if isinstance(failure.outcome, Rejected) else None
    if code in CODE_REFUSED:
        return WechatCodeInvalid()
    return WechatRateLimited() if code in TOO_OFTEN else ProviderUnavailable()


def build_mini_program(settings: Settings) -> WeChatMiniProgram:
    """Connects to nothing yet."""
    account = WeChatSettings(
        base_url=settings.wechat_base_url.rstrip("/"),
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret,
    )
    tokens = SharedTokenStorage(Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1))
    return WeChatMiniProgram(MiniProgramClient(account, tokens))
