"""Messages that every provider takes."""

from notifications.catalogue import CATALOGUE
from notifications.contracts import Message, Recipient, TemplateKey

PHONE = "13800138000"
OPENID = "o-resident-1"


def arrived_message(out_id: str = "job-1", **to: str) -> Message:
    """A visitor has arrived; to a phone and an openid unless told otherwise."""
    params = {
        "visitor": "粤B12345",
        "community": "安邻花园 一期",
        "gate": "东门",
        "time": "2026年11月22日 14:05",
        "serial": "4711",
    }
    recipient = Recipient(**(to or {"phone": PHONE, "openid": OPENID}))
    return Message(template=TemplateKey.VISITOR_ARRIVED, to=recipient, params=params, out_id=out_id)


def login_code_message(out_id: str = "job-1", phone: str = PHONE) -> Message:
    return Message(template=TemplateKey.LOGIN_CODE, to=Recipient(phone=phone), params={"code": "402913"}, out_id=out_id)


def arrived_template_id() -> str:
    """The WeChat template of `arrived_message`."""
    wechat = CATALOGUE[TemplateKey.VISITOR_ARRIVED].wechat
    assert wechat is not None
    return wechat.template_id
