"""The app `api`: residents' phones call it, WeChat vouches for who they are."""

from flask import Flask, Request

from backend.features.residents import service as residents
from backend.features.residents.ports import MiniProgram
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.identity import Authenticator, bearer_token
from backend.infrastructure.http.openapi import create_api
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor
from miniprogram_api.mini_program import EXTENSION
from miniprogram_api.resources import (
    bindings,
    credentials,
    households,
    intercom,
    matters,
    members,
    passages,
    places,
    rights,
    sessions,
    visits,
    walk_ins,
)

PREFIX = "/api/v1"
RESOURCES = (
    sessions,
    places,
    bindings,
    households,
    visits,
    credentials,
    intercom,
    members,
    matters,
    passages,
    rights,
    walk_ins,
)


def create_app(platform: Platform, mini_program: MiniProgram) -> Flask:
    app = Flask("api", static_folder=None)
    prepare(app, platform, authenticator(platform))
    app.extensions[EXTENSION] = mini_program
    api = create_api(app, "Anlin mini-program API")
    for resource in RESOURCES:
        api.register_blueprint(resource.blueprint, url_prefix=PREFIX)
    return app


def authenticator(platform: Platform) -> Authenticator:
    def authenticate(request: Request) -> Actor | None:
        token = bearer_token(request)
        return residents.authenticate_token(platform.database, platform.crypto, token) if token else None

    return authenticate
