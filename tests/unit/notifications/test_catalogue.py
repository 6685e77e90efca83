import re
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.catalogue import CATALOGUE, checked_template, wechat_data
from notifications.contracts import Message, MessageInvalid, Recipient, TemplateKey
from notifications.wechat_values import fit_value

PARAMS = {
    TemplateKey.LOGIN_CODE: {"code": "402913"},
    TemplateKey.VISITOR_PASS_CODE: {
        "community": "安邻花园",
        "code": "314159",
        "validity": "11月22日 14:00 至 18:00",
        "serial": "4711",
    },
    TemplateKey.VISITOR_ARRIVED: {
        "visitor": "粤B12345",
        "community": "安邻花园",
        "gate": "东门",
        "time": "2026年11月22日 14:05",
        "serial": "4712",
    },
}
PARAMS[TemplateKey.CARD_CHANGED] = {
    "community": "安邻花园",
    "tail": "A1B2",
    "time": "11月22日 14:05",
    "news": "停用",
    "serial": "4713",
}
PARAMS[TemplateKey.INTERCOM_CALL] = {
    "community": "安邻花园",
    "door": "3幢2单元门",
    "time": "2026年11月22日 14:05",
    "serial": "4716",
}
PARAMS[TemplateKey.VISIT_DECIDED] = {
    "community": "安邻花园",
    "visitor": "陈访客",
    "time": "11月22日 14:05",
    "news": "未通过，时间不合适",
    "serial": "4715",
}
PARAMS[TemplateKey.CARD_STOPPED] = {
    "community": "安邻花园",
    "tail": "A1B2",
    "time": "11月22日 14:05",
    "reason": "本人挂失",
    "serial": "4714",
}
PARAMS[TemplateKey.WALK_IN_ASKED] = PARAMS[TemplateKey.VISITOR_ARRIVED]
PARAMS[TemplateKey.WALK_IN_BACKUP_ASKED] = PARAMS[TemplateKey.VISITOR_ARRIVED] | {"room": "3幢2单元501"}
PARAMS[TemplateKey.VISITOR_LEFT] = PARAMS[TemplateKey.VISITOR_ARRIVED]


def message(key: TemplateKey, **changes: str) -> Message:
    params = PARAMS[key] | changes
    return Message(template=key, to=Recipient(phone="13800138000"), params=params, out_id="job-1")


def refusal(key: TemplateKey, **changes: str) -> str:
    with pytest.raises(MessageInvalid) as caught:
        wechat_data(message(key, **changes)) if CATALOGUE[key].wechat else checked_template(message(key, **changes))
    return caught.value.code


@pytest.mark.parametrize("key", TemplateKey)
def test_every_message_of_the_catalogue_has_a_text_that_names_exactly_its_params(key: TemplateKey) -> None:
    named = re.findall(r"\$\{(\w+)\}", CATALOGUE[key].text)

    assert sorted(named) == sorted(CATALOGUE[key].max_characters)  # a variable may occur only once in a notice
    assert "$" not in checked_template(message(key)).render(PARAMS[key])


@pytest.mark.parametrize("key", TemplateKey)
def test_no_two_variables_of_a_text_touch(key: TemplateKey) -> None:
    assert "}${" not in CATALOGUE[key].text


@pytest.mark.parametrize("key", TemplateKey)
def test_the_longest_allowed_params_still_make_a_text_that_the_provider_takes(key: TemplateKey) -> None:
    longest = {name: "9" * limit for name, limit in CATALOGUE[key].max_characters.items()}

    checked_template(message(key, **longest))


@pytest.mark.parametrize("key", [key for key in TemplateKey if key is not TemplateKey.LOGIN_CODE])
def test_a_message_that_may_be_repeated_carries_a_serial_by_which_a_person_knows_the_repeat(key: TemplateKey) -> None:
    assert "序号${serial}" in CATALOGUE[key].text


def test_a_login_code_says_that_it_is_one_as_the_provider_demands() -> None:
    assert "验证码" in CATALOGUE[TemplateKey.LOGIN_CODE].text


