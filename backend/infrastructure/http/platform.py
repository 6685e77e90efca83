"""What a web process or a worker is made of; built once by `bootstrap`."""

from dataclasses import dataclass

from flask import current_app

from backend.infrastructure.crypto import Crypto
from backend.infrastructure.media.store import MediaStore
from backend.infrastructure.settings import Settings
from backend.infrastructure.unit_of_work import Database

EXTENSION = "anlin"


@dataclass(frozen=True)
class Platform:
    settings: Settings
    database: Database
    crypto: Crypto
    media: MediaStore


def platform() -> Platform:
    """The platform of the app that answers the current request."""
    found: Platform = current_app.extensions[EXTENSION]
    return found
