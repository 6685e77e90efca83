"""Every app of the backend but the streams by its host label; `wsgi.py` adds the mini-program API and serves them."""

from collections.abc import Callable, Mapping

from flask import Flask

from backend.device_api.app import create_app as create_device_api
from backend.infrastructure.http.platform import Platform
from backend.portals.campus.app import create_app as create_campus
from backend.portals.police.app import create_app as create_police
from backend.portals.property.app import create_app as create_property
from backend.portals.visitor.app import create_app as create_visitor

WEB_APPS: Mapping[str, Callable[[Platform], Flask]] = {
    "property": create_property,
    "campus": create_campus,
    "police": create_police,
    "device": create_device_api,
    "pass": create_visitor,
}


def web_apps(platform: Platform) -> dict[str, Flask]:
    return {host: create(platform) for host, create in WEB_APPS.items()}
