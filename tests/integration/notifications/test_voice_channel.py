"""Telephone calls against the provider's stand-in, which verifies the signature that the SDK's core makes."""

from dataclasses import replace

import pytest

from notifications.channels.voice import OUT_ID_BYTES, VoiceChannel
from notifications.contracts import Accepted, Message, Recipient, Rejected, TemplateKey, Unknown
from tests.builders.messages import PHONE, arrived_message
from tests.drivers.sandbox import Sandbox


def call_message(**to: str) -> Message:
    params = {"community": "安邻花园", "door": "3幢2单元门", "time": "2026年11月22日 14:05", "serial": "4716"}
    recipient = Recipient(**(to or {"phone": PHONE}))
    return Message(template=TemplateKey.INTERCOM_CALL, to=recipient, params=params, out_id="0192f0aa" * 4)


@pytest.fixture
def voice(sandbox: Sandbox) -> VoiceChannel:
    return VoiceChannel(sandbox.voice_settings(show_number="02558881234"))


def test_a_call_reads_the_text_out_and_bears_our_id(voice: VoiceChannel, sandbox: Sandbox) -> None:
    result = voice.send(call_message())

    assert isinstance(result, Accepted)
    [made] = sandbox.messages(PHONE)
    assert (made["channel"], made["sender"], made["provider_id"]) == ("voice", "02558881234", result.provider_id)
    assert "3幢2单元门" in made["text"]
    assert len(made["out_id"]) == OUT_ID_BYTES


def test_the_same_number_is_called_once_a_minute(voice: VoiceChannel, sandbox: Sandbox) -> None:
    voice.send(call_message())

    result = voice.send(call_message())

    assert isinstance(result, Rejected)
    assert (result.code, result.permanent) == ("isv.BUSINESS_LIMIT_CONTROL", False)
    assert len(sandbox.messages(PHONE)) == 1


@pytest.mark.parametrize("message", [call_message(openid="o-1"), arrived_message(), replace(call_message(), params={})])
def test_what_cannot_be_read_out_is_rejected_without_a_call(message: Message, sandbox: Sandbox) -> None:
    result = VoiceChannel(sandbox.voice_settings()).send(message)

    assert isinstance(result, Rejected)
    assert result.permanent
    assert sandbox.calls() == []


def test_a_busy_provider_and_a_wrong_secret_certainly_called_nobody(sandbox: Sandbox) -> None:
    sandbox.inject("SingleCallByTts", "throttle")
    busy = VoiceChannel(sandbox.voice_settings()).send(call_message())
    refused = VoiceChannel(sandbox.voice_settings(access_key_secret="wrong")).send(call_message())
    nobody = VoiceChannel(sandbox.voice_settings(endpoint_url="http://127.0.0.1:9")).send(call_message())

    assert [type(result) for result in (busy, refused, nobody)] == [Rejected] * 3
    assert sandbox.messages() == []


def test_a_call_whose_answer_is_lost_may_have_been_made(voice: VoiceChannel, sandbox: Sandbox) -> None:
    sandbox.inject("SingleCallByTts", "break_after_accept")

    assert isinstance(voice.send(call_message()), Unknown)
    assert len(sandbox.messages(PHONE)) == 1