@pytest.mark.parametrize("link", ["http://a.b", "https://x", "www.anlin", "anlin.cn/v", "A.COM"])
def test_a_link_in_a_param_is_refused_before_the_provider_refuses_the_message(link: str) -> None:
    assert refusal(TemplateKey.VISITOR_PASS_CODE, community=link) == "param_has_link_or_brackets.community"


def test_signature_brackets_in_a_param_are_refused() -> None:
    assert refusal(TemplateKey.VISITOR_PASS_CODE, community="【某银行】") == "param_has_link_or_brackets.community"


def test_a_number_instead_of_text_is_refused() -> None:
    wrong = message(TemplateKey.LOGIN_CODE, code=402913)  # type: ignore[arg-type]

    with pytest.raises(MessageInvalid, match=r"param_not_a_string\.code"):
        checked_template(wrong)


@pytest.mark.parametrize("code", ["123", "1234567", "12 34", "验证码一"])
def test_a_login_code_is_four_to_six_letters_or_digits(code: str) -> None:
    assert refusal(TemplateKey.LOGIN_CODE, code=code) in {"login_code_form.code", "param_length.code"}


def test_an_unknown_or_missing_param_is_refused() -> None:
    assert refusal(TemplateKey.LOGIN_CODE, name="王先生") == "params_mismatch"


def test_an_empty_param_is_refused() -> None:
    assert refusal(TemplateKey.VISITOR_ARRIVED, gate="") == "param_length.gate"


def test_the_refusal_of_a_param_never_repeats_its_value() -> None:
    with pytest.raises(MessageInvalid) as caught:
        checked_template(message(TemplateKey.VISITOR_ARRIVED, visitor="王小明" * 9))

    assert "王小明" not in f"{caught.value!r}{caught.value}"


def test_a_login_code_has_no_wechat_form() -> None:
    with pytest.raises(MessageInvalid, match="no_wechat_template"):
        wechat_data(message(TemplateKey.LOGIN_CODE))


def test_a_place_too_long_for_wechat_is_cut_and_shows_it() -> None:
    _, data = wechat_data(message(TemplateKey.VISITOR_ARRIVED, community="安邻花园" * 6))

    assert data["thing2"] == "安邻花园安邻花园安邻花园安邻花园安邻花…"


def test_a_time_that_wechat_would_not_read_is_refused_rather_than_bent() -> None:
    assert refusal(TemplateKey.VISITOR_ARRIVED, time="今天下午两点") == "wechat_value.time4"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "东门"),
        ("number2", "12.5"),
        ("letter1", "ABC"),
        ("symbol1", "#!"),
        ("character_string1", "A-4711"),
        ("time4", "2026年11月22日 14:05"),
        ("date1", "2026-11-22 08:00~2026-11-22 18:00"),
        ("time1", "14:05"),
        ("amount1", "¥12.50"),
        ("phone_number1", "+86-13800138000"),
        ("car_number1", "粤B12345D"),
        ("car_number2", "粤B1234学"),
        ("name1", "王小明"),
        ("name2", "Li Lei"),
        ("phrase1", "已到访"),
    ],
)
def test_a_value_in_its_types_form_is_taken_as_it_is(key: str, value: str) -> None:
    assert fit_value(key, value) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("number1", "1" * 33),
        ("letter1", "a" * 33),
        ("symbol1", "######"),
        ("character_string1", "序号1"),
        ("time1", "25日"),
        ("amount1", "十元"),
        ("phone_number1", "1" * 18),
        ("car_number1", "粤B12345DX"),
        ("name1", "王" * 11),
        ("name2", "a" * 21),
        ("phrase1", "已经到访了呀"),
    ],
)
def test_a_value_out_of_its_types_form_is_refused(key: str, value: str) -> None:
    with pytest.raises(MessageInvalid, match=rf"wechat_value\.{key}"):
        fit_value(key, value)


@given(st.text(alphabet=ascii_letters + "门楼栋单元-# ", min_size=1, max_size=60))
def test_free_text_of_any_length_fits_into_twenty_characters(value: str) -> None:
    assert 1 <= len(fit_value("thing1", value)) <= 20
