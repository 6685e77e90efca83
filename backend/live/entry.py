"""The streams by host label; apart from the pages, so that their process loads no more than it needs."""

from flask import Flask

from backend.features.accounts.model import Portal
from backend.features.devices.service import COMMANDS
from backend.infrastructure.http.live import LiveHub
from backend.infrastructure.http.platform import Platform
from backend.live.app import create_device_wait, create_portal_stream
from backend.portals.shared.cookies import authenticator


def live_apps(platform: Platform) -> dict[str, Flask]:
    hub = LiveHub(platform.database, COMMANDS)
    portals = {
        portal.value: create_portal_stream(platform, hub, portal.value, authenticator(platform, portal))
        for portal in Portal
    }
    return {**portals, "device": create_device_wait(platform, hub)}
