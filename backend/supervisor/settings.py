"""What `make run` is told by the environment, and what it tells its children."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTS = ("property", "campus", "police", "api", "device", "pass")


@dataclass(frozen=True)
class Settings:
    """One installation, as the operator configured it; None means "embedded" for the two URLs."""

    state_dir: Path
    port: int
    public_port: int
    anlin_env: str
    profile: str
    database_url: str | None
    database_owner_url: str | None
    redis_url: str | None
    started_at: float
    """Unix time of the command that the person typed."""
    inherited: Mapping[str, str]

    @property
    def development(self) -> bool:
        """Whether demo data and the sandbox may run."""
        return self.anlin_env == "development"

    @property
    def metrics_dir(self) -> Path:
        """Where the web workers leave their counters for each other."""
        return self.state_dir / "metrics"

    @property
    def live_port(self) -> int:
        """The port of the server-sent event process."""
        return self.port + 1

    @property
    def sandbox_port(self) -> int:
        """The port of the stand-ins for SMS and WeChat."""
        return self.port + 2

    @property
    def ports(self) -> tuple[int, ...]:
        """Every TCP port that this installation listens on."""
        web = (self.port, self.live_port)
        return (*web, self.sandbox_port) if self.development else web


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that these variables ask for; raises ValueError for a PORT that is no number."""
    port = int(environment.get("PORT") or 8000)
    return Settings(
        state_dir=Path(environment.get("STATE_DIR") or REPOSITORY / "var").resolve(),
        port=port,
        public_port=int(environment.get("PUBLIC_PORT") or port),
        anlin_env=environment.get("ANLIN_ENV") or "development",
        profile=environment.get("PROFILE") or "full",
        database_url=environment.get("DATABASE_URL") or None,
        database_owner_url=environment.get("DATABASE_OWNER_URL") or environment.get("DATABASE_URL") or None,
        redis_url=environment.get("REDIS_URL") or None,
        started_at=float(environment.get("ANLIN_STARTED_AT") or time.time()),
        inherited=environment,
    )


def child_environment(settings: Settings, database_url: str, redis_url: str) -> dict[str, str]:
    """What every process of the product sees; a variable the operator set wins over a default."""
    defaults = {
        "MEDIA_URL": f"file://{settings.state_dir}/media",
        "KEYS_FILE": f"{settings.state_dir}/keys.toml",
        # Two arenas instead of eight a core: threads of the web processes would each grow one.
        "MALLOC_ARENA_MAX": "2",
    }
    fixed = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STATE_DIR": str(settings.state_dir),
        "PORT": str(settings.port),
        "PUBLIC_PORT": str(settings.public_port),
        "ANLIN_ENV": settings.anlin_env,
        "PROFILE": settings.profile,
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {name: value for name, value in settings.inherited.items() if name != "DATABASE_OWNER_URL"}
    return {**defaults, **_development_environment(settings), **inherited, **fixed}


def _development_environment(settings: Settings) -> dict[str, str]:
    """Where the stand-ins answer, with their public credentials; a test compares them with the sandbox."""
    if not settings.development:
        return {}
    sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
    return {
        "SANDBOX_URL": sandbox,
        "SANDBOX_PORT": str(settings.sandbox_port),
        "SMS_ENDPOINT": sandbox,
        "SMS_ACCESS_KEY_ID": "sandbox-access-key",
        "SMS_ACCESS_KEY_SECRET": "sandbox-access-secret",
        "SMS_SIGN_NAME": "安邻平台",
        "VOICE_ENDPOINT": sandbox,
        "WECHAT_BASE_URL": sandbox,
        "WECHAT_APP_ID": "wx00000000sandbox0",
        "WECHAT_APP_SECRET": "sandbox-app-secret",
        # Behind nginx the streams have the pages' own origin; here they have a port of their own.
        "LIVE_PORT": str(settings.live_port),
    }
