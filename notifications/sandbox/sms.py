"""The Alibaba Cloud SMS stand-in: SendSms, SendBatchSms and QuerySendDetails on `POST /`."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, request

from notifications.sandbox.acs3 import SignatureGate, SignedRequest
from notifications.sandbox.credentials import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from notifications.sandbox.faults import FaultAnswers, Instruments
from notifications.sandbox.sms_rules import MAX_NUMBERS, Refused, check_limits, check_number, render
from notifications.sandbox.store import AcceptedMessage, Store, instant
from notifications.sandbox.voice import single_call_by_tts

CHINA = ZoneInfo("Asia/Shanghai")
WAITING, FAILED, DELIVERED = 1, 2, 3
_MAX_BATCH = 100
_MAX_PAGE = 50

Body = dict[str, Any]


def sms_blueprint(store: Store, instruments: Instruments) -> Blueprint:
    """The API root, told apart from the human page by its method."""
    blueprint = Blueprint("sms", __name__)
    gate = SignatureGate({ACCESS_KEY_ID: ACCESS_KEY_SECRET})

    @blueprint.post("/")
    def call() -> Response:
        refusal = gate.refuse(_signed_request(), datetime.now(UTC))
        if refusal is not None:
            return _gateway_error(refusal.status, refusal.code)
        action = request.headers["x-acs-action"]
        handler = _ACTIONS.get(action)
        if handler is None:
            return _gateway_error(404, "InvalidAction.NotFound")
        return instruments.call(action, lambda: _business(handler, store), _FAULT_ANSWERS)

    return blueprint


def _signed_request() -> SignedRequest:
    return SignedRequest(
        method=request.method,
        path=request.path,
        query=request.query_string.decode(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=True),
    )


def _business(handler: Callable[[Store, Mapping[str, str]], Body], store: Store) -> Response:
    """Refusals of the business side are HTTP 200 with a code, as the real service answers them."""
    try:
        with store.transaction():
            outcome = handler(store, request.values)
    except Refused as refused:
        outcome = {"Code": refused.code, "Message": refused.text}
    return jsonify({"RequestId": str(uuid4()).upper(), "Code": "OK", "Message": "OK"} | outcome)


def _gateway_error(status: int, code: str) -> Response:
    answer = jsonify({"RequestId": str(uuid4()).upper(), "Code": code, "Message": code, "HostId": request.host})
    answer.status_code = status
    return answer


def _throttled() -> Response:
    answer = _gateway_error(400, "Throttling.User")
    answer.headers["x-acs-retry-after"] = "2000"  # milliseconds
    return answer


_FAULT_ANSWERS = FaultAnswers(
    throttled=_throttled,
    unavailable=lambda: _gateway_error(503, "ServiceUnavailable"),
    internal_error=lambda: _gateway_error(500, "InternalError"),
    credential_refused=lambda: _gateway_error(403, "SignatureDoesNotMatch"),
)


def _send(store: Store, query: Mapping[str, str]) -> Body:
    numbers = query.get("PhoneNumbers", "").split(",")
    if len(numbers) > MAX_NUMBERS:
        raise Refused("isv.MOBILE_COUNT_OVER_LIMIT")
    param, sign_name = query.get("TemplateParam", ""), query.get("SignName", "")
    return _accept_all(store, query, [(number, sign_name, param) for number in numbers])


def _send_batch(store: Store, query: Mapping[str, str]) -> Body:
    try:
        numbers, signs, params = (
            json.loads(query[name]) for name in ("PhoneNumberJson", "SignNameJson", "TemplateParamJson")
        )
        entries = list(zip(numbers, signs, map(_as_text, params), strict=True))
    except (KeyError, ValueError, TypeError):
        raise Refused("isv.INVALID_JSON_PARAM") from None
    if len(entries) > _MAX_BATCH:
        raise Refused("isv.MOBILE_COUNT_OVER_LIMIT")
    return _accept_all(store, query, entries)


def _as_text(param: object) -> str:
    return param if isinstance(param, str) else json.dumps(param)


def _accept_all(store: Store, query: Mapping[str, str], entries: list[tuple[str, str, str]]) -> Body:
    """All or none: the surrounding transaction goes back where one is refused."""
    biz_id = f"{secrets.randbelow(10**18):018d}^0"
    code = query.get("TemplateCode", "")
    for written_number, sign_name, param in entries:
        number = check_number(written_number)
        text, params = render(sign_name, code, param)
        check_limits(store, number, code)
        store.accept(
            AcceptedMessage(
                channel="sms",
                provider_id=biz_id,
                out_id=query.get("OutId", ""),
                recipient=number,
                sender=sign_name,
                template=code,
                params=params,
                text=text,
                accepted_at=instant(),
            )
        )
    return {"BizId": biz_id}


def _query_details(store: Store, query: Mapping[str, str]) -> Body:
    size, page = _whole(query, "PageSize"), _whole(query, "CurrentPage")
    if not 1 <= size <= _MAX_PAGE or page < 1:
        raise Refused("isv.INVALID_PARAMETERS")
    found = _messages_of_day(store, check_number(query.get("PhoneNumber", "")), query.get("SendDate", ""))
    shown = [message_detail(store, row) for row in found[(page - 1) * size : page * size]]
    return {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown}}


def _whole(query: Mapping[str, str], name: str) -> int:
    written = query.get(name, "")
    return int(written) if written.isdecimal() else 0


def _messages_of_day(store: Store, number: str, day: str) -> list[Body]:
    try:
        start = datetime.strptime(day, "%Y%m%d").replace(tzinfo=CHINA)
    except ValueError:
        raise Refused("isv.INVALID_PARAMETERS") from None
    return store.rows(
        "SELECT * FROM message WHERE channel = 'sms' AND recipient = ? AND accepted_at >= ? "
        "AND accepted_at < ? ORDER BY id DESC",
        number,
        instant(start),
        instant(start + timedelta(days=1)),
    )


def fate(store: Store, number: str) -> tuple[int, str]:
    """Send status and error code of this number's messages: delivered unless a test says otherwise."""
    status, code = store.setting(f"fate:{number}", [DELIVERED, "DELIVERED"])
    return int(status), str(code)


def china_time(accepted_at: str) -> str:
    return f"{datetime.fromisoformat(accepted_at).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def message_detail(store: Store, row: Body) -> Body:
    status, code = fate(store, row["recipient"])
    detail = {
        "PhoneNum": row["recipient"],
        "SendStatus": status,
        "TemplateCode": row["template"],
        "Content": row["text"],
        "SendDate": china_time(row["accepted_at"]),
        "OutId": row["out_id"],
    }
    return detail if status == WAITING else detail | {"ErrCode": code, "ReceiveDate": detail["SendDate"]}


_ACTIONS: Mapping[str, Callable[[Store, Mapping[str, str]], Body]] = {
    "SendSms": _send,
    "SendBatchSms": _send_batch,
    "QuerySendDetails": _query_details,
    "SingleCallByTts": single_call_by_tts,
}
