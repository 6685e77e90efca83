"""What the endpoint decorator, identity, problems, logs and metrics cost beside a bare Flask view."""

from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor, ActorKind, Permission, Role
from backend.kernel.ids import uuid7
from tests.benchmarks.figures import alternately, compare, rate
from tests.chaos.installation import Installation

COUNT = 400
OPERATOR = Actor(ActorKind.STAFF, uuid7(), roles=frozenset({Role.OPERATOR}))
PLACE = {"id": "01a2", "name": "安邻花园", "gates": 3}
SELECT_ONE = "SELECT 1"


class PlaceResponse(Schema):
    id = fields.String()
    name = fields.String()
    gates = fields.Integer()


blueprint = Blueprint("places", __name__)


@endpoint(blueprint, "GET", "/place", Permission.SELF, answer=PlaceResponse)
def place() -> Response:
    with request_work() as work:
        work.session.connection().exec_driver_sql(SELECT_ONE)
        return answer(work, PLACE)


def bench_endpoint(installation: Installation) -> None:
    """Both open one transaction with one query and answer the same JSON."""
    ours, bare = _ours(installation.platform).test_client(), _bare(installation.platform).test_client()
    for client in (ours, bare):
        assert client.get("/place").get_json() == PLACE
    per_second = alternately(
        lambda: rate(lambda _: ours.get("/place"), COUNT), lambda: rate(lambda _: bare.get("/place"), COUNT)
    )
    compare("endpoint_ms", 1000 / per_second[0], 1000 / per_second[1], "ms")


def _ours(platform: Platform) -> Flask:
    app = Flask("ours")
    prepare(app, platform, lambda request: OPERATOR)
    app.config.update(API_TITLE="bench", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint)
    return app


def _bare(found: Platform) -> Flask:
    app = Flask("bare")

    @app.get("/place")
    def bare_place() -> Response:
        with found.database.sessions.begin() as session:
            session.connection().exec_driver_sql(SELECT_ONE)
        return jsonify(PLACE)

    return app
