"""`flask doctor`: is this installation well, and if not, what to do."""

import click
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from backend.cli.choices import AS_JSON, show
from backend.cli.context import ENVIRONMENT, platform
from backend.cli.health_checks import CHECKS, Check, Finding, Level, Patient

AWAY = "see whether it runs and whether the settings name it"


@click.command("doctor")
@AS_JSON
def doctor(as_json: bool) -> None:
    """Check settings, servers, keys, queues, audit log, disk; exit 1 when something fails."""
    findings = _findings()
    show([_line(name, finding) for name, finding in findings.items()], as_json)
    if any(finding.level is Level.FAIL for finding in findings.values()):
        raise SystemExit(1)


def _findings() -> dict[str, Finding]:
    try:
        patient = Patient(platform(), current_app.config[ENVIRONMENT])
    except click.ClickException as bad:
        return {"settings": Finding(Level.FAIL, bad.message, "nothing else can be asked before this is right")}
    settings = Finding(Level.OK, f"{patient.platform.settings.environment}, complete")
    return {"settings": settings} | {check.__name__: _ask(check, patient) for check in CHECKS}


def _ask(check: Check, patient: Patient) -> Finding:
    try:
        return check(patient)
    except (SQLAlchemyError, RedisError, OSError) as failure:
        # The class alone: a message may quote an address with its password.
        return Finding(Level.FAIL, f"no answer ({type(failure).__name__})", AWAY)


def _line(name: str, finding: Finding) -> dict[str, str]:
    return {"check": name, "level": finding.level.value, "finding": finding.what, "advice": finding.advice}
