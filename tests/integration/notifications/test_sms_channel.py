import logging
from datetime import date, datetime, timedelta

import pytest

from notifications.channels.sms import PROVIDER_TIME_ZONE, SmsChannel
from notifications.contracts import (
    Accepted,
    Delivered,
    Failed,
    NotFound,
    Recipient,
    Rejected,
    Unanswered,
    Unknown,
    Waiting,
)
from tests.builders.messages import PHONE, arrived_message, login_code_message
from tests.drivers.sandbox import Sandbox

TO = Recipient(phone=PHONE)


@pytest.fixture
def channel(sandbox: Sandbox) -> SmsChannel:
    return SmsChannel(sandbox.sms_settings(read_timeout_seconds=1.0))


def today() -> date:
    return datetime.now(PROVIDER_TIME_ZONE).date()


def test_the_phone_shows_the_filed_text_with_our_params_in_it(channel: SmsChannel, sandbox: Sandbox) -> None:
    channel.send(arrived_message("job-7"))

    assert [(sms["recipient"], sms["out_id"], sms["text"]) for sms in sandbox.messages()] == [
        (
            PHONE,
            "job-7",
            "【安邻平台】您邀请的访客粤B12345已于2026年11月22日 14:05到达安邻花园 一期的东门。序号4711。",
        )
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"access_key_secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "nobody"}, "InvalidAccessKeyId.NotFound"),
    ],
)
def test_a_wrong_credential_is_refused_until_an_operator_mends_it(
    change: dict[str, str], code: str, sandbox: Sandbox
) -> None:
    result = SmsChannel(sandbox.sms_settings(**change)).send(arrived_message())

    assert result == Rejected(code=code, permanent=False, retry_after_seconds=300)
    assert sandbox.messages() == []


@pytest.mark.parametrize("kind", ["hang_after_accept", "break_after_accept", "error_after_accept"])
def test_a_message_whose_answer_was_lost_is_unknown_and_then_found_by_its_out_id(
    kind: str, channel: SmsChannel, sandbox: Sandbox
) -> None:
    sandbox.inject("SendSms", kind, seconds=2.0)

    assert isinstance(channel.send(arrived_message("job-9")), Unknown)
    assert isinstance(channel.look_up("job-9", TO, today()), Delivered)
    assert sandbox.counts() == {"job-9": 1}


def test_a_slow_answer_is_waited_for(channel: SmsChannel, sandbox: Sandbox) -> None:
    sandbox.inject("SendSms", "delay", seconds=0.5)

    assert isinstance(channel.send(arrived_message()), Accepted)


def test_a_message_that_never_arrived_at_the_provider_is_not_found(channel: SmsChannel, sandbox: Sandbox) -> None:
    channel.send(arrived_message("job-1"))

    assert channel.look_up("job-2", TO, today()) == NotFound()


def test_a_message_attempted_before_midnight_and_taken_after_it_is_found(channel: SmsChannel) -> None:
    channel.send(arrived_message("job-1"))

    assert isinstance(channel.look_up("job-1", TO, today() - timedelta(days=1)), Delivered)


def test_a_message_of_two_days_ago_is_not_todays(channel: SmsChannel) -> None:
    channel.send(arrived_message("job-1"))

    assert channel.look_up("job-1", TO, today() - timedelta(days=2)) == NotFound()


def test_the_first_message_of_a_busy_day_is_found_on_a_later_page(channel: SmsChannel, sandbox: Sandbox) -> None:
    sandbox.enforce_limits(False)
    for number in range(101):
        channel.send(arrived_message(f"job-{number}"))

    assert isinstance(channel.look_up("job-0", TO, today()), Delivered)
    assert sandbox.calls().count("QuerySendDetails") == 3


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("waiting", "", Waiting(None)),
        ("failed", "MK:0012", Failed("MK:0012")),
        ("delivered", "DELIVERED", Delivered(None)),
    ],
)
def test_a_look_up_tells_what_became_of_the_message(
    status: str, code: str, expected: object, channel: SmsChannel, sandbox: Sandbox
) -> None:
    sandbox.set_fate(PHONE, status, code)
    channel.send(arrived_message())

    assert channel.look_up("job-1", TO, today()) == expected


def test_a_look_up_that_fails_is_no_proof_that_the_message_was_not_sent(channel: SmsChannel, sandbox: Sandbox) -> None:
    sandbox.inject("QuerySendDetails", "throttle")

    assert channel.look_up("job-1", TO, today()) == Unanswered("Throttling.User")


def test_a_second_login_code_within_a_minute_is_refused_for_a_minute(channel: SmsChannel) -> None:
    channel.send(login_code_message("job-1"))

    assert channel.send(login_code_message("job-2")) == Rejected(
        code="isv.BUSINESS_LIMIT_CONTROL", permanent=False, retry_after_seconds=60
    )


def test_the_fifty_first_notice_of_a_day_is_refused_for_the_day(channel: SmsChannel) -> None:
    results = [channel.send(arrived_message(f"job-{number}")) for number in range(51)]

    assert all(isinstance(result, Accepted) for result in results[:50])
    assert results[50] == Rejected(code="isv.BUSINESS_LIMIT_CONTROL", permanent=False, retry_after_seconds=86_400)


@pytest.mark.parametrize("phone", ["12345", "23800138000", "1380013800a"])
def test_a_number_that_cannot_be_is_refused_for_good(phone: str, channel: SmsChannel) -> None:
    assert channel.send(arrived_message(phone=phone)) == Rejected(code="isv.MOBILE_NUMBER_ILLEGAL", permanent=True)


def test_an_unfiled_signature_is_refused_for_good(sandbox: Sandbox) -> None:
    channel = SmsChannel(sandbox.sms_settings(sign_name="没有备案"))

    assert channel.send(arrived_message()) == Rejected(code="isv.SMS_SIGNATURE_ILLEGAL", permanent=True)


def test_an_installation_sends_under_the_template_codes_filed_for_it(sandbox: Sandbox) -> None:
    message = arrived_message()
    channel = SmsChannel(sandbox.sms_settings(template_codes={message.template: "SMS_999"}))

    assert channel.send(message) == Rejected(code="isv.SMS_TEMPLATE_ILLEGAL", permanent=True)


@pytest.mark.parametrize("kind", ["throttle", "unavailable", "break_after_accept", "hang_after_accept"])
def test_the_sdk_makes_one_attempt_only(kind: str, channel: SmsChannel, sandbox: Sandbox) -> None:
    sandbox.inject("SendSms", kind, times=5, seconds=1.5)

    channel.send(arrived_message())

    assert sandbox.calls() == ["SendSms"]


def test_no_failure_leaves_a_phone_number_in_the_log(
    channel: SmsChannel, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sandbox.inject("SendSms", "break_after_accept")

    result = channel.send(arrived_message())

    assert PHONE not in f"{caplog.text}{result}"
