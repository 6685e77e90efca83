"""What `flask doctor` asks of an installation. Each check gives one finding, and changes nothing."""

import shutil
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from backend.infrastructure import presence
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.schema import current_revision, expected_revision
from backend.kernel.clock import utc_now
from backend.kernel.jobs import Queue
from backend.supervisor.processes import COMMON_ROLES, connections, default_table
from backend.supervisor.settings import read_settings as read_supervisor_settings
from recognition.weights import WeightsError, verify_weights

CONNECTION_LIMIT = 80
"""PostgreSQL's usual 100, less listeners, operators and backups."""
GIBIBYTE = 1 << 30
CHANGES = ("UPDATE audit_entry SET action = action", "DELETE FROM audit_entry")


class Level(Enum):
    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    level: Level
    what: str
    advice: str = ""


@dataclass(frozen=True)
class Patient:
    """An installation as the doctor finds it."""

    platform: Platform
    environ: Mapping[str, str]

    @property
    def engine(self) -> Engine:
        return self.platform.database.engine


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def graded(value: float, warn_above: float, fail_above: float, what: str, advice: str) -> Finding:
    level = Level.FAIL if value > fail_above else Level.WARN if value > warn_above else Level.OK
    return Finding(level, what, "" if level is Level.OK else advice)


def clock(patient: Patient) -> Finding:
    with patient.engine.connect() as connection:
        apart = abs((connection.execute(text("SELECT clock_timestamp()")).scalar_one() - utc_now()).total_seconds())
    return graded(apart, 2, 30, f"{apart:.1f} s apart from the database's", "let NTP set both machines' clocks")


def role(patient: Patient) -> Finding:
    query = "SELECT current_user, pg_has_role(relowner, 'usage') FROM pg_class WHERE oid = 'audit_entry'::regclass"
    with patient.engine.connect() as connection:
        name, owns = connection.execute(text(query)).one()
    if owns or any(_may(patient, change) for change in CHANGES):
        advice = "set DATABASE_URL to a role of its own, as deploy/postgres/roles.sh makes it, and migrate as the owner"
        return Finding(Level.FAIL, f"{name} may change what was audited", advice)
    return ok(f"{name} owns nothing and cannot change the audit log")


def _may(patient: Patient, change: str) -> bool:
    """Tried for real, on no row, and rolled back."""
    with patient.engine.connect() as connection:
        try:
            connection.execute(text(f"{change} WHERE false"))
        except ProgrammingError:
            return False
    return True


def migrations(patient: Patient) -> Finding:
    with patient.engine.connect() as connection:
        found = current_revision(connection)
    if found != expected_revision():
        return Finding(Level.FAIL, f"at {found}, this version needs {expected_revision()}", "run `flask db-upgrade`")
    return ok(f"at {found}")


def pools(patient: Patient) -> Finding:
    supervisor = read_supervisor_settings(patient.environ)
    table = default_table(supervisor)
    most = connections(table)
    if supervisor.database_url:  # started by systemd or compose: each process has the same share
        most = sum(spec.processes for spec in table if spec.pool_size) * patient.platform.settings.pool_size
    advice = f"set POOL_SIZE lower, or run fewer processes: under {CONNECTION_LIMIT}"
    return graded(most, CONNECTION_LIMIT - 1, CONNECTION_LIMIT - 1, f"at most {most} connections", advice)


