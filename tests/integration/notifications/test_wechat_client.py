import logging
import traceback
from datetime import datetime
from pathlib import Path

import pytest
from redis import Redis

from notifications.channels.fallback import FallbackChannel
from notifications.channels.sms import PROVIDER_TIME_ZONE, SmsChannel
from notifications.channels.wechat import MiniProgramClient, SharedTokenStorage, WeChatChannel
from notifications.contracts import (
    Accepted,
    MiniProgramSession,
    ProviderFailure,
    Rejected,
    Unanswered,
    Unknown,
)
from tests.builders.messages import OPENID, PHONE, arrived_message, arrived_template_id
from tests.drivers.sandbox import Sandbox
from tests.drivers.servers import embedded_redis

TOKEN, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/subscribe/send"
LOGIN, NUMBER = "/sns/jscode2session", "/wxa/business/getuserphonenumber"


@pytest.fixture
def client(sandbox: Sandbox) -> MiniProgramClient:
    return MiniProgramClient(sandbox.wechat_settings(timeout_seconds=1.0))


@pytest.fixture
def channel(client: MiniProgramClient) -> WeChatChannel:
    return WeChatChannel(client)


def test_a_login_code_gives_the_openid_in_one_call(client: MiniProgramClient, sandbox: Sandbox) -> None:
    session = client.code_to_session(sandbox.login_code(OPENID, unionid="u-1"))

    assert session == MiniProgramSession(openid=OPENID, unionid="u-1")
    assert sandbox.calls() == [LOGIN]


def test_a_login_code_is_good_for_one_log_in(client: MiniProgramClient, sandbox: Sandbox) -> None:
    code = sandbox.login_code(OPENID)
    client.code_to_session(code)

    with pytest.raises(ProviderFailure) as caught:
        client.code_to_session(code)

    assert caught.value.outcome == Rejected(code="40163", permanent=True)


def test_an_invented_login_code_is_refused(client: MiniProgramClient) -> None:
    with pytest.raises(ProviderFailure) as caught:
        client.code_to_session("invented")

    assert caught.value.outcome == Rejected(code="40029", permanent=True)


def test_a_phone_code_gives_the_number_once(client: MiniProgramClient, sandbox: Sandbox) -> None:
    code = sandbox.phone_code(PHONE)

    assert client.phone_number(code) == PHONE
    with pytest.raises(ProviderFailure, match="40163"):
        client.phone_number(code)


def test_a_login_code_is_no_phone_code(client: MiniProgramClient, sandbox: Sandbox) -> None:
    with pytest.raises(ProviderFailure, match="40029"):
        client.phone_number(sandbox.login_code(OPENID))


def test_a_wrong_app_secret_opens_nothing_and_shows_nowhere(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = MiniProgramClient(sandbox.wechat_settings(app_secret="wrong-secret"))

    with pytest.raises(ProviderFailure, match="40125") as caught:
        client.code_to_session(sandbox.login_code(OPENID))

    assert "wrong-secret" not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_a_lost_answer_to_a_log_in_shows_neither_secret_nor_code(sandbox: Sandbox) -> None:
    client = MiniProgramClient(sandbox.wechat_settings())
    code = sandbox.login_code(OPENID)
    sandbox.inject(LOGIN, "break_after_accept")

    with pytest.raises(ProviderFailure) as caught:
        client.code_to_session(code)

    shown = "".join(traceback.format_exception(caught.value))
    assert code not in shown
    assert client.secret not in shown


def test_a_refused_token_costs_exactly_one_new_token_and_one_more_call(
    channel: WeChatChannel, sandbox: Sandbox
) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 2)
    channel.send(arrived_message("job-1"))
    sandbox.expire_tokens()

    assert isinstance(channel.send(arrived_message("job-2")), Accepted)
    assert sandbox.calls() == [TOKEN, SEND, SEND, TOKEN, SEND]


def test_a_token_that_is_refused_for_ever_ends_after_token_call_token_call(
    sandbox: Sandbox, channel: WeChatChannel
) -> None:
    sandbox.inject(SEND, "refuse_credential", times=99)

    assert channel.send(arrived_message()) == Rejected(code="40001", permanent=False, retry_after_seconds=60)
    assert sandbox.calls() == [TOKEN, SEND, TOKEN, SEND]


def test_one_token_serves_many_messages(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 3)

    for number in range(3):
        channel.send(arrived_message(f"job-{number}"))

    assert sandbox.calls() == [TOKEN, SEND, SEND, SEND]


def test_two_processes_do_not_take_each_others_token_away(sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 4)
    channels = [WeChatChannel(MiniProgramClient(sandbox.wechat_settings())) for _ in range(2)]

    results = [
        channel.send(arrived_message(f"job-{turn}-{number}"))
        for turn in range(2)
        for number, channel in enumerate(channels)
    ]

    assert all(isinstance(result, Accepted) for result in results)
    assert sandbox.calls().count(TOKEN) == 2


