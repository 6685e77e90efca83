"""The API that gates, cameras, sensors and buttons call: machine credentials, its own host and document."""

from flask import Flask
from flask_smorest import Api

from backend.device_api.caller import authenticator
from backend.device_api.resources import commands, events, media
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.platform import Platform


def create_app(platform: Platform) -> Flask:
    app = Flask("device")
    prepare(app, platform, authenticator(platform))
    app.config.update(
        API_TITLE="Anlin device API",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"device": {"type": "http", "scheme": "bearer"}}},
            "security": [{"device": []}],
        },
    )
    api = Api(app)
    for blueprint in (media.blueprint, events.blueprint, commands.blueprint):
        api.register_blueprint(blueprint)
    return app