def redis(patient: Patient) -> Finding:
    with Redis.from_url(patient.platform.settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
        client.ping()
        try:
            wrong = _wrong_in(client)
        except ResponseError:
            return Finding(Level.WARN, "answers, but hides its settings", "see to AOF, noeviction and a password")
    if wrong:
        return Finding(Level.WARN, f"answers; wrong: {', '.join(wrong)}", "set them as deploy/compose.yaml does")
    return ok("answers; AOF, noeviction and a password are set")


def _wrong_in(client: Redis) -> list[str]:
    wanted = {"appendonly": "yes", "maxmemory-policy": "noeviction"}
    wrong = [name for name, value in wanted.items() if client.config_get(name).get(name) != value]
    return wrong if client.config_get("requirepass").get("requirepass") else [*wrong, "no password"]


def media(patient: Patient) -> Finding:
    store, body = patient.platform.media, b"flask doctor"
    name = store.put(body, "application/octet-stream")
    whole = store.get(name) == body
    store.delete(name)
    return ok("written, read and deleted") if whole else Finding(Level.FAIL, "what was written reads differently")


def keys(patient: Patient) -> Finding:
    path = patient.platform.settings.keys_file.resolve()
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(Level.FAIL, f"{path} has mode {mode:04o}: others may read it", f"chmod 600 {path}")
    folder = patient.platform.settings.media_url.removeprefix("file://")
    if path.is_relative_to(Path(folder).resolve()):
        return Finding(Level.FAIL, f"{path} lies among the media", "move it, and set KEYS_FILE")
    return ok(f"{path} is its owner's alone, and in no backup")


def outbox(patient: Patient) -> Finding:
    query = """
        SELECT count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(extract(epoch FROM clock_timestamp()
            - min(not_before) FILTER (WHERE finished_at IS NULL)), 0) AS oldest FROM outbox_job
    """
    with patient.engine.connect() as connection:
        failed, oldest = connection.execute(text(query)).one()
    if oldest > 60:
        advice = "see whether workers, background and direct run, and their logs"
        return graded(float(oldest), 60, 600, f"the oldest due job waits for {oldest:.0f} s", advice)
    return graded(failed, 0, float("inf"), f"{failed} jobs given up, none late", "their kinds and codes: /metrics")


def feed(patient: Patient) -> Finding:
    query = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) FROM feed WHERE position IS NULL"
    with patient.engine.connect() as connection:
        oldest = float(connection.execute(text(query)).scalar_one())
    advice = "live pages stand still: see whether the background process runs"
    return graded(oldest, 10, 60, f"the oldest row without a position waits for {max(0.0, oldest):.0f} s", advice)


def checkpoints(patient: Patient) -> Finding:
    query = """
        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - at)), 0) FROM audit_entry entry
        WHERE sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM audit_checkpoint signed
            WHERE signed.tenant_id = entry.tenant_id)
    """
    with patient.engine.connect() as connection:
        age = float(connection.execute(text(query)).scalar_one())
    advice = "until it is signed, the tail could be cut unseen: see whether background and worker-default run"
    return graded(age, 180, 3600, f"the oldest unsigned entry is {age:.0f} s old", advice)


def witness(patient: Patient) -> Finding:
    settings = patient.platform.settings
    folder = settings.audit_witness_dir
    near = next(part for part in (folder, *folder.parents) if part.exists())
    if near.stat().st_dev == settings.state_dir.stat().st_dev:
        advice = "set AUDIT_WITNESS_DIR to another machine's disk, which the database's operator cannot write"
        return Finding(Level.WARN, f"{folder} is on the same disk as the state", advice)
    return ok(f"{folder} is on a disk of its own")


def processes(patient: Patient) -> Finding:
    with patient.platform.database.sessions() as session:
        known = presence.list_processes(session)
    wanted = {Queue.RECOGNITION.value, *COMMON_ROLES}
    missing = sorted(wanted - {one.role for one in known if one.at_work})
    if missing:
        advice = "see their log; `make run`, or `systemctl status anlin-workers anlin-recognition`"
        return Finding(Level.WARN, f"no sign of life: {', '.join(missing)}", advice)
    broken = [f"{e['name']} ({e['detail']})" for one in known if one.at_work for e in one.engines if not e["available"]]
    if broken:
        return Finding(Level.FAIL, f"not available: {', '.join(broken)}", "plates are left to the guards until mended")
    return ok(f"{', '.join(sorted(wanted))} are at work")


def weights(patient: Patient) -> Finding:
    try:
        verify_weights(patient.platform.settings.model_dir)
    except WeightsError as error:
        return Finding(Level.FAIL, f"{error} ({error.code})", "install the locked wheels, or import the pack again")
    return ok("every model file is the one that was measured")


def disk(patient: Patient) -> Finding:
    free = shutil.disk_usage(patient.platform.settings.state_dir).free / GIBIBYTE
    return graded(-free, -10, -2, f"{free:.1f} GiB free", "make room: pictures of 30 days and the database need it")


def providers(patient: Patient) -> Finding:
    settings = patient.platform.settings
    wanted = {
        "SMS_ENDPOINT": settings.sms_endpoint,
        "SMS_ACCESS_KEY_ID": settings.sms_access_key_id,
        "WECHAT_APP_ID": settings.wechat_app_id,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        level = Level.FAIL if settings.in_production else Level.WARN
        return Finding(level, f"not set: {', '.join(missing)}", "no message would be sent and no resident logged in")
    return ok("the real providers" if settings.in_production else "the sandbox, as in development")


Check = Callable[[Patient], Finding]
CHECKS: tuple[Check, ...] = (
    clock,
    role,
    migrations,
    pools,
    redis,
    media,
    keys,
    outbox,
    feed,
    checkpoints,
    witness,
    processes,
    weights,
    disk,
    providers,
)
