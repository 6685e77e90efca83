"""The device that is calling: one machine within one site."""

from flask import Request, g

from backend.features.devices import service as devices
from backend.infrastructure.http.identity import Authenticator, bearer_token
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor
from backend.kernel.ids import DeviceId, SiteId


def authenticator(platform: Platform) -> Authenticator:
    def authenticate(request: Request) -> Actor | None:
        token = bearer_token(request)
        return None if token is None else devices.authenticate(platform.database, platform.crypto, token)

    return authenticate


def device_place() -> tuple[SiteId, DeviceId]:
    (site_id,) = g.actor.scope.sites
    return site_id, DeviceId(g.actor.id)
