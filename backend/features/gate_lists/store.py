from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.features.devices.model import Device
from backend.features.gate_lists.tables import (
    GateListIssueRow,
    GateListRevocationRow,
    GateTerminalRow,
    OfflineDecisionRow,
    OfflineFindingRow,
)
from backend.infrastructure.inserting import insert_if_absent, insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, SiteId, TenantId, uuid7


def find_terminal(session: Session, within: Scope, device_id: UUID) -> GateTerminalRow | None:
    """Locked: enrolling, building and confirming change it."""
    return session.scalar(
        select(GateTerminalRow)
        .where(GateTerminalRow.device_id == device_id, GateTerminalRow.site_id.in_(within.sites))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def add_terminal(session: Session, device: Device, public_key: bytes, now: datetime) -> bool:
    """False where the device has enrolled already."""
    place = {"device_id": device.id, "tenant_id": device.tenant_id, "site_id": device.site_id}
    nothing_yet = {"stamp": "", "version": 0, "row_count": 0}
    row = place | nothing_yet | {"public_key": public_key, "enrolled_at": now}
    return insert_if_absent(session, GateTerminalRow, row, "device_id")


def read_terminal(session: Session, within: Scope, device_id: UUID) -> GateTerminalRow | None:
    mine = select(GateTerminalRow).where(
        GateTerminalRow.device_id == device_id, GateTerminalRow.site_id.in_(within.sites)
    )
    return session.scalar(mine)


def newest_version(session: Session, within: Scope, device_id: UUID) -> int | None:
    """Without the list itself: most questions end with it."""
    mine = select(GateTerminalRow.version).where(
        GateTerminalRow.device_id == device_id,
        GateTerminalRow.site_id.in_(within.sites),
        GateTerminalRow.sealed.is_not(None),
    )
    return session.scalar(mine)


def terminals(session: Session, within: Scope) -> Sequence[GateTerminalRow]:
    """Locked, in the order of their ids."""
    mine = select(GateTerminalRow).where(GateTerminalRow.site_id.in_(within.sites))
    return session.scalars(mine.order_by(GateTerminalRow.device_id).with_for_update()).all()


def places_with_terminals(session: Session) -> list[tuple[TenantId, SiteId]]:
    """Without a scope: the watch makes one of each site, and looks no further than that."""
    found = session.execute(select(GateTerminalRow.tenant_id, GateTerminalRow.site_id).distinct())
    return [(TenantId(tenant), SiteId(site)) for tenant, site in found]


def is_due(session: Session, within: Scope, stamp: str, made_before: datetime) -> bool:
    """Whether a terminal's list was made from something else, or too long ago, or never."""
    mine = select(GateTerminalRow.device_id).where(GateTerminalRow.site_id.in_(within.sites))
    due = (GateTerminalRow.stamp != stamp) | GateTerminalRow.issued_at.is_(None)
    return session.scalar(mine.where(due | (GateTerminalRow.issued_at < made_before)).limit(1)) is not None


def add_issue(session: Session, terminal: GateTerminalRow) -> None:
    """Once for each version."""
    values = {"device_id": terminal.device_id, "version": terminal.version, "site_id": terminal.site_id}
    times = {"issued_at": terminal.issued_at, "expires_at": terminal.expires_at}
    insert_row(session, GateListIssueRow, values | times)


def find_issue(session: Session, device_id: DeviceId, version: int) -> GateListIssueRow | None:
    return session.get(GateListIssueRow, (device_id, version))


def note_revoked(session: Session, site_id: SiteId, pass_id: UUID, now: datetime) -> None:
    """Keeps the first time."""
    row = {"pass_id": pass_id, "site_id": site_id, "seen_at": now}
    insert_if_absent(session, GateListRevocationRow, row, "pass_id")


def revoked_at(session: Session, within: Scope, pass_id: UUID) -> datetime | None:
    mine = select(GateListRevocationRow.seen_at).where(
        GateListRevocationRow.pass_id == pass_id, GateListRevocationRow.site_id.in_(within.sites)
    )
    return session.scalar(mine)


def add_decision(session: Session, device_id: DeviceId, values: dict[str, Any]) -> UUID:
    decision_id = uuid7()
    insert_row(session, OfflineDecisionRow, {"id": decision_id, "device_id": device_id} | values)
    return decision_id


def unanswered_of(session: Session, device_id: DeviceId, boot_id: UUID) -> list[int]:
    """Counters that went with online checks which were decided alone in the end."""
    mine = select(OfflineDecisionRow.unanswered).where(
        OfflineDecisionRow.device_id == device_id,
        OfflineDecisionRow.boot_id == boot_id,
        OfflineDecisionRow.unanswered.is_not(None),
    )
    return [counter for counter in session.scalars(mine) if counter is not None]


def add_finding(session: Session, device_id: DeviceId, values: dict[str, Any]) -> bool:
    """False where it is listed already."""
    row = {"id": uuid7(), "device_id": device_id} | values
    return insert_if_absent(session, OfflineFindingRow, row, "key")


def close_filled(
    session: Session, device_id: DeviceId, boot_id: UUID, still_open: Collection[str], now: datetime
) -> None:
    """Gaps of a boot that are gone, or smaller by now, are closed by themselves."""
    gone = update(OfflineFindingRow).where(
        OfflineFindingRow.device_id == device_id,
        OfflineFindingRow.boot_id == boot_id,
        OfflineFindingRow.closed_at.is_(None),
        OfflineFindingRow.key.not_in(still_open),
    )
    session.execute(gone.values(closed_at=now))


def find_finding(session: Session, within: Scope, finding_id: UUID) -> OfflineFindingRow | None:
    """Locked: two may close it at once."""
    mine = select(OfflineFindingRow).where(
        OfflineFindingRow.id == finding_id, OfflineFindingRow.site_id.in_(within.sites)
    )
    return session.scalar(mine.with_for_update())
