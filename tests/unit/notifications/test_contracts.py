import subprocess
import sys

from notifications.contracts import Message, Recipient, TemplateKey
from notifications.settings import SmsSettings, WeChatSettings


def test_a_message_shows_neither_its_recipient_nor_its_params_when_it_lands_in_a_log() -> None:
    to = Recipient(phone="13800138000", openid="o-secret")
    message = Message(template=TemplateKey.LOGIN_CODE, to=to, params={"code": "402913"}, out_id="job-1")

    shown = f"{message!r}{message}{to}"

    assert not any(secret in shown for secret in ("13800138000", "o-secret", "402913"))


def test_settings_do_not_show_their_secrets() -> None:
    sms = SmsSettings(endpoint_url="https://x", access_key_id="id", access_key_secret="s3cret", sign_name="安邻平台")
    wechat = WeChatSettings(base_url="https://y", app_id="wx", app_secret="s3cret")

    assert "s3cret" not in f"{sms}{wechat}"


def test_knowing_what_a_message_is_loads_no_provider_sdk() -> None:
    loaded = "import sys; import notifications.contracts, notifications.settings, notifications.catalogue; "
    loaded += "print([m for m in ('requests', 'wechatpy', 'Tea', 'flask', 'redis') if m in sys.modules])"

    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).strip() == "[]"
