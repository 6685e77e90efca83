"""What the operator's commands list and look up, over the whole installation; no names or numbers of people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow, StaffSiteRow
from backend.features.devices.tables import DeviceRow
from backend.features.sites.tables import GateRow, SiteRow, TenantRow
from backend.kernel.identity import Scope
from backend.kernel.ids import GateId, SiteId, StaffId, TenantId


@dataclass(frozen=True)
class SiteLine:
    id: SiteId
    tenant_id: TenantId
    tenant: str
    name: str
    kind: str
    gates: list[str]


@dataclass(frozen=True)
class StaffLine:
    id: StaffId
    username: str
    roles: list[str]
    tenant: str | None
    sites: list[str]
    authenticator: bool
    locked_until: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class DeviceLine:
    id: UUID
    site: str
    gate: str | None
    name: str
    direction: str | None
    last_seen_at: datetime | None
    revoked_at: datetime | None


def everything(session: Session) -> Scope:
    """The reach of whoever holds the machine: every site there is now."""
    return Scope.of_sites(SiteId(site_id) for site_id in session.scalars(select(SiteRow.id)))


def list_sites(session: Session) -> list[SiteLine]:
    gates = select(func.array_agg(GateRow.name)).where(GateRow.site_id == SiteRow.id).scalar_subquery()
    columns = (SiteRow.id, SiteRow.tenant_id, TenantRow.name, SiteRow.name, SiteRow.kind, func.coalesce(gates, []))
    query = select(*columns).join(TenantRow, TenantRow.id == SiteRow.tenant_id)
    rows = session.execute(query.order_by(TenantRow.name, SiteRow.name))
    return [SiteLine(SiteId(row[0]), TenantId(row[1]), *row[2:]) for row in rows]


def find_sites(session: Session, named: str) -> list[SiteLine]:
    """By name or id; several companies may have sites of one name."""
    return [site for site in list_sites(session) if named in (site.name, str(site.id))]


def find_tenant_id(session: Session, named: str) -> TenantId | None:
    found = session.scalar(select(TenantRow.id).where(TenantRow.name == named))
    return None if found is None else TenantId(found)


def find_gate_id(session: Session, site_id: SiteId, named: str) -> GateId | None:
    found = session.scalar(select(GateRow.id).where(GateRow.site_id == site_id, GateRow.name == named))
    return None if found is None else GateId(found)


def list_staff(session: Session) -> list[StaffLine]:
    here = select(func.array_agg(SiteRow.name)).join(StaffSiteRow, StaffSiteRow.site_id == SiteRow.id)
    sites = here.where(StaffSiteRow.staff_id == StaffRow.id).scalar_subquery()
    query = select(
        StaffRow.id,
        StaffRow.username,
        StaffRow.roles,
        TenantRow.name,
        func.coalesce(sites, []),
        StaffRow.totp_secret.is_not(None),
        StaffRow.locked_until,
        StaffRow.disabled_at,
    ).join(TenantRow, TenantRow.id == StaffRow.tenant_id, isouter=True)
    return [StaffLine(*row) for row in session.execute(query.order_by(StaffRow.username))]


def find_staff_id(session: Session, username: str) -> StaffId | None:
    found = session.scalar(select(StaffRow.id).where(StaffRow.username == username))
    return None if found is None else StaffId(found)


def list_devices(session: Session) -> list[DeviceLine]:
    """Revoked ones, too."""
    query = (
        select(
            DeviceRow.id,
            SiteRow.name,
            GateRow.name,
            DeviceRow.name,
            DeviceRow.direction,
            DeviceRow.last_seen_at,
            DeviceRow.revoked_at,
        )
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(GateRow, GateRow.id == DeviceRow.gate_id, isouter=True)
    )
    return [DeviceLine(*row) for row in session.execute(query.order_by(SiteRow.name, DeviceRow.name))]
