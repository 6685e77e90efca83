"""The API that gates, cameras, sensors and buttons call: machine credentials, its own host and document."""

from flask import Flask

from backend.device_api.caller import authenticator
from backend.device_api.resources import commands, doors, events, gate_list, intercom, media, pickups
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.openapi import create_api
from backend.infrastructure.http.platform import Platform


def create_app(platform: Platform) -> Flask:
    app = Flask("device", static_folder=None)
    prepare(app, platform, authenticator(platform))
    api = create_api(app, "Anlin device API")
    blueprints = (media.blueprint, events.blueprint, commands.blueprint, doors.blueprint, gate_list.blueprint)
    for blueprint in (*blueprints, intercom.blueprint, pickups.blueprint):
        api.register_blueprint(blueprint)
    return app
