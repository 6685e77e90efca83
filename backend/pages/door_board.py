"""The doors of a site: which alarms nobody has seen to, when each door last spoke, and who was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.features.credentials.model import Denial, DoorAlarm
from backend.features.credentials.tables import DoorEventRow
from backend.features.devices.tables import DeviceRow
from backend.features.gate_lists.tables import GateListIssueRow, GateTerminalRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.kernel.identity import Scope

MOST_ALARMS = 100
MOST_REFUSALS = 20
_LIST = (GateTerminalRow.version, GateTerminalRow.held_version, GateTerminalRow.held_at, GateListIssueRow.issued_at)
_NAME = func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name)


@dataclass(frozen=True)
class DoorLine:
    """A door, or a gate's lane. Without a device it is opened by key: no card, PIN, face or finger is asked for."""

    name: str
    device: str | None
    last_contact_at: datetime | None
    list_version: int | None = None
    """Of the newest list that was made for it to decide by alone; None where it cannot."""
    held_version: int | None = None
    held_at: datetime | None = None
    held_issued_at: datetime | None = None
    """When the list that it holds was made."""

    @property
    def holds_newest(self) -> bool:
        return self.held_version is not None and self.held_version == self.list_version

    def has_heard(self, changed_at: datetime) -> bool:
        """Whether the door goes by what was changed, also should it lose the network now.

        A door without a list asks us every time, so any contact since is enough.
        """
        if self.list_version is not None:
            return self.held_issued_at is not None and self.held_issued_at >= changed_at
        return self.last_contact_at is not None and self.last_contact_at >= changed_at


@dataclass(frozen=True)
class AlarmLine:
    id: UUID
    door: str
    alarm: DoorAlarm
    occurred_at: datetime


@dataclass(frozen=True)
class RefusalLine:
    door: str
    denial: Denial
    occurred_at: datetime


@dataclass(frozen=True)
class DoorBoard:
    alarms: Sequence[AlarmLine]
    doors: Sequence[DoorLine]
    refusals: Sequence[RefusalLine]

    @property
    def without_lock(self) -> list[DoorLine]:
        return [door for door in self.doors if door.device is None]


def read_board(session: Session, within: Scope) -> DoorBoard:
    return DoorBoard(_alarms(session, within), list_doors(session, within), _refusals(session, within))


def list_doors(session: Session, within: Scope) -> list[DoorLine]:
    """Doors of the register first, then the lanes of gates."""
    heard = (
        select(func.max(DoorEventRow.at))
        .where(DoorEventRow.device_id == DeviceRow.id, DoorEventRow.site_id.in_(within.sites))
        .scalar_subquery()
    )
    last = func.greatest(DeviceRow.last_seen_at, heard)
    at_doors = (
        select(DoorRow.name, DeviceRow.name, last, *_LIST)
        .outerjoin(DeviceRow, (DeviceRow.door_id == DoorRow.id) & DeviceRow.revoked_at.is_(None))
        .where(DoorRow.site_id.in_(within.sites))
        .order_by(DoorRow.site_id, DoorRow.name)
    )
    at_gates = (
        select(GateRow.name, DeviceRow.name, last, *_LIST)
        .join(DeviceRow, (DeviceRow.gate_id == GateRow.id) & DeviceRow.revoked_at.is_(None))
        .where(GateRow.site_id.in_(within.sites))
        .order_by(GateRow.site_id, GateRow.bit, DeviceRow.name)
    )
    return [DoorLine(*row) for query in (at_doors, at_gates) for row in session.execute(_with_list(query))]


def _with_list(query: Select[Any]) -> Select[Any]:
    held = (GateListIssueRow.device_id == GateTerminalRow.device_id) & (
        GateListIssueRow.version == GateTerminalRow.held_version
    )
    return query.outerjoin(GateTerminalRow, GateTerminalRow.device_id == DeviceRow.id).outerjoin(GateListIssueRow, held)


def _alarms(session: Session, within: Scope) -> list[AlarmLine]:
    query = _events(select(DoorEventRow, _NAME), within).where(
        DoorEventRow.kind.in_([alarm.value for alarm in DoorAlarm]), DoorEventRow.acknowledged_at.is_(None)
    )
    newest = query.order_by(DoorEventRow.at.desc()).limit(MOST_ALARMS)
    rows = session.execute(newest)
    return [AlarmLine(row.id, name, DoorAlarm(row.kind), row.occurred_at) for row, name in rows]


def _refusals(session: Session, within: Scope) -> list[RefusalLine]:
    query = _events(select(DoorEventRow, _NAME), within).where(DoorEventRow.denial.is_not(None))
    rows = session.execute(query.order_by(DoorEventRow.at.desc()).limit(MOST_REFUSALS))
    return [RefusalLine(name, Denial(row.denial), row.occurred_at) for row, name in rows]


def _events(query: Select[tuple[DoorEventRow, str]], within: Scope) -> Select[tuple[DoorEventRow, str]]:
    return (
        query.join(DeviceRow, DeviceRow.id == DoorEventRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(DoorEventRow.site_id.in_(within.sites))
    )
