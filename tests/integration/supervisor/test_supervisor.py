"""The real supervisor over real processes: start, stop, sudden death, restart."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from backend.supervisor.children import processes_in
from tests.integration.supervisor.driver import Installation, eventually, script_row

FORK_THEN_DIE_ONCE = """
import os, subprocess, sys, time
marker = {marker!r}
if not os.path.exists(marker):
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open(marker, "w").write(str(left.pid))
    sys.exit(3)
open(marker + ".second", "w").close()
time.sleep(600)
"""
IGNORES_SIGTERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"

HOLDS_A_PORT = """
import signal, socket, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = socket.create_server(("127.0.0.1", {port}))
print("holding", flush=True)
time.sleep(600)
"""


def stop_seconds(installation: Installation, number: signal.Signals) -> float:
    assert installation.supervisor is not None
    begun = time.monotonic()
    installation.supervisor.send_signal(number)
    installation.supervisor.wait(30)
    return time.monotonic() - begun


def test_ctrl_c_ends_every_process_within_eight_seconds(installation: Installation) -> None:
    installation.rows.append(script_row("stubborn", IGNORES_SIGTERM))
    supervisor = installation.start_and_wait()
    assert len(installation.alive()) > 5
    assert stop_seconds(installation, signal.SIGINT) < 8
    assert supervisor.returncode == 0, installation.log
    assert installation.alive() == []


def test_a_killed_supervisor_leaves_nothing_running(installation: Installation) -> None:
    installation.rows.append(script_row("worker", "import time; time.sleep(600)"))
    installation.start_and_wait()
    stop_seconds(installation, signal.SIGKILL)
    assert eventually(lambda: installation.alive() == []), [one.cmdline() for one in installation.alive()]


def test_a_killed_supervisor_does_not_stop_the_next_start(installation: Installation) -> None:
    installation.start_and_wait()
    stop_seconds(installation, signal.SIGKILL)
    begun = time.monotonic()
    installation.start_and_wait()
    assert time.monotonic() - begun < 10
    assert stop_seconds(installation, signal.SIGTERM) < 8


def test_a_stray_that_holds_a_port_gives_way_to_the_next_start(installation: Installation) -> None:
    code = HOLDS_A_PORT.format(port=installation.port + 1)
    installation.rows.append(script_row("stubborn", code, parent_death_signal=signal.SIGTERM))
    installation.start_and_wait()
    assert eventually(lambda: "holding" in installation.log)
    stop_seconds(installation, signal.SIGKILL)
    installation.start_and_wait()
    assert "left-over processes of an earlier run" in installation.log


def test_a_crashed_process_starts_again_without_what_it_left_behind(installation: Installation, tmp_path: Path) -> None:
    marker = tmp_path / "left-behind"
    installation.rows.append(script_row("crasher", FORK_THEN_DIE_ONCE.format(marker=str(marker))))
    installation.start_and_wait()
    assert eventually(marker.with_suffix(".second").exists), installation.log
    left_behind = int(marker.read_text())
    assert not psutil.pid_exists(left_behind) or psutil.Process(left_behind).status() == psutil.STATUS_ZOMBIE
    assert "crasher ended with 3; starts again in 0.5 s" in installation.log


def test_a_process_that_keeps_failing_is_started_ever_more_slowly(installation: Installation) -> None:
    installation.rows.append(script_row("hopeless", "raise SystemExit(1)"))
    installation.start_and_wait()
    assert eventually(lambda: "starts again in 2.0 s" in installation.log), installation.log
    assert re.findall(r"starts again in ([\d.]+) s", installation.log)[:3] == ["0.5", "1.0", "2.0"]


def test_a_killed_postgres_is_started_again(installation: Installation) -> None:
    installation.start_and_wait()
    postmaster = min(processes_in(installation.home() / "postgres"), key=lambda one: one.create_time())
    os.kill(postmaster.pid, signal.SIGKILL)
    assert eventually(lambda: "postgres ended with -9" in installation.log)
    assert eventually(lambda: installation.log.count("database system is ready to accept connections") == 2)


def test_a_second_supervisor_is_refused_by_name_of_the_first(installation: Installation) -> None:
    first = installation.start_and_wait()
    second = installation.command("run")
    assert second.returncode == 1
    assert f"already running as process {first.pid}" in second.stderr
    assert first.poll() is None


def test_a_failed_step_stops_the_start(installation: Installation) -> None:
    installation.rows.insert(0, script_row("migrate", "print('no such table'); raise SystemExit(2)", step=True))
    assert installation.start().wait(60) == 1
    assert "migrate failed with 2" in installation.log
    assert "no such table" in installation.log
    assert installation.alive() == []


def test_only_steps_learn_the_owners_url(installation: Installation, tmp_path: Path) -> None:
    code = "import os, time; open({path!r}, 'w').write(os.environ.get('DATABASE_OWNER_URL', 'none'))"
    step, service = tmp_path / "step", tmp_path / "service"
    installation.rows.insert(0, script_row("migrate", code.format(path=str(step)), step=True, as_owner=True))
    installation.rows.append(script_row("worker", code.format(path=str(service)) + "; time.sleep(600)"))
    installation.start_and_wait()
    assert eventually(lambda: service.exists() and service.read_text() == "none")
    assert step.read_text().startswith("postgresql+psycopg://anlin_owner:")


def test_a_taken_port_is_named(installation: Installation) -> None:
    listener = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(installation.port + 1), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: bool(psutil.Process(listener.pid).net_connections()))
        assert installation.start().wait(60) == 1
        assert f"port {installation.port + 1} is taken" in installation.log
    finally:
        listener.kill()
        listener.wait()


def test_reset_is_refused_while_running_and_clears_everything_after(installation: Installation) -> None:
    installation.start_and_wait()
    assert installation.command("reset").returncode == 1
    stop_seconds(installation, signal.SIGTERM)
    home = installation.home()
    assert installation.command("reset").returncode == 0
    assert not installation.state_dir.exists()
    assert not home.exists()


def test_memory_counts_every_process_of_the_table(installation: Installation) -> None:
    installation.start_and_wait()
    printed = installation.command("memory").stdout
    names = [line.split()[0] for line in printed.splitlines()[1:]]
    assert names == ["supervisor", "postgres", "redis-server", "web", "total"]
    assert float(printed.split()[-1]) > 20


def test_logs_of_each_process_are_kept_in_a_file_of_its_own(installation: Installation) -> None:
    line = '{"timestamp": "2026-01-01T00:00:00Z", "level": "info", "event": "started", "queue": "default"}'
    code = f"import time; print({line!r}, flush=True); time.sleep(600)"
    installation.rows.append(script_row("worker", code))
    installation.start_and_wait()
    log = installation.state_dir / "log" / "worker.log"
    printed = "info    started queue=default"
    assert eventually(lambda: log.exists() and log.read_text().rstrip().endswith(printed))
    assert f"worker             | {printed}" in installation.log
