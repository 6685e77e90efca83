"""The composition root: settings in, platform out. Nothing below it knows how its parts are made."""

import os

from backend.infrastructure.crypto import StandardCrypto
from backend.infrastructure.database import open_engine
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.key_file import KeyFile
from backend.infrastructure.media.store import open_store
from backend.infrastructure.sealed import VAULT
from backend.infrastructure.settings import Settings, read_settings
from backend.infrastructure.unit_of_work import Database
from backend.tables import METADATA

__all__ = ["METADATA", "build_platform", "platform_from_environment"]


def build_platform(settings: Settings) -> Platform:
    """Opens no connection yet: a web process starts, and says `not ready`, without a database."""
    crypto = StandardCrypto(KeyFile(settings.keys_file).current)
    VAULT.use(crypto)
    database = Database.on(open_engine(settings.database_url, settings.pool_size))
    return Platform(settings, database, crypto, open_store(settings.media_url))


def platform_from_environment() -> Platform:
    """Raises BadSettings, KeyMissing or FileNotFoundError with what to do."""
    return build_platform(read_settings(os.environ))
