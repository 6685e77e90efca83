"""What every channel promises, each against its provider's stand-in over real HTTP with the provider's own SDK."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from notifications.channels.console import ConsoleChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.wechat import MiniProgramClient, WeChatChannel
from notifications.contracts import Accepted, Channel, Recipient, Rejected
from tests.builders.messages import OPENID, arrived_message, arrived_template_id
from tests.drivers.sandbox import Sandbox


def _console(sandbox: Sandbox) -> Channel:
    return ConsoleChannel(io.StringIO())


def _sms(sandbox: Sandbox) -> Channel:
    return SmsChannel(sandbox.sms_settings())


def _wechat(sandbox: Sandbox) -> Channel:
    sandbox.grant(OPENID, arrived_template_id(), 5)
    return WeChatChannel(MiniProgramClient(sandbox.wechat_settings()))


every_channel = pytest.mark.parametrize("make", [_console, _sms, _wechat])
every_provider = pytest.mark.parametrize(
    ("make", "operation"), [(_sms, "SendSms"), (_wechat, "/cgi-bin/message/subscribe/send")]
)
Make = Callable[[Sandbox], Channel]


@every_channel
def test_a_right_message_is_accepted_with_the_providers_id(make: Make, sandbox: Sandbox) -> None:
    result = make(sandbox).send(arrived_message())

    assert isinstance(result, Accepted)
    assert result.provider_id


@every_channel
def test_a_message_that_breaks_its_template_is_rejected_for_good_without_a_call(make: Make, sandbox: Sandbox) -> None:
    result = make(sandbox).send(replace(arrived_message(), params={"visitor": "粤B12345"}))

    assert result == Rejected(code="params_mismatch", permanent=True)
    assert sandbox.calls() == []


@pytest.mark.parametrize("make", [_sms, _wechat])
def test_a_message_without_an_address_for_the_channel_is_rejected_for_good(make: Make, sandbox: Sandbox) -> None:
    result = make(sandbox).send(replace(arrived_message(), to=Recipient()))

    assert isinstance(result, Rejected)
    assert result.permanent
    assert sandbox.messages() == []


@every_provider
@pytest.mark.parametrize("kind", ["throttle", "unavailable"])
def test_a_busy_provider_rejects_for_now_and_says_when_to_come_back(
    make: Make, operation: str, kind: str, sandbox: Sandbox
) -> None:
    sandbox.inject(operation, kind)

    result = make(sandbox).send(arrived_message())

    assert isinstance(result, Rejected)
    assert not result.permanent
    assert result.retry_after_seconds
    assert sandbox.messages() == []


@every_provider
def test_a_provider_that_cannot_be_reached_has_certainly_not_taken_the_message(
    make: Make, operation: str, sandbox: Sandbox
) -> None:
    channel = make(sandbox)
    sandbox.kill()
    try:
        assert channel.send(arrived_message()) == Rejected(code="unreachable", permanent=False, retry_after_seconds=5)
    finally:
        sandbox.start()
