"""Everything that the environment decides, read once and typed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recognition.contracts import PlateEngine

DEVELOPMENT = "development"
PRODUCTION = "production"


class BadSettings(Exception):
    """The installation cannot start; the message names each setting and what it should be."""


@dataclass(frozen=True)
class Settings:
    environment: str
    database_url: str = field(repr=False)
    """The application's role: no owner, no UPDATE or DELETE on audit entries."""
    database_owner_url: str = field(repr=False)
    """The owner's role: migrations, backup and restore only."""
    redis_url: str = field(repr=False)
    media_url: str = field(repr=False)
    """`file:///folder` or `s3://key:secret@host:port/bucket?secure=0`."""
    keys_file: Path
    state_dir: Path
    base_domain: str
    """Every app has a host below it: `property.`, `police.`, `api.`, `device.`, `pass.`, `campus.`"""
    public_port: int | None
    """The port that browsers see, where it is not the scheme's own."""
    public_scheme: str
    live_port: int | None
    """Development only: the port of the SSE process. Behind nginx it is the same origin and this is None."""
    sms_endpoint: str
    sms_access_key_id: str
    sms_access_key_secret: str = field(repr=False)
    sms_sign_name: str
    voice_endpoint: str
    """Telephone calls, with the account of the SMS; empty where none can be made."""
    voice_show_number: str
    wechat_base_url: str
    wechat_app_id: str
    wechat_app_secret: str = field(repr=False)
    audit_witness_dir: Path
    profile: str
    plate_engine: PlateEngine
    """What runs the networks that read plates: `onnx`, or `paddle`, which PROFILE=light does not have."""
    pool_size: int
    trusted_proxies: int

    @property
    def model_dir(self) -> Path:
        """Where model files lie that an operator imported; it may be read-only."""
        return self.state_dir / "models"

    @property
    def in_production(self) -> bool:
        return self.environment == PRODUCTION

    def origin(self, app: str, *, live: bool = False) -> str:
        """`http://property.localhost:8000`; `live` gives the SSE process where it has its own port."""
        port = self.live_port if live and self.live_port else self.public_port
        return f"{self.public_scheme}://{app}.{self.base_domain}" + (f":{port}" if port else "")


def _optional_port(text: str | None) -> int | None:
    return int(text) if text else None


def _plate_engine(name: str) -> PlateEngine:
    try:
        return PlateEngine(name)
    except ValueError:
        raise BadSettings(f"PLATE_ENGINE is {' or '.join(PlateEngine)}") from None


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises BadSettings naming every missing or impossible value at once."""
    get = environ.get
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not get(name)]
    if missing:
        raise BadSettings(f"not set: {', '.join(missing)} (`make run` sets them for the embedded servers)")
    state_dir = Path(get("STATE_DIR", "var")).absolute()
    settings = Settings(
        environment=get("ANLIN_ENV", DEVELOPMENT),
        database_url=environ["DATABASE_URL"],
        database_owner_url=get("DATABASE_OWNER_URL") or environ["DATABASE_URL"],
        redis_url=environ["REDIS_URL"],
        media_url=get("MEDIA_URL") or f"file://{state_dir / 'media'}",
        keys_file=Path(get("KEYS_FILE") or state_dir / "keys.toml"),
        state_dir=state_dir,
        base_domain=get("BASE_DOMAIN", "localhost"),
        public_port=_optional_port(get("PUBLIC_PORT") or get("PORT")),
        public_scheme=get("PUBLIC_SCHEME", "http"),
        live_port=_optional_port(get("LIVE_PORT")),
        sms_endpoint=get("SMS_ENDPOINT", ""),
        sms_access_key_id=get("SMS_ACCESS_KEY_ID", ""),
        sms_access_key_secret=get("SMS_ACCESS_KEY_SECRET", ""),
        sms_sign_name=get("SMS_SIGN_NAME", "安邻平台"),
        voice_endpoint=get("VOICE_ENDPOINT", ""),
        voice_show_number=get("VOICE_SHOW_NUMBER", ""),
        wechat_base_url=get("WECHAT_BASE_URL", "https://api.weixin.qq.com"),
        wechat_app_id=get("WECHAT_APP_ID", ""),
        wechat_app_secret=get("WECHAT_APP_SECRET", ""),
        audit_witness_dir=Path(get("AUDIT_WITNESS_DIR") or state_dir / "audit-witness"),
        profile=get("PROFILE", "full"),
        plate_engine=_plate_engine(get("PLATE_ENGINE", PlateEngine.ONNX)),
        pool_size=int(get("POOL_SIZE", "8")),
        trusted_proxies=int(get("TRUSTED_PROXIES", "0")),
    )
    _refuse_unsafe(settings)
    return settings


def _refuse_unsafe(settings: Settings) -> None:
    """Production refuses the sandbox, plain HTTP and demo state."""
    if not settings.in_production:
        return
    problems = []
    if any("127.0.0.1" in url for url in (settings.sms_endpoint, settings.voice_endpoint, settings.wechat_base_url)):
        problems.append("SMS_ENDPOINT, VOICE_ENDPOINT and WECHAT_BASE_URL point at the sandbox")
    if settings.sms_access_key_id.startswith("sandbox"):
        problems.append("SMS_ACCESS_KEY_ID is the sandbox's")
    if settings.public_scheme != "https":
        problems.append("PUBLIC_SCHEME must be https")
    if settings.live_port is not None:
        problems.append("LIVE_PORT is for development: let nginx route /live/ instead")
    if (settings.state_dir / "demo.txt").exists():
        problems.append("the demo community is loaded (demo.txt in STATE_DIR)")
    if problems:
        raise BadSettings("; ".join(problems))
