from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.sites.model import Gate, Room, Site, SiteKind
from backend.features.sites.tables import BuildingRow, GateRow, RoomRow, SiteRow, TenantRow, UnitRow
from backend.kernel.identity import Scope
from backend.kernel.ids import GateId, RoomId, SiteId, TenantId


def find_site(session: Session, within: Scope, site_id: UUID) -> Site | None:
    row = session.scalar(select(SiteRow).where(SiteRow.id == site_id, SiteRow.id.in_(within.sites)))
    return None if row is None else _site(row)


def list_sites(session: Session, within: Scope) -> list[Site]:
    rows = session.scalars(select(SiteRow).where(SiteRow.id.in_(within.sites)).order_by(SiteRow.name))
    return [_site(row) for row in rows]


def _site(row: SiteRow) -> Site:
    return Site(SiteId(row.id), TenantId(row.tenant_id), row.name, SiteKind(row.kind), row.home_province)


def find_gate(session: Session, within: Scope, gate_id: UUID) -> Gate | None:
    row = session.scalar(select(GateRow).where(GateRow.id == gate_id, GateRow.site_id.in_(within.sites)))
    return None if row is None else _gate(row)


def list_gates(session: Session, within: Scope) -> list[Gate]:
    rows = session.scalars(
        select(GateRow).where(GateRow.site_id.in_(within.sites)).order_by(GateRow.site_id, GateRow.bit)
    )
    return [_gate(row) for row in rows]


def _gate(row: GateRow) -> Gate:
    return Gate(GateId(row.id), SiteId(row.site_id), row.name, row.bit)


def next_gate_bit(session: Session, site_id: SiteId) -> int:
    last = session.scalar(select(func.max(GateRow.bit)).where(GateRow.site_id == site_id))
    return 0 if last is None else last + 1


def rooms_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Room]:
    """Rooms with their spoken labels, in one query."""
    rows = session.execute(
        select(RoomRow, UnitRow.name, BuildingRow.name)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(RoomRow.id.in_(list(ids)), RoomRow.site_id.in_(within.sites))
    )
    return {room.id: _room(room, unit, building) for room, unit, building in rows}


def _room(row: RoomRow, unit: str, building: str) -> Room:
    return Room(RoomId(row.id), SiteId(row.site_id), f"{building}{unit}{row.number}")


def password_profile(session: Session, tenant_id: TenantId) -> str:
    return session.scalars(select(TenantRow.password_profile).where(TenantRow.id == tenant_id)).one()
