"""What an installation says about its providers. Secrets do not show in a repr."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from notifications.contracts import TemplateKey

MiniProgramState = Literal["developer", "trial", "formal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """An Alibaba Cloud SMS account; `template_codes`: the codes filed for it, where not the catalogue's."""

    endpoint_url: str
    access_key_id: str
    access_key_secret: str = field(repr=False)
    sign_name: str
    template_codes: Mapping[TemplateKey, str] = field(default_factory=dict)
    connect_timeout_seconds: float = 3.0
    read_timeout_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """An Alibaba Cloud voice account; without `show_number` the provider's shared numbers are shown."""

    endpoint_url: str
    access_key_id: str
    access_key_secret: str = field(repr=False)
    show_number: str = ""
    tts_codes: Mapping[TemplateKey, str] = field(default_factory=dict)
    connect_timeout_seconds: float = 3.0
    read_timeout_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatSettings:
    """A mini-program; `base_url` is https://api.weixin.qq.com in production, without a trailing slash."""

    base_url: str
    app_id: str
    app_secret: str = field(repr=False)
    template_ids: Mapping[TemplateKey, str] = field(default_factory=dict)
    miniprogram_state: MiniProgramState = "formal"
    timeout_seconds: float = 5.0
