"""Which way a message goes: WeChat first where it has a WeChat form and an openid, SMS otherwise."""

from functools import cache

from redis import Redis

from backend.infrastructure.settings import Settings
from notifications.catalogue import CATALOGUE
from notifications.channels.fallback import FallbackChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.voice import VoiceChannel
from notifications.channels.wechat import MiniProgramClient, SharedTokenStorage, WeChatChannel
from notifications.contracts import Channel, Message
from notifications.settings import SmsSettings, VoiceSettings, WeChatSettings


def channel_for(settings: Settings, message: Message) -> Channel:
    ways: list[Channel] = []
    if message.to.openid and CATALOGUE[message.template].wechat:
        ways.append(_wechat(settings))
    if message.to.phone:
        ways.append(_sms(settings))
    return FallbackChannel(*ways)


def wechat(settings: Settings) -> Channel:
    """The mini-program and nothing else: what follows where it fails is the caller's to decide."""
    return _wechat(settings)


def telephone(settings: Settings) -> Channel:
    """A call that reads the message out; an SMS where no call can be made."""
    return FallbackChannel(_voice(settings), _sms(settings)) if settings.voice_endpoint else _sms(settings)


@cache
def _voice(settings: Settings) -> Channel:
    return VoiceChannel(
        VoiceSettings(
            endpoint_url=settings.voice_endpoint,
            access_key_id=settings.sms_access_key_id,
            access_key_secret=settings.sms_access_key_secret,
            show_number=settings.voice_show_number,
        )
    )


@cache
def _sms(settings: Settings) -> Channel:
    return SmsChannel(
        SmsSettings(
            endpoint_url=settings.sms_endpoint,
            access_key_id=settings.sms_access_key_id,
            access_key_secret=settings.sms_access_key_secret,
            sign_name=settings.sms_sign_name,
        )
    )


@cache
def _wechat(settings: Settings) -> Channel:
    redis = Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
    wechat = WeChatSettings(
        base_url=settings.wechat_base_url, app_id=settings.wechat_app_id, app_secret=settings.wechat_app_secret
    )
    return WeChatChannel(MiniProgramClient(wechat, SharedTokenStorage(redis)))
