"""The files for a real installation say the same as the supervisor's table, and keep their promises."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.supervisor.processes import ProcessSpec, default_table
from backend.supervisor.settings import HOSTS, REPOSITORY, read_settings

DEPLOY = REPOSITORY / "deploy"
SYSTEMD = DEPLOY / "systemd"
PRODUCTION = {"ANLIN_ENV": "production", "DATABASE_URL": "postgresql+psycopg://anlin_app@/anlin"}
TABLE = default_table(read_settings(PRODUCTION))


def program(words: list[str] | tuple[str, ...]) -> list[str]:
    """A command line from its `-m` on, without what differs between one machine and a container."""
    kept = list(words)[list(words).index("-m") :]
    for option in ("--bind", "--worker-tmp-dir"):
        if option in kept:
            del kept[kept.index(option) : kept.index(option) + 2]
    return sorted(kept)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def unit(path: Path) -> dict[str, str]:
    """The [Service] section of a unit; of a repeated key the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, encoding="utf-8")
    return dict(parser["Service"])


def unit_of(spec: ProcessSpec) -> Path:
    return SYSTEMD / f"anlin-{spec.name}.service"


@pytest.mark.parametrize("spec", TABLE, ids=lambda spec: spec.name)
def test_compose_runs_the_same_command_as_the_supervisor(spec: ProcessSpec) -> None:
    assert program(compose()["services"][spec.name]["command"]) == program(spec.command)


@pytest.mark.parametrize("spec", TABLE, ids=lambda spec: spec.name)
def test_systemd_runs_the_same_command_as_the_supervisor(spec: ProcessSpec) -> None:
    assert program(unit(unit_of(spec))["ExecStart"].split()) == program(spec.command)


def test_the_target_starts_every_process() -> None:
    target = (SYSTEMD / "anlin.target").read_text(encoding="utf-8")
    for spec in TABLE:
        if not spec.step:
            assert unit_of(spec).name in target


def test_every_image_names_its_version() -> None:
    for name, service in compose()["services"].items():
        tag = service["image"].rpartition(":")[2] if "$" not in service["image"] else "required"
        assert tag not in {"", "latest"} and (tag == "required" or re.search(r"\d+\.\d+", tag)), name


def test_what_takes_connections_has_a_health_check_and_every_volume_is_named() -> None:
    found = compose()
    for name in ("postgres", "redis", "web", "live", "nginx"):
        assert "test" in found["services"][name]["healthcheck"], name
    assert set(found["volumes"]) == {"database", "queue", "state"}


def test_no_password_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"\$\{\w*(?:PASSWORD|SECRET)\w*[^:}]*(?::-|\})", text) == []


def test_only_migrations_learn_the_owners_url() -> None:
    services = compose()["services"]
    assert [name for name, one in services.items() if "DATABASE_OWNER_URL" in one.get("environment", {})] == ["migrate"]
    units = [path.stem for path in SYSTEMD.glob("*.service") if "owner.env" in path.read_text(encoding="utf-8")]
    assert units == ["anlin-migrate"]


def test_only_the_reverse_proxy_opens_a_port_to_the_outside() -> None:
    assert [name for name, one in compose()["services"].items() if "ports" in one] == ["nginx"]


def test_every_unit_is_confined() -> None:
    shared = unit(SYSTEMD / "anlin-.service.d" / "common.conf")
    expected = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "CapabilityBoundingSet": "", "User": "anlin"}
    assert {name: shared[name] for name in expected} == expected
    assert all(path.name.startswith("anlin-") for path in SYSTEMD.glob("*.service"))


def test_each_host_has_a_server_whose_log_holds_no_address() -> None:
    text = (DEPLOY / "nginx" / "anlin.conf.template").read_text(encoding="utf-8")
    assert re.findall(r"server_name (\w+)\.\$\{BASE_DOMAIN\};", text) == list(HOSTS)
    log_format = text[text.index("log_format") : text.index("ssl_certificate ")]
    assert not re.search(r"\$(request|request_uri|uri|args|query_string|remote_addr)\b", log_format)


def test_streams_reach_the_live_process_unbuffered() -> None:
    text = (DEPLOY / "nginx" / "anlin-live.inc").read_text(encoding="utf-8")
    assert {"location /live/ {", "proxy_pass http://anlin_live;", "proxy_buffering off;"} <= {
        line.strip() for line in text.splitlines()
    }


def test_the_sample_environment_holds_no_secret() -> None:
    lines = (DEPLOY / "anlin.env.sample").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert not [
        name
        for name, value in values.items()
        if re.search("PASSWORD|SECRET|_ID$|_URL$", name) and value and not value.startswith(("file://", "https://"))
    ]
