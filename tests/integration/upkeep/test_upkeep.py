"""Housekeeping that must not be forgotten: checkpoints, partitions, deletion after its term."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.media import service as media
from backend.features.media.tables import MediaRow
from backend.features.passages.tables import CaptureRow
from backend.features.sites import service as sites
from backend.features.upkeep.jobs import ApplyRetention, PreparePartitions, SignCheckpoints, SweepMedia
from backend.infrastructure import outbox
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.audit.verifier import verify
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.media.store import open_store
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import system_actor
from backend.kernel.jobs import Job
from tests.builders.community import Community, build_community
from tests.builders.scenes import gate_scene
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform)


def run(platform: Platform, job: Job) -> None:
    with platform.database.sessions.begin() as session:
        job_id = outbox.promise(session, job, utc_now() - timedelta(seconds=1))
    assert Runner(platform, COMMON, LeaseKeeper(platform.database), "test").run(job_id)
    with platform.database.sessions() as session:
        state = session.execute(text("SELECT state FROM outbox_job WHERE id = :id"), {"id": job_id}).scalar_one()
    assert state == "done"


def test_a_checkpoint_is_signed_once_and_copied_to_the_witness(
    platform: Platform, community: Community, tmp_path: Path
) -> None:
    watched = replace(platform, settings=replace(platform.settings, audit_witness_dir=tmp_path / "witness"))
    run(watched, SignCheckpoints(utc_now()))
    first = sum(len(file.read_text().splitlines()) for file in (tmp_path / "witness").glob("*.jsonl"))
    assert first >= 1
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        work.record("test.more", Subject("site", community.site_id))
    run(watched, SignCheckpoints(utc_now()))
    result = verify(platform.settings.database_owner_url, tmp_path / "witness")
    assert result.findings == []
    assert result.checkpoints == first + 1, "only the chain that grew is signed again"


def test_partitions_stand_ready_before_their_month(platform: Platform) -> None:
    run(platform, PreparePartitions(datetime(2027, 3, 15, tzinfo=UTC)))
    with platform.database.engine.connect() as connection:
        names = connection.execute(
            text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'capture'::regclass")
        ).scalars()
        assert {"capture_2027_03", "capture_2027_04", "capture_2027_05"} <= set(names)


def _picture(platform: Platform, community: Community, created_at: datetime, attached: bool) -> tuple[UUID, str]:
    stored = media.store_image(platform.media, gate_scene("苏A12345"))
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        gate = sites.add_gate(work, community.site_id, f"门{uuid4().hex[:6]}")
        device = devices.enrol(
            work, platform.crypto, community.tenant_id, community.site_id, "道", gate_id=gate, direction=Direction.ENTRY
        )
        media_id = media.register(work, community.site_id, device.device_id, stored)
        work.session.flush()
        row = work.session.get_one(MediaRow, media_id)
        row.created_at, row.attached = created_at, attached
    return media_id, stored.name


def test_pictures_go_after_their_term_and_the_log_says_how_many(platform: Platform, community: Community) -> None:
    now = utc_now()
    _, old_name = _picture(platform, community, now - timedelta(days=31), True)
    _, orphan_name = _picture(platform, community, now - timedelta(days=2), False)
    kept, kept_name = _picture(platform, community, now - timedelta(days=29), True)
    run(platform, ApplyRetention(now))
    with platform.database.sessions() as session:
        assert set(session.scalars(select(MediaRow.id))) == {kept}
        entry = session.scalars(select(AuditEntryRow).where(AuditEntryRow.action == "retention.purged")).one()
        assert entry.facts["counts"]["media"] == 2
    assert platform.media.get(kept_name)
    for name in (old_name, orphan_name):
        with pytest.raises(LookupError):
            platform.media.get(name)


def test_whole_months_of_captures_go_at_once_and_never_within_thirty_days(platform: Platform) -> None:
    with platform.database.engine.begin() as connection:
        connection.execute(text("SELECT ensure_capture_partition(date '2025-01-01')"))
    run(platform, ApplyRetention(utc_now()))
    with platform.database.engine.begin() as connection:
        assert connection.execute(text("SELECT to_regclass('capture_2025_01')")).scalar_one() is None
        with pytest.raises(Exception, match="30 days"):
            connection.execute(text("SELECT drop_expired_captures(now() - interval '29 days')"))


def test_a_capture_without_its_partition_is_kept_in_the_default_one(platform: Platform) -> None:
    with platform.database.sessions.begin() as session:
        values = {c.name: uuid4() for c in CaptureRow.__table__.columns if c.name.endswith("id")}
        far = datetime(2029, 1, 1, tzinfo=UTC)
        session.add(
            CaptureRow(
                **values, counter=1, kind="capture", direction="in", payload={}, occurred_at=far, received_at=far
            )
        )
    with platform.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM capture_default")).scalar_one() == 1


def test_a_run_that_died_after_the_bytes_leaves_no_row_behind(platform: Platform, community: Community) -> None:
    now = utc_now()
    _, name = _picture(platform, community, now - timedelta(days=31), True)
    platform.media.delete(name)  # what a killed run has done already
    run(platform, ApplyRetention(now))
    with platform.database.sessions() as session:
        assert session.scalars(select(MediaRow.id)).all() == []


def test_bytes_that_no_row_owns_are_swept_after_a_day(platform: Platform, community: Community, tmp_path: Path) -> None:
    here = replace(platform, media=open_store(f"file://{tmp_path}"))
    _, owned = _picture(here, community, utc_now(), attached=True)
    orphan = here.media.put(b"a process was killed before the row", "image/jpeg")
    run(here, SweepMedia(utc_now()))
    assert set(here.media.names(utc_now() + timedelta(minutes=1))) == {owned, orphan}, "a row may still come"
    run(here, SweepMedia(utc_now() + timedelta(days=1, minutes=1)))
    assert set(here.media.names(utc_now() + timedelta(minutes=1))) == {owned}
