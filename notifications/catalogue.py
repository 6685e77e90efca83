"""The texts we send, as filed with the providers, and the checks that a message must pass first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template as Text
from types import MappingProxyType

from notifications.contracts import Message, MessageInvalid, TemplateKey
from notifications.wechat_values import fit_value

SMS_MAX_CHARACTERS = 500
# Alibaba Cloud refuses links and signature brackets inside a variable (isv.PARAM_NOT_SUPPORT_URL).
_LINK = re.compile(r"https?:|www\.|[A-Za-z0-9-]+\.(?:com|cn|net|org|top|vip|xyz|cc|info|link)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"[【】]")
_LOGIN_CODE = re.compile(r"[A-Za-z0-9]{4,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatTemplate:
    """A subscribe-message template: `fields` maps its keys (type and number: `thing1`) to our params."""

    template_id: str
    page: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One message: its SMS text with `${params}`, each param's longest length, its WeChat form if any."""

    sms_code: str
    text: str
    max_characters: Mapping[str, int]
    is_login_code: bool = False
    tts_code: str | None = None
    """The text as filed for telephone calls that read it out; None where nobody is rung up for it."""
    wechat: WeChatTemplate | None = None

    def render(self, params: Mapping[str, str]) -> str:
        return Text(self.text).substitute(params)


_VISIT_LIMITS = {"visitor": 20, "gate": 35, "community": 35, "time": 20, "serial": 10}
_VISIT_FIELDS = {"thing1": "visitor", "thing2": "community", "thing3": "gate", "time4": "time"}

CATALOGUE: Mapping[TemplateKey, Template] = MappingProxyType(
    {
        TemplateKey.LOGIN_CODE: Template(
            sms_code="SMS_100000001",
            text="您的登录验证码为${code}，5分钟内有效。请勿告诉他人，工作人员不会向您索要。",
            max_characters={"code": 6},
            is_login_code=True,
        ),
        TemplateKey.VISITOR_PASS_CODE: Template(
            sms_code="SMS_100000002",
            text="您好，${community}的住户邀请您来访。通行码${code}，有效时间${validity}，"
            "到门口出示或报给门卫即可。序号${serial}。",
            max_characters={"community": 35, "code": 8, "validity": 35, "serial": 10},
        ),
        TemplateKey.VISITOR_ARRIVED: Template(
            sms_code="SMS_100000003",
            text="您邀请的访客${visitor}已于${time}到达${community}的${gate}。序号${serial}。",
            max_characters=_VISIT_LIMITS,
            wechat=WeChatTemplate(
                template_id="anlin-visitor-arrived-000000000000000000001",
                page="pages/visitors/visit",
                fields=_VISIT_FIELDS,
            ),
        ),
        TemplateKey.VISITOR_LEFT: Template(
            sms_code="SMS_100000004",
            text="您邀请的访客${visitor}已于${time}离开${community}的${gate}。序号${serial}。",
            max_characters=_VISIT_LIMITS,
            wechat=WeChatTemplate(
                template_id="anlin-visitor-left-000000000000000000000001",
                page="pages/visitors/visit",
                fields=_VISIT_FIELDS,
            ),
        ),
        TemplateKey.VISIT_DECIDED: Template(
            sms_code="SMS_100000006",
            text="您在${community}预约的访客${visitor}（${time}来访）：${news}。序号${serial}。",
            max_characters={"community": 35, "visitor": 20, "time": 20, "news": 20, "serial": 10},
        ),
        TemplateKey.WALK_IN_ASKED: Template(
            sms_code="SMS_100000017",
            text="访客${visitor}于${time}到达${community}的${gate}，请打开小程序同意或拒绝，也可以等门卫来电。序号${serial}。",
            max_characters=_VISIT_LIMITS,
            wechat=WeChatTemplate(
                template_id="anlin-walk-in-asked-00000000000000000000001",
                page="pages/visitors/walk-in",
                fields=_VISIT_FIELDS,
            ),
        ),
        TemplateKey.WALK_IN_BACKUP_ASKED: Template(
            sms_code="SMS_100000018",
            text="您是${room}的备用联系人。访客${visitor}于${time}到达${community}的${gate}，住户没有回应，"
            "请打开小程序答复，或接听门卫来电。序号${serial}。",
            max_characters=_VISIT_LIMITS | {"room": 35},
            wechat=WeChatTemplate(
                template_id="anlin-walk-in-backup-0000000000000000000001",
                page="pages/visitors/walk-in",
                fields=_VISIT_FIELDS,
            ),
        ),
        TemplateKey.CARD_CHANGED: Template(
            sms_code="SMS_100000005",
            text="您在${community}的门禁卡（尾号${tail}）已于${time}办理：${news}。"
            "门卫核对身份后会为您开门；如有疑问或异议，请联系物业服务中心。序号${serial}。",
            max_characters={"community": 35, "tail": 4, "time": 20, "news": 20, "serial": 10},
        ),
        TemplateKey.INTERCOM_CALL: Template(
            sms_code="SMS_100000006",
            text="您好，${community}的${door}于${time}有访客呼叫您家。需要开门，请打开小程序，或联系门卫。序号${serial}。",
            max_characters={"community": 35, "door": 35, "time": 20, "serial": 10},
            tts_code="TTS_100000001",
            wechat=WeChatTemplate(
                template_id="anlin-intercom-call-000000000000000000000001",
                page="pages/intercom/call",
                fields={"thing1": "community", "thing2": "door", "time3": "time"},
            ),
        ),
        TemplateKey.CARD_STOPPED: Template(
            sms_code="SMS_100000020",
            text="您在${community}的门禁卡（尾号${tail}）已于${time}停用，原因：${reason}。您仍可以回家：门卫核对身份后会为您开门。"
            "不认可停用的，请到物业服务中心提出申诉，物业须核实并答复；对答复不满意，可以向社区居委会反映。序号${serial}。",
            max_characters={"community": 35, "tail": 4, "time": 20, "reason": 20, "serial": 10},
        ),
    }
)


def checked_template(message: Message) -> Template:
    """The message's template, once its params are what the providers allow; raises MessageInvalid."""
    template = CATALOGUE[message.template]
    if message.params.keys() != template.max_characters.keys():
        raise MessageInvalid("params_mismatch")
    for name, value in message.params.items():
        _check_param(name, value, template)
    if len(template.render(message.params)) > SMS_MAX_CHARACTERS:
        raise MessageInvalid("text_too_long")
    return template


def _check_param(name: str, value: object, template: Template) -> None:
    if not isinstance(value, str):  # JSON numbers are refused by the provider although they look right
        raise MessageInvalid("param_not_a_string", name)
    if not 0 < len(value) <= template.max_characters[name]:
        raise MessageInvalid("param_length", name)
    if _LINK.search(value) or _BRACKETS.search(value):
        raise MessageInvalid("param_has_link_or_brackets", name)
    if template.is_login_code and not _LOGIN_CODE.fullmatch(value):
        raise MessageInvalid("login_code_form", name)


def wechat_data(message: Message) -> tuple[WeChatTemplate, Mapping[str, str]]:
    """The message's WeChat template and its values in the forms WeChat takes; raises MessageInvalid."""
    wechat = checked_template(message).wechat
    if wechat is None:
        raise MessageInvalid("no_wechat_template")
    return wechat, {key: fit_value(key, message.params[param]) for key, param in wechat.fields.items()}
