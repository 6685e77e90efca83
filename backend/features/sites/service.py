"""Sites and the places in them: a register with few decisions."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.sites import rules, store
from backend.features.sites.errors import NoSuchProvince, TooManyGates
from backend.features.sites.model import Gate, Room, Site, SiteKind
from backend.features.sites.tables import BuildingRow, GateRow, RoomRow, SiteRow, TenantRow, UnitRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import BuildingId, GateId, RoomId, SiteId, TenantId, uuid7
from backend.kernel.plates import PROVINCES

GATE_BITS = 32
DENGBAO_3 = "dengbao-3"


def add_tenant(work: Work, name: str, password_profile: str = DENGBAO_3) -> TenantId:
    tenant = TenantRow(id=uuid7(), name=name, password_profile=password_profile, created_at=work.now)
    work.session.add(tenant)
    work.session.flush()
    work.record("tenant.added", Subject("tenant", tenant.id), tenant_id=TenantId(tenant.id))
    return TenantId(tenant.id)


def add_site(work: Work, tenant_id: TenantId, name: str, kind: SiteKind, home_province: str = "苏") -> SiteId:
    site = SiteRow(
        id=uuid7(), tenant_id=tenant_id, name=name, kind=kind.value, home_province=home_province, created_at=work.now
    )
    work.session.add(site)
    work.session.flush()
    work.record("site.added", Subject("site", site.id), tenant_id=tenant_id)
    return SiteId(site.id)


def set_home_province(work: Work, within: Scope, site_id: UUID, province: str) -> None:
    """The province that breaks ties between readings of worn plates here. Raises NoSuchProvince, NotFound."""
    if len(province) != 1 or province not in PROVINCES:
        raise NoSuchProvince
    site = get_site(work.session, within, site_id)
    store.set_home_province(work.session, within, site.id, province)
    work.record("site.province_set", Subject("site", site.id), tenant_id=site.tenant_id, province=province)


def set_vehicles_by_approval(work: Work, within: Scope, site_id: UUID, *, by_approval: bool) -> None:
    """Whether residents' cars wait for the property's word. Raises NotFound."""
    site = get_site(work.session, within, site_id)
    store.set_vehicles_by_approval(work.session, within, site.id, by_approval)
    subject = Subject("site", site.id)
    work.record("site.vehicles_by_approval_set", subject, tenant_id=site.tenant_id, by_approval=by_approval)


def add_gate(work: Work, site_id: SiteId, name: str) -> GateId:
    """Raises TooManyGates for the thirty-third: a pass has one bit for each."""
    bit = store.next_gate_bit(work.session, site_id)
    if bit >= GATE_BITS:
        raise TooManyGates(limit=GATE_BITS)
    gate = GateRow(id=uuid7(), site_id=site_id, name=name, bit=bit)
    work.session.add(gate)
    work.session.flush()
    return GateId(gate.id)


def add_building(work: Work, site_id: SiteId, name: str) -> BuildingId:
    building = BuildingRow(id=uuid7(), site_id=site_id, name=name)
    work.session.add(building)
    work.session.flush()
    return BuildingId(building.id)


def add_rooms(work: Work, site_id: SiteId, building_id: BuildingId, unit: str, numbers: Iterable[str]) -> list[RoomId]:
    row = UnitRow(id=uuid7(), site_id=site_id, building_id=building_id, name=unit)
    work.session.add(row)
    work.session.flush()
    building = store.building_row(work.session, Scope.of_sites([site_id]), building_id)
    if building is None:
        raise NotFound
    rooms = [
        RoomRow(
            id=uuid7(),
            site_id=site_id,
            unit_id=row.id,
            number=number,
            sort_key=rules.room_key(building.name, unit, number),
        )
        for number in numbers
    ]
    work.session.add_all(rooms)
    work.session.flush()
    return [RoomId(room.id) for room in rooms]


def get_site(session: Session, within: Scope, site_id: UUID) -> Site:
    """Raises NotFound for a site out of reach, too."""
    site = store.find_site(session, within, site_id)
    if site is None:
        raise NotFound
    return site


def get_gate(session: Session, within: Scope, gate_id: UUID) -> Gate:
    gate = store.find_gate(session, within, gate_id)
    if gate is None:
        raise NotFound
    return gate


def list_sites(session: Session, within: Scope) -> list[Site]:
    return store.list_sites(session, within)


def list_gates(session: Session, within: Scope) -> list[Gate]:
    return store.list_gates(session, within)


def rooms_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Room]:
    return store.rooms_by_id(session, within, ids)


def password_profile(session: Session, tenant_id: TenantId) -> str:
    """The name of the tenant's rules for staff passwords and sessions."""
    return store.password_profile(session, tenant_id)
