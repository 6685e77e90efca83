"""What tests and the curious may ask of the sandbox: its messages, its codes, its misbehaviour."""

import json
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from notifications.sandbox.faults import Fault, FaultKind, Instruments
from notifications.sandbox.sms import DELIVERED, FAILED, WAITING
from notifications.sandbox.store import Store, instant

_FATES = {"waiting": WAITING, "failed": FAILED, "delivered": DELIVERED}


def control_blueprint(store: Store, instruments: Instruments) -> Blueprint:
    """JSON under /control; a body must be application/json, so that no foreign page can post one."""
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    _add_reads(blueprint, store, instruments)
    _add_behaviour(blueprint, store, instruments)
    _add_wechat(blueprint, store)
    return blueprint


def _add_reads(blueprint: Blueprint, store: Store, instruments: Instruments) -> None:
    @blueprint.get("/messages")
    def messages() -> Response:
        found = store.messages(recipient=request.args.get("recipient"), limit=request.args.get("limit", 200, type=int))
        return jsonify([row | {"params": json.loads(row["params"])} for row in found])

    @blueprint.get("/counts")
    def counts() -> Response:
        found = store.rows("SELECT out_id, count(*) AS n FROM message GROUP BY out_id")
        return jsonify({row["out_id"]: row["n"] for row in found})

    @blueprint.get("/calls")
    def calls() -> Response:
        return jsonify(list(instruments.calls))


def _add_behaviour(blueprint: Blueprint, store: Store, instruments: Instruments) -> None:
    @blueprint.post("/faults")
    def inject() -> Response:
        body = request.get_json()
        instruments.faults.append(Fault(**(body | {"kind": FaultKind(body["kind"])})))
        return _done()

    @blueprint.post("/reset")
    def reset() -> Response:
        store.clear()
        instruments.clear()
        return _done()

    @blueprint.post("/sms/limits")
    def limits() -> Response:
        store.set("limits_enforced", bool(request.get_json()["enforced"]))
        return _done()

    @blueprint.post("/sms/fate")
    def fate() -> Response:
        """Body: phone, status (waiting, failed, delivered), code."""
        body = request.get_json()
        store.set(f"fate:{body['phone']}", [_FATES[body["status"]], body.get("code", "DELIVERED")])
        return _done()

    @blueprint.post("/sms/report-url")
    def report_url() -> Response:
        store.set("report_url", request.get_json()["url"])
        return _done()


def _add_wechat(blueprint: Blueprint, store: Store) -> None:
    @blueprint.post("/wechat/login-code")
    def login_code() -> Response:
        """Body: openid, perhaps unionid. Answers the code that `wx.login` would give."""
        return _new_code(store, "login", request.get_json())

    @blueprint.post("/wechat/phone-code")
    def phone_code() -> Response:
        """Body: phone. Answers the code that the phone-number button would give."""
        return _new_code(store, "phone", request.get_json())

    @blueprint.post("/wechat/grants")
    def grant() -> Response:
        """Body: openid, template_id, count: so many taps on "allow"."""
        body = request.get_json()
        with store.transaction() as connection:
            connection.execute(
                "INSERT INTO subscription VALUES (:openid, :template_id, :count) "
                "ON CONFLICT DO UPDATE SET quota = quota + :count",
                {"count": 1} | body,
            )
        return _done()

    @blueprint.post("/wechat/expire-tokens")
    def expire_tokens() -> Response:
        with store.transaction() as connection:
            connection.execute("DELETE FROM access_token")
        return _done()


def _new_code(store: Store, kind: str, subject: dict[str, Any]) -> Response:
    code = secrets.token_hex(16)
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO user_code VALUES (?, ?, ?, ?, NULL)", (code, kind, json.dumps(subject), instant())
        )
    return jsonify({"code": code})


def _done() -> Response:
    return jsonify({"done": True})
