"""The sandbox's web application, and the server that answers as the providers do."""

import json
import socketserver
from contextlib import suppress
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from notifications.catalogue import CATALOGUE
from notifications.sandbox.control import control_blueprint
from notifications.sandbox.faults import Instruments
from notifications.sandbox.sms import china_time, sms_blueprint
from notifications.sandbox.store import Store
from notifications.sandbox.wechat import wechat_blueprint

_TITLES = {entry.wechat.template_id: key for key, entry in CATALOGUE.items() if entry.wechat}


class SingleSendHandler(WSGIRequestHandler):
    """Keeps connections alive and sends head and body together.

    Two segments would cost a client 40 ms of delayed acknowledgement.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def finish(self) -> None:
        with suppress(ConnectionError):  # a client that gave up, or a connection cut on order
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: request lines hold phone numbers and secrets."""


def create_app(store: Store) -> Flask:
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # an attribute of Flask's own default provider
    instruments = Instruments()
    app.register_blueprint(sms_blueprint(store, instruments))
    app.register_blueprint(wechat_blueprint(store, instruments))
    app.register_blueprint(control_blueprint(store, instruments))
    app.register_blueprint(_phone_page(store))
    return app


def _phone_page(store: Store) -> Blueprint:
    """For a person who tries the product: the phones of everybody it writes to."""
    blueprint = Blueprint("phone", __name__)

    @blueprint.get("/")
    def phone() -> str:
        recipient = request.args.get("to") or None
        people = store.rows("SELECT recipient, max(id) AS newest FROM message GROUP BY 1 ORDER BY newest DESC LIMIT 30")
        messages = [_shown(row) for row in store.messages(recipient=recipient, limit=50)]
        return render_template("phone.html", people=people, messages=messages, recipient=recipient)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    return blueprint


def _shown(row: dict[str, str]) -> dict[str, object]:
    params = json.loads(row["params"])
    title = _TITLES.get(row["template"])
    return row | {"params": params, "kind": title, "time": china_time(row["accepted_at"])}


def make_server(host: str, port: int, state_file: Path) -> tuple[ThreadedWSGIServer, Store]:
    """A server bound to its port (0 picks a free one), a thread for every connection."""
    store = Store(state_file)
    socketserver.ThreadingMixIn.daemon_threads = True
    return ThreadedWSGIServer(host, port, create_app(store), handler=SingleSendHandler), store
