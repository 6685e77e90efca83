"""The stand-ins themselves: a provider that lets a wrong request pass would prove nothing about the channels."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import requests
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendBatchSmsRequest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

from notifications.catalogue import CATALOGUE
from notifications.channels.sms import SmsChannel
from notifications.contracts import Accepted, TemplateKey
from notifications.sandbox.credentials import ACCESS_KEY_ID, ACCESS_KEY_SECRET, SIGN_NAME
from tests.builders.messages import PHONE, arrived_message
from tests.drivers.sandbox import Sandbox, running_sandbox

LOGIN_CODE = CATALOGUE[TemplateKey.LOGIN_CODE].sms_code


def send_sms_query(**changes: str) -> dict[str, str]:
    return {
        "PhoneNumbers": PHONE,
        "SignName": SIGN_NAME,
        "TemplateCode": LOGIN_CODE,
        "TemplateParam": '{"code": "402913"}',
        "OutId": "raw",
    } | changes


def signed_headers(
    sandbox: Sandbox, query: dict[str, str], *, sent_at: datetime | None = None, unsigned: str = ""
) -> dict[str, str]:
    """Headers of a SendSms with an empty body, signed by the provider's own SDK."""
    request = DaraRequest()
    request.method, request.pathname, request.query = "POST", "/", query
    digest = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": f"127.0.0.1:{sandbox.port}",
        "x-acs-action": "SendSms",
        "x-acs-version": "2017-05-25",
        "x-acs-date": f"{sent_at or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-content-sha256": digest,
    }
    request.headers = {name: value for name, value in headers.items() if name != unsigned}
    authorization = Utils.get_authorization(request, "ACS3-HMAC-SHA256", digest, ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    return headers | {"Authorization": authorization}


def post(sandbox: Sandbox, query: dict[str, str], headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    answer = requests.post(f"{sandbox.url}/?{urlencode(query)}", headers=headers, data=body, timeout=5)
    return answer.status_code, answer.json()["Code"]


def test_a_request_signed_by_the_sdk_passes(sandbox: Sandbox) -> None:
    query = send_sms_query()

    assert post(sandbox, query, signed_headers(sandbox, query)) == (200, "OK")


def test_a_request_that_was_overheard_passes_once(sandbox: Sandbox) -> None:
    query = send_sms_query()
    headers = signed_headers(sandbox, query)
    post(sandbox, query, headers)

    assert post(sandbox, query, headers) == (400, "SignatureNonceUsed")
    assert sandbox.counts() == {"raw": 1}


@pytest.mark.parametrize("drift", [timedelta(minutes=-16), timedelta(minutes=16)])
def test_a_date_off_by_more_than_fifteen_minutes_is_refused(drift: timedelta, sandbox: Sandbox) -> None:
    query = send_sms_query()
    headers = signed_headers(sandbox, query, sent_at=datetime.now(UTC) + drift)

    assert post(sandbox, query, headers) == (400, "InvalidTimeStamp.Expired")


def test_another_number_under_the_same_signature_is_refused(sandbox: Sandbox) -> None:
    headers = signed_headers(sandbox, send_sms_query())

    refusal = post(sandbox, send_sms_query(PhoneNumbers="13900139000"), headers)

    assert refusal == (403, "SignatureDoesNotMatch")
    assert sandbox.messages() == []


def test_a_body_other_than_the_signed_one_is_refused(sandbox: Sandbox) -> None:
    query = send_sms_query()

    refusal = post(sandbox, query, signed_headers(sandbox, query), body=b"PhoneNumbers=13900139000")

    assert refusal == (403, "SignatureDoesNotMatch")


def test_a_signature_that_leaves_the_nonce_out_is_refused(sandbox: Sandbox) -> None:
    query = send_sms_query()
    headers = signed_headers(sandbox, query, unsigned="x-acs-signature-nonce")

    assert post(sandbox, query, headers) == (403, "SignatureDoesNotMatch")


def test_a_request_without_a_signature_is_refused(sandbox: Sandbox) -> None:
    assert post(sandbox, send_sms_query(), {"x-acs-action": "SendSms"}) == (400, "IncompleteSignature")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"TemplateParam": "{}"}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": "{"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code": 402913}'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code": "http://a.b"}'}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"TemplateParam": json.dumps({"code": "9" * 36})}, "isv.PARAM_LENGTH_LIMIT"),
        ({"TemplateCode": "SMS_0"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"SignName": "别人"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"PhoneNumbers": ",".join([PHONE] * 1001)}, "isv.MOBILE_COUNT_OVER_LIMIT"),
        ({"PhoneNumbers": "110"}, "isv.MOBILE_NUMBER_ILLEGAL"),
    ],
)
def test_a_business_refusal_is_http_200_with_its_code(change: dict[str, str], code: str, sandbox: Sandbox) -> None:
    query = send_sms_query(**change)

    assert post(sandbox, query, signed_headers(sandbox, query)) == (200, code)
    assert sandbox.messages() == []


def sdk_client(sandbox: Sandbox) -> Client:
    config = Config(access_key_id=ACCESS_KEY_ID, access_key_secret=ACCESS_KEY_SECRET, protocol="http")
    config.endpoint = f"127.0.0.1:{sandbox.port}"
    return Client(config)


