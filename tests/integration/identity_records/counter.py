"""A counter with a card reader, a phone that takes photos, and the workers behind it."""

import io
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.device_api.app import create_app as create_device_api
from backend.features.devices import service as devices
from backend.features.devices.model import DeviceKind
from backend.infrastructure.http.platform import Platform
from tests.integration.device_api.terminal import Terminal
from tests.integration.portals.gatehouse import Gatehouse, Staff
from workers.keeper import LeaseKeeper
from workers.recognition_registry import RECOGNITION
from workers.registry import COMMON
from workers.running import Registry, Runner


def card_reader(house: Gatehouse, kind: DeviceKind = DeviceKind.CARD_READER) -> Terminal:
    app: Flask = create_device_api(house.platform)
    place = (house.community.tenant_id, house.community.site_id, f"东门{kind.value}")
    with house.work() as work:
        enrolled = devices.enrol(work, house.platform.crypto, *place, gate_id=house.gate_id, kind=kind)
    return Terminal(app, enrolled.device_id, enrolled.token)


def photographed(staff: Staff, photo: bytes) -> TestResponse:
    """As the guard's phone sends it."""
    form = {"photo": (io.BytesIO(photo), "card.jpg"), "csrf_token": staff.token()}
    headers = {"HX-Request": "true"}
    return staff.client.post("/identity/photo", data=form, headers=headers, content_type="multipart/form-data")


def run_jobs(platform: Platform, kind: str, registry: Registry = COMMON | RECOGNITION) -> int:
    """Runs what is promised of a kind, due or not; how many there were."""
    with platform.database.sessions.begin() as session:
        due = "UPDATE outbox_job SET not_before = clock_timestamp() WHERE kind = :kind AND finished_at IS NULL"
        jobs = list(session.execute(text(f"{due} RETURNING id"), {"kind": kind}).scalars())
    runner = Runner(platform, registry, LeaseKeeper(platform.database), "test")
    return sum(runner.run(job_id) for job_id in jobs)


def rows(platform: Platform, table: str) -> list[Any]:
    with platform.database.sessions() as session:
        return list(session.execute(text(f"SELECT * FROM {table}")).all())


def only_record(platform: Platform) -> UUID:
    [row] = rows(platform, "identity_record")
    return UUID(str(row.id))


def actions(platform: Platform) -> list[tuple[str, str]]:
    """What the audit log says of documents: action and purpose."""
    query = "SELECT action, purpose FROM audit_entry WHERE action LIKE 'identity%' ORDER BY sequence"
    with platform.database.sessions() as session:
        return [(row.action, row.purpose) for row in session.execute(text(query))]
