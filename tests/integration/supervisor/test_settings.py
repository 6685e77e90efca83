"""What the environment decides, and what each process is told."""

import subprocess
import sys
from pathlib import Path

from backend.supervisor.processes import connections, default_table
from backend.supervisor.settings import REPOSITORY, child_environment, read_settings
from notifications.sandbox import credentials

APP = "postgresql+psycopg://app@/anlin"
QUEUE = "redis://queue:6379/0"


def names(**environment: str) -> list[str]:
    return [spec.name for spec in default_table(read_settings(environment))]


def loads_the_demo(**environment: str) -> bool:
    return any("--demo" in spec.command for spec in default_table(read_settings(environment)))


def test_a_real_database_is_never_seeded() -> None:
    assert loads_the_demo()
    assert not loads_the_demo(DATABASE_URL=APP)


def test_production_runs_neither_the_sandbox_nor_the_demo() -> None:
    assert not loads_the_demo(ANLIN_ENV="production")
    assert "sandbox" not in names(ANLIN_ENV="production")


def test_all_pools_together_leave_room_below_eighty_connections() -> None:
    assert 0 < connections(default_table(read_settings({}))) < 80


def test_migrations_come_before_everything_else() -> None:
    assert names()[0] == names(ANLIN_ENV="production", DATABASE_URL=APP)[0] == "migrate"


def test_only_migrations_work_as_the_owner() -> None:
    assert {spec.name for spec in default_table(read_settings({})) if spec.as_owner} == {"migrate"}


def test_the_owners_url_is_kept_from_ordinary_processes() -> None:
    settings = read_settings({"DATABASE_URL": APP, "DATABASE_OWNER_URL": "postgresql+psycopg://owner@/anlin"})
    assert "DATABASE_OWNER_URL" not in child_environment(settings, APP, QUEUE)


def test_the_operators_own_variables_win_over_defaults(tmp_path: Path) -> None:
    media = "s3://key:secret@store:9000/media"
    settings = read_settings({"MEDIA_URL": media, "STATE_DIR": str(tmp_path), "SMS_SIGN_NAME": "阳光"})
    found = child_environment(settings, APP, QUEUE)
    assert (found["MEDIA_URL"], found["SMS_SIGN_NAME"]) == (media, "阳光")
    assert found["KEYS_FILE"] == f"{tmp_path}/keys.toml"


def test_development_speaks_to_the_sandbox_with_its_credentials() -> None:
    found = child_environment(read_settings({"PORT": "9000"}), APP, QUEUE)
    assert found["SMS_ENDPOINT"] == found["WECHAT_BASE_URL"] == "http://127.0.0.1:9002"
    assert found["SMS_ACCESS_KEY_ID"] == credentials.ACCESS_KEY_ID
    assert found["SMS_ACCESS_KEY_SECRET"] == credentials.ACCESS_KEY_SECRET
    assert found["SMS_SIGN_NAME"] == credentials.SIGN_NAME
    assert found["WECHAT_APP_ID"] == credentials.APP_ID
    assert found["WECHAT_APP_SECRET"] == credentials.APP_SECRET


def test_the_supervisor_itself_loads_no_framework() -> None:
    code = "import sys, backend.supervisor.__main__; print(*sorted(m for m in sys.modules if '.' not in m))"
    printed = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert not {"flask", "sqlalchemy", "redis", "psycopg", "rq", "numpy"} & set(printed.stdout.split())
