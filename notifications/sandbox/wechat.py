"""The WeChat stand-in: access tokens, log-in codes, phone numbers and subscribe messages.

As the real API, it answers HTTP 200 with an `errcode` to everything that it understands.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, jsonify, request

from notifications.sandbox.credentials import APP_ID, APP_SECRET
from notifications.sandbox.faults import FaultAnswers, Instruments
from notifications.sandbox.store import AcceptedMessage, Store, instant
from notifications.sandbox.wechat_rules import FILED, invalid_key

TOKEN_LIFE = timedelta(seconds=7200)
# a normal-mode call renews within the last five minutes; until then it gives the same token
TOKEN_RENEWAL = timedelta(minutes=5)
CODE_LIFE = timedelta(minutes=5)
_USED, _UNKNOWN_CODE = 40163, 40029

Body = dict[str, Any]


class Refused(Exception):
    """An answer with an errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode)
        self.errcode, self.errmsg = errcode, errmsg


def wechat_blueprint(store: Store, instruments: Instruments) -> Blueprint:
    blueprint = Blueprint("wechat", __name__)

    def endpoint(method: str, path: str, handler: Callable[[Store], Body]) -> None:
        def view() -> Response:
            return instruments.call(path, lambda: _answer(handler, store), _FAULT_ANSWERS)

        blueprint.add_url_rule(path, endpoint=handler.__name__, view_func=view, methods=[method])

    endpoint("POST", "/cgi-bin/stable_token", _stable_token)
    endpoint("GET", "/sns/jscode2session", _code_to_session)
    endpoint("POST", "/wxa/business/getuserphonenumber", _phone_number)
    endpoint("POST", "/cgi-bin/message/subscribe/send", _subscribe_send)
    return blueprint


def _answer(handler: Callable[[Store], Body], store: Store) -> Response:
    try:
        with store.transaction():
            return jsonify(handler(store))
    except Refused as refused:
        return jsonify({"errcode": refused.errcode, "errmsg": refused.errmsg})


def _failed(status: int) -> Response:
    answer = jsonify({})
    answer.status_code = status
    return answer


_FAULT_ANSWERS = FaultAnswers(
    throttled=lambda: jsonify({"errcode": 45009, "errmsg": "reach max api daily quota limit"}),
    unavailable=lambda: jsonify({"errcode": -1, "errmsg": "system error"}),
    internal_error=lambda: _failed(502),
    credential_refused=lambda: jsonify({"errcode": 40001, "errmsg": "invalid credential"}),
)


def _stable_token(store: Store) -> Body:
    body = _json_body()
    _check_app(body.get("appid"), body.get("secret"))
    now = datetime.now(UTC)
    renew_before = instant(now if body.get("force_refresh") else now + TOKEN_RENEWAL)
    held = store.rows("SELECT * FROM access_token WHERE expires_at > ? ORDER BY expires_at DESC", renew_before)
    if held and not body.get("force_refresh"):
        left = datetime.fromisoformat(held[0]["expires_at"]) - now
        return {"access_token": held[0]["token"], "expires_in": int(left.total_seconds())}
    return {"access_token": _new_token(store, now), "expires_in": int(TOKEN_LIFE.total_seconds())}


def _new_token(store: Store, now: datetime) -> str:
    token = secrets.token_urlsafe(384)  # the real one may be 512 characters long
    with store.transaction() as connection:
        connection.execute("INSERT INTO access_token VALUES (?, ?)", (token, instant(now + TOKEN_LIFE)))
    return token


def _check_app(app_id: str | None, secret: str | None) -> None:
    if app_id != APP_ID:
        raise Refused(40013, "invalid appid")
    if secret != APP_SECRET:
        raise Refused(40125, "invalid appsecret")


def _check_token(store: Store) -> None:
    token = request.args.get("access_token", "")
    held = store.rows("SELECT 1 FROM access_token WHERE token = ? AND expires_at > ?", token, instant())
    if not held:
        raise Refused(40001, "invalid credential, access_token is invalid or not latest")


def _json_body() -> Body:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refused(47001, "data format error")
    return body


def _code_to_session(store: Store) -> Body:
    query = request.args
    _check_app(query.get("appid"), query.get("secret"))
    subject = _use_code(store, "login", query.get("js_code", ""))
    return subject | {"session_key": secrets.token_urlsafe(18)}


def _phone_number(store: Store) -> Body:
    _check_token(store)
    phone = _use_code(store, "phone", str(_json_body().get("code", "")))["phone"]
    info = {
        "phoneNumber": phone,
        "purePhoneNumber": phone,
        "countryCode": "86",
        "watermark": {"timestamp": int(datetime.now(UTC).timestamp()), "appid": APP_ID},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


def _use_code(store: Store, kind: str, code: str) -> Body:
    """Whom the code stands for. It lives five minutes and is good for one call."""
    found = store.rows("SELECT * FROM user_code WHERE code = ? AND kind = ?", code, kind)
    if not found or datetime.now(UTC) - datetime.fromisoformat(found[0]["made_at"]) > CODE_LIFE:
        raise Refused(_UNKNOWN_CODE, "invalid code")
    if found[0]["used_at"] is not None:
        raise Refused(_USED, "code been used")
    with store.transaction() as connection:
        connection.execute("UPDATE user_code SET used_at = ? WHERE code = ?", (instant(), code))
    subject: Body = json.loads(found[0]["subject"])
    return subject


def _subscribe_send(store: Store) -> Body:
    _check_token(store)
    body = _json_body()
    openid, template_id = body.get("touser", ""), body.get("template_id", "")
    if not openid:
        raise Refused(40003, "invalid openid")
    if template_id not in FILED:
        raise Refused(40037, "invalid template_id")
    if key := invalid_key(template_id, body.get("data", {})):
        raise Refused(47003, f"argument invalid! data.{key}.value is invalid")
    if body.get("miniprogram_state", "formal") not in ("developer", "trial", "formal"):
        raise Refused(47003, "argument invalid! miniprogram_state")
    _spend_quota(store, openid, template_id)
    return {"errcode": 0, "errmsg": "ok", "msgid": _accept(store, body)}


def _spend_quota(store: Store, openid: str, template_id: str) -> None:
    with store.transaction() as connection:
        spent = connection.execute(
            "UPDATE subscription SET quota = quota - 1 WHERE openid = ? AND template_id = ? AND quota > 0",
            (openid, template_id),
        )
    if spent.rowcount == 0:
        raise Refused(43101, "user refuse to accept the msg")


def _accept(store: Store, body: Body) -> int:
    params = {key: entry["value"] for key, entry in body["data"].items()}
    message_id = secrets.randbelow(2**53)
    store.accept(
        AcceptedMessage(
            channel="wechat",
            provider_id=str(message_id),
            out_id=_out_id(body.get("page", "")),
            recipient=body["touser"],
            sender=APP_ID,
            template=body["template_id"],
            params=params,
            text="\n".join(params.values()),
            accepted_at=instant(),
        )
    )
    return message_id


def _out_id(page: str) -> str:
    """The wire has no field for the sender's id; our page addresses carry it."""
    query: Mapping[str, list[str]] = parse_qs(urlsplit(page).query)
    return query.get("message", [""])[0]
