"""The API that gates, cameras, sensors and buttons call: machine credentials, its own host and document."""

from flask import Flask

from backend.device_api.caller import authenticator
from backend.device_api.resources import commands, doors, events, gate_list, identity_cards, intercom, media, pickups
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.openapi import create_api
from backend.infrastructure.http.platform import Platform


def create_app(platform: Platform) -> Flask:
    app = Flask("device", static_folder=None)
    prepare(app, platform, authenticator(platform))
    api = create_api(app, "Anlin device API")
    for resource in (media, events, commands, doors, gate_list, intercom, identity_cards, pickups):
        api.register_blueprint(resource.blueprint)
    return app