def batch(phones: list[str]) -> SendBatchSmsRequest:
    return SendBatchSmsRequest(
        phone_number_json=json.dumps(phones),
        sign_name_json=json.dumps([SIGN_NAME] * len(phones)),
        template_param_json=json.dumps([{"code": f"10000{n}"} for n in range(len(phones))]),
        template_code=LOGIN_CODE,
        out_id="batch",
    )


def test_a_batch_reaches_every_number_with_its_own_text(sandbox: Sandbox) -> None:
    answer = sdk_client(sandbox).send_batch_sms(batch([PHONE, "13900139000"]))

    assert answer.body.code == "OK"
    assert {m["recipient"]: m["params"]["code"] for m in sandbox.messages()} == {
        PHONE: "100000",
        "13900139000": "100001",
    }


def test_a_batch_with_one_wrong_number_reaches_nobody(sandbox: Sandbox) -> None:
    answer = sdk_client(sandbox).send_batch_sms(batch([PHONE, "110"]))

    assert answer.body.code == "isv.MOBILE_NUMBER_ILLEGAL"
    assert sandbox.messages() == []


def test_the_details_of_another_number_are_not_shown(sandbox: Sandbox) -> None:
    SmsChannel(sandbox.sms_settings()).send(arrived_message())
    day = f"{datetime.now(UTC) + timedelta(hours=8):%Y%m%d}"
    query = QuerySendDetailsRequest(phone_number="13900139000", send_date=day, page_size=10, current_page=1)

    assert sdk_client(sandbox).query_send_details(query).body.total_count == "0"


def test_no_accepted_message_is_lost_when_the_sandbox_is_killed(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as own:
        own.enforce_limits(False)
        channel = SmsChannel(own.sms_settings())
        accepted = {f"job-{n}" for n in range(30) if isinstance(channel.send(arrived_message(f"job-{n}")), Accepted)}
        own.kill()
        own.start()

        assert len(accepted) == 30
        assert own.counts() == dict.fromkeys(accepted, 1)


def test_every_third_call_can_be_made_to_fail(sandbox: Sandbox) -> None:
    channel = SmsChannel(sandbox.sms_settings())
    sandbox.inject("SendSms", "error_after_accept", times=2, every=3)

    results = [isinstance(channel.send(arrived_message(f"job-{n}")), Accepted) for n in range(9)]

    assert results == [True, True, False, True, True, False, True, True, True]


def test_the_sandbox_ends_cleanly_when_asked(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as own:
        assert own.kill(signal.SIGTERM) == 0


def test_the_sandbox_does_not_run_in_production(tmp_path: Path) -> None:
    environment = os.environ | {"ANLIN_ENV": "production", "STATE_DIR": str(tmp_path)}

    ended = subprocess.run(
        [sys.executable, "-m", "notifications.sandbox"], env=environment, capture_output=True, timeout=30, check=False
    )

    assert ended.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_an_answer_leaves_in_one_segment(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        first = connection.recv(65536)

    assert first.startswith(b"HTTP/1.1 200")
    assert b'"status"' in first


def test_a_person_sees_the_newest_message_first_and_one_phone_alone(sandbox: Sandbox) -> None:
    channel = SmsChannel(sandbox.sms_settings())
    channel.send(arrived_message("job-1", phone="13800138001"))
    channel.send(arrived_message("job-2", phone="13800138002"))

    everybody = requests.get(sandbox.url, timeout=5).text
    one = requests.get(sandbox.url, params={"to": "13800138001"}, timeout=5).text

    assert everybody.index("→ 13800138002") < everybody.index("→ 13800138001")
    assert "→ 13800138001" in one
    assert "→ 13800138002" not in one


class _ReportReceiver(HTTPServer):
    """Takes delivery reports, but answers the first push as a receiver in trouble does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ReportHandler)
        self.pushes: list[list[dict[str, Any]]] = []


class _ReportHandler(BaseHTTPRequestHandler):
    server: _ReportReceiver

    def do_POST(self) -> None:
        self.server.pushes.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        code = 500 if len(self.server.pushes) == 1 else 200
        body = b'{"code": 0, "msg": "ok"}'
        self.send_response(code)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[_ReportReceiver]:
    with _ReportReceiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_delivery_report_is_pushed_until_it_is_taken_and_not_again(
    sandbox: Sandbox, receiver: _ReportReceiver
) -> None:
    sandbox.report_to(f"http://127.0.0.1:{receiver.server_port}/sms-reports")
    sandbox.set_fate("13800138002", "failed", "MK:0012")
    channel = SmsChannel(sandbox.sms_settings())
    channel.send(arrived_message("job-1", phone="13800138001"))
    channel.send(arrived_message("job-2", phone="13800138002"))

    deadline = time.monotonic() + 10
    while len(receiver.pushes) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.2)  # two more rounds of the pusher, which must find nothing to push

    taken = [report for push in receiver.pushes[1:] for report in push]
    assert sorted((r["out_id"], r["success"], r["err_code"]) for r in taken) == [
        ("job-1", True, "DELIVERED"),
        ("job-2", False, "MK:0012"),
    ]
