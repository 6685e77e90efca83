from typing import Protocol


class MiniProgram(Protocol):
    """WeChat's side of the mini-program. Both codes are single use and live five minutes.

    Both raise WechatCodeInvalid, WechatRateLimited or ProviderUnavailable.
    """

    def code_to_session(self, code: str) -> str:
        """The openid behind a `wx.login` code."""
        ...

    def phone_number(self, code: str) -> str:
        """The number behind the phone button's code: 11 digits for the mainland, with country code for others."""
        ...
