"""Real servers and worker processes of a run of their own, with the hands that break them.

Everything starts and breaks in the main thread: the kernel ends a child with the *thread* that forked it.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from io import StringIO
from pathlib import Path

import psutil
import requests

from backend.bootstrap import build_platform
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import create_keys
from backend.infrastructure.migrate import upgrade
from backend.infrastructure.settings import read_settings
from backend.kernel.clock import utc_now
from backend.supervisor.child import Child
from backend.supervisor.children import signal_group, start_child, wait_until
from backend.supervisor.logbook import Logbook
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.processes import COMMON_ROLES, LIVE, MASTER, PROCESS_NAME, WEB, gunicorn
from backend.supervisor.redis_server import RedisServer
from backend.supervisor.settings import REPOSITORY
from tests.chaos.worker import NO_FENCING
from tests.drivers.sandbox import Sandbox, running_sandbox
from tests.drivers.servers import embedded_postgres, embedded_redis

BYTECODE = Path(tempfile.gettempdir()) / "anlin-chaos-bytecode"

POOLS: Mapping[str, tuple[str, ...]] = {
    "workers": COMMON_ROLES,
    "default-2": ("default",),
    "recognition": ("recognition",),
    "direct": ("direct",),
    "background": ("background",),
}
SPARE = "default-2"
USUAL = ("workers", SPARE, "recognition")


class Installation:
    """`fencing=False` starts the workers without the checks that this harness exists to prove."""

    def __init__(
        self, state_dir: Path, postgres: PostgresServer, redis: RedisServer, sandbox: Sandbox, *, fencing: bool = True
    ) -> None:
        self.postgres, self.redis, self.sandbox = postgres, redis, sandbox
        self.environment = _environment(state_dir, postgres, redis, sandbox)
        if not fencing:
            self.environment[NO_FENCING] = "1"
        create_keys(state_dir / "keys.toml", utc_now())
        upgrade(postgres.owner_url, postgres.app_url)
        self.platform: Platform = build_platform(read_settings({**self.environment, "POOL_SIZE": "16"}))
        self._book = Logbook(state_dir / "logs", console=StringIO())
        self.pools: dict[str, Child] = {}
        self.web: list[Child] = []
        self._healing: list[tuple[float, str]] = []
        self._redis_resumes_at: float | None = None
        self.redis_outages: list[tuple[float, float]] = []
        """Unix times between which hints could not flow."""

    def start(self, *names: str) -> None:
        for name in names or USUAL:
            child = Child(name, partial(self._launch, name), self._book)
            self.pools[name] = child
            child.start()

    def serve(self) -> tuple[str, str]:
        """The web processes as an installation has them; where pages and streams answer."""
        urls = []
        for application, options, pool_size in (("application", WEB, 8), ("live_application", LIVE, 6)):
            port = free_port()
            command = gunicorn(f"wsgi:{application}", port, options)
            environment = {"POOL_SIZE": str(pool_size)}
            child = Child(application, partial(self._start, command, environment, MASTER), self._book)
            self.web.append(child)
            child.start()
            urls.append(f"http://127.0.0.1:{port}")
        for url in urls:
            assert wait_until(partial(answers, url), 30), f"{url} does not answer"
        return urls[0], urls[1]

    def _launch(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.chaos.worker", *POOLS[name]]
        return self._start(command, {PROCESS_NAME: name}, signal.SIGKILL)

    def _start(
        self, command: Sequence[str], environment: Mapping[str, str], parent_death_signal: signal.Signals
    ) -> subprocess.Popen[bytes]:
        return start_child(
            command,
            parent_death_signal=parent_death_signal,
            environment={**self.environment, **environment},
            cwd=REPOSITORY,
            output=subprocess.PIPE,
        )

    def keep_alive(self) -> None:
        """To be called often: restarts what ended, wakes what slept long enough."""
        now = time.monotonic()
        for wake_at, name in [sleeper for sleeper in self._healing if sleeper[0] <= now]:
            self._healing.remove((wake_at, name))
            self._signal(name, signal.SIGCONT)
        if self._redis_resumes_at is not None and self._redis_resumes_at <= now:
            self._redis_resumes_at = None
            self.redis.resume()
        for child in self.pools.values():
            child.keep_alive()

    def log_of(self, name: str) -> list[str]:
        path = self._book.folder / f"{name}.log"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def healed(self) -> bool:
        return not self._healing and self._redis_resumes_at is None

    def kill_worker(self, dice: random.Random) -> str:
        worker = self._any_worker(dice)
        worker.kill()
        return f"kill one of {worker.info['name']}"

    def kill_group(self, dice: random.Random) -> str:
        name = dice.choice(sorted(self.pools))
        self._signal(name, signal.SIGKILL)
        return f"kill the group of {name}"

    def stop_worker(self, dice: random.Random) -> str:
        """For ever: its pool has to notice."""
        worker = self._any_worker(dice)
        worker.suspend()
        return f"stop one of {worker.info['name']}"

    def pause_group(self, dice: random.Random) -> str:
        """Longer than a lease: its jobs go to others, and it comes back believing them its own.

        Only where another pool plays the same role: with its parent stopped, a pool cannot mend itself.
        """
        seconds = dice.uniform(12, 20)
        self.pause(SPARE, seconds)
        return f"pause the group of {SPARE} for {seconds:.0f} s"

    def pause(self, name: str, seconds: float) -> None:
        self._signal(name, signal.SIGSTOP)
        self._healing.append((time.monotonic() + seconds, name))

    def _any_worker(self, dice: random.Random) -> psutil.Process:
        """One process that plays a role; a pool that starts just now may have none yet."""
        while True:
            parents = [child.process.pid for child in self.pools.values() if child.process is not None]
            found = [one for one in psutil.process_iter(["name", "ppid", "pid"]) if one.info["ppid"] in parents]
            if found:
                return dice.choice(sorted(found, key=lambda one: (one.info["name"], one.info["pid"])))
            self.keep_alive()
            time.sleep(0.05)

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self.pools[name].process
        if process is not None:
            signal_group(process, number)

    def kill_redis(self, dice: random.Random) -> str:
        down = time.time()
        self.redis.kill()
        self._redis_resumes_at = None
        time.sleep(dice.uniform(0, 2))
        self.redis.start()
        self.redis_outages.append((down, time.time()))
        return "kill redis"

    def empty_redis(self, _: random.Random) -> str:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [self.redis.programs / "redis-cli", "-s", self.redis.socket, "flushall"],
                env={**os.environ, "REDISCLI_AUTH": self.redis.passwords.redis},
                stdout=subprocess.DEVNULL,
                check=False,
                timeout=2,
            )
        return "empty redis"

    def pause_redis(self, dice: random.Random, seconds: float | None = None) -> str:
        seconds = seconds or dice.uniform(2, 8)
        self.redis.pause()
        self._redis_resumes_at = max(self._redis_resumes_at or 0, time.monotonic() + seconds)
        self.redis_outages.append((time.time(), time.time() + seconds))
        return f"pause redis for {seconds:.0f} s"

    def restart_postgres(self, _: random.Random) -> str:
        self.postgres.restart()
        return "restart postgres (fast)"

    def crash_postgres(self, dice: random.Random) -> str:
        """Immediate shutdown or a power cut: recovery from the write-ahead log follows."""
        process, immediate = self.postgres.process, dice.random() < 0.5
        if immediate and process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait(20)
        self.postgres.kill()
        self.postgres.start()
        return "restart postgres (immediate)" if immediate else "kill postgres"

    def stop(self) -> None:
        for child in (*self.pools.values(), *self.web):
            child.kill()
        self.redis.resume()
        self.platform.database.engine.dispose()


def _environment(state_dir: Path, postgres: PostgresServer, redis: RedisServer, sandbox: Sandbox) -> dict[str, str]:
    sms, wechat = sandbox.sms_settings(), sandbox.wechat_settings()
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        # As in an installation: a restarted worker compiles nothing.
        "PYTHONPYCACHEPREFIX": str(BYTECODE),
        "DATABASE_URL": postgres.app_url,
        "REDIS_URL": redis.url,
        "STATE_DIR": str(state_dir),
        "SMS_ENDPOINT": sms.endpoint_url,
        "SMS_ACCESS_KEY_ID": sms.access_key_id,
        "SMS_ACCESS_KEY_SECRET": sms.access_key_secret,
        "SMS_SIGN_NAME": sms.sign_name,
        "WECHAT_BASE_URL": wechat.base_url,
        "WECHAT_APP_ID": wechat.app_id,
        "WECHAT_APP_SECRET": wechat.app_secret,
        "OMP_NUM_THREADS": "1",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", headers={"Host": "device.localhost"}, timeout=2).ok
    except requests.RequestException:
        return False


@contextmanager
def installed(*, fencing: bool = True) -> Iterator[Installation]:
    """Durable servers (fsync, append-only file), the providers' stand-in without limits; no worker runs yet."""
    with tempfile.TemporaryDirectory(prefix="anlin-chaos-") as folder:
        Path(folder).chmod(0o755)
        state = Path(folder)
        with (
            embedded_postgres(state / "servers", fsync=True) as postgres,
            embedded_redis(state / "servers") as redis,
            running_sandbox(state) as sandbox,
        ):
            sandbox.enforce_limits(enforced=False)
            installation = Installation(state, postgres, redis, sandbox, fencing=fencing)
            try:
                yield installation
            finally:
                installation.stop()