def test_without_a_token_the_message_has_certainly_not_left(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.inject(TOKEN, "hang_after_accept", seconds=1.5)

    assert channel.send(arrived_message()) == Rejected(code="token_timeout", permanent=False, retry_after_seconds=5)
    assert SEND not in sandbox.calls()


def test_the_wechat_message_carries_its_values_and_our_id(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id())

    channel.send(arrived_message("job-5"))

    [message] = sandbox.messages(OPENID)
    assert message["out_id"] == "job-5"
    assert message["params"] == {
        "thing1": "粤B12345",
        "thing2": "安邻花园 一期",
        "thing3": "东门",
        "time4": "2026年11月22日 14:05",
    }


def test_a_grant_is_good_for_one_message(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id())

    assert isinstance(channel.send(arrived_message("job-1")), Accepted)
    assert channel.send(arrived_message("job-2")) == Rejected(code="43101", permanent=True)


def test_a_value_that_wechat_does_not_take_costs_the_message_and_no_grant(
    client: MiniProgramClient, sandbox: Sandbox
) -> None:
    sandbox.grant(OPENID, arrived_template_id())
    data = {"thing1": "访" * 21, "thing2": "安邻花园", "thing3": "东门", "time4": "14:05"}

    refused = client.send_subscribe(OPENID, arrived_template_id(), data, "pages/a")

    assert refused == Rejected(code="47003", permanent=True)
    assert isinstance(client.send_subscribe(OPENID, arrived_template_id(), data | {"thing1": "访客"}, ""), Accepted)


@pytest.mark.parametrize("kind", ["hang_after_accept", "break_after_accept", "error_after_accept"])
def test_a_wechat_message_whose_answer_was_lost_is_unknown_and_is_not_sent_again(
    kind: str, channel: WeChatChannel, sandbox: Sandbox
) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 2)
    sandbox.inject(SEND, kind, seconds=1.5)

    assert isinstance(channel.send(arrived_message("job-1")), Unknown)
    assert sandbox.counts() == {"job-1": 1}


def test_a_host_who_granted_nothing_on_wechat_is_told_by_sms(channel: WeChatChannel, sandbox: Sandbox) -> None:
    both = FallbackChannel(channel, SmsChannel(sandbox.sms_settings()))

    assert isinstance(both.send(arrived_message()), Accepted)
    assert [message["channel"] for message in sandbox.messages()] == ["sms"]


def test_a_host_who_granted_it_on_wechat_gets_no_sms(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id())
    both = FallbackChannel(channel, SmsChannel(sandbox.sms_settings()))

    both.send(arrived_message())

    assert [message["channel"] for message in sandbox.messages()] == ["wechat"]


def test_a_message_that_wechat_may_have_taken_does_not_also_go_by_sms(channel: WeChatChannel, sandbox: Sandbox) -> None:
    sandbox.grant(OPENID, arrived_template_id())
    sandbox.inject(SEND, "break_after_accept")
    both = FallbackChannel(channel, SmsChannel(sandbox.sms_settings()))

    assert isinstance(both.send(arrived_message()), Unknown)
    assert sandbox.counts() == {"job-1": 1}


def test_silence_of_sms_alone_does_not_prove_that_wechat_took_nothing(channel: WeChatChannel, sandbox: Sandbox) -> None:
    both = FallbackChannel(channel, SmsChannel(sandbox.sms_settings()))
    message = arrived_message()

    assert both.look_up("job-1", message.to, datetime.now(PROVIDER_TIME_ZONE).date()) == Unanswered("unsupported")


def test_messages_go_on_while_redis_is_away(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 2)
    with embedded_redis(tmp_path) as server:
        storage = SharedTokenStorage(Redis.from_url(server.url))
        channel = WeChatChannel(MiniProgramClient(sandbox.wechat_settings(), storage))
        assert isinstance(channel.send(arrived_message("job-1")), Accepted)
        server.kill()

        assert isinstance(channel.send(arrived_message("job-2")), Accepted)
    assert sandbox.calls() == [TOKEN, SEND, SEND]


def test_a_second_process_uses_the_token_that_redis_keeps(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.grant(OPENID, arrived_template_id(), 2)
    with embedded_redis(tmp_path) as server:
        for number in range(2):
            storage = SharedTokenStorage(Redis.from_url(server.url))
            WeChatChannel(MiniProgramClient(sandbox.wechat_settings(), storage)).send(arrived_message(f"job-{number}"))

    assert sandbox.calls() == [TOKEN, SEND, SEND]
