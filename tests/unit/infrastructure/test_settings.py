from pathlib import Path

import pytest

from backend.infrastructure.settings import BadSettings, read_settings

SERVERS = {"DATABASE_URL": "postgresql+psycopg://app@db/anlin", "REDIS_URL": "redis://redis/0"}
PRODUCTION = {
    **SERVERS,
    "ANLIN_ENV": "production",
    "PUBLIC_SCHEME": "https",
    "SMS_ENDPOINT": "https://sms.example.cn",
    "WECHAT_BASE_URL": "https://wechat.example.cn",
}


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(BadSettings, match=r"DATABASE_URL.*REDIS_URL"):
        read_settings({})


def test_plates_are_read_by_the_faster_engine_unless_another_is_named() -> None:
    assert read_settings(SERVERS).plate_engine == "onnx"
    assert read_settings({**SERVERS, "PLATE_ENGINE": "paddle"}).plate_engine == "paddle"
    with pytest.raises(BadSettings, match="onnx or paddle"):
        read_settings({**SERVERS, "PLATE_ENGINE": "magic"})


def test_production_starts_with_real_providers(tmp_path: Path) -> None:
    assert read_settings({**PRODUCTION, "STATE_DIR": str(tmp_path)}).in_production


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"SMS_ENDPOINT": "http://127.0.0.1:8002"}, "sandbox"),
        ({"SMS_ACCESS_KEY_ID": "sandbox-access-key"}, "sandbox"),
        ({"PUBLIC_SCHEME": "http"}, "https"),
        ({"LIVE_PORT": "8001"}, "LIVE_PORT"),
    ],
)
def test_production_refuses_what_belongs_to_development(change: dict[str, str], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=complaint):
        read_settings({**PRODUCTION, "STATE_DIR": str(tmp_path), **change})


def test_production_refuses_the_demo_community(tmp_path: Path) -> None:
    (tmp_path / "demo.txt").write_text("demo")
    with pytest.raises(BadSettings, match="demo"):
        read_settings({**PRODUCTION, "STATE_DIR": str(tmp_path)})


def test_origins_carry_the_port_only_where_there_is_one() -> None:
    development = read_settings({**SERVERS, "PORT": "8000", "LIVE_PORT": "8001"})
    assert development.origin("property") == "http://property.localhost:8000"
    assert development.origin("property", live=True) == "http://property.localhost:8001"
    behind_nginx = read_settings({**SERVERS, "BASE_DOMAIN": "anlin.example.cn", "PUBLIC_SCHEME": "https"})
    assert behind_nginx.origin("property", live=True) == "https://property.anlin.example.cn"
