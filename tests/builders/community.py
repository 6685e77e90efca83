"""A small community with people in it, made through the product's own services."""

from dataclasses import dataclass
from datetime import date

from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.sites import service as sites
from backend.features.sites.model import SiteKind
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Scope, system_actor
from backend.kernel.ids import BuildingId, HouseholdId, PersonId, RoomId, SiteId, TenantId

MOVED_IN = date(2020, 1, 1)


@dataclass(frozen=True)
class Community:
    tenant_id: TenantId
    site_id: SiteId
    building_id: BuildingId
    rooms: tuple[RoomId, ...]
    """501, 502 and 503 of one unit; a household lives in 501."""
    household_id: HouseholdId
    person_id: PersonId
    phone: str

    @property
    def scope(self) -> Scope:
        return Scope.of_sites({self.site_id})


def build_community(
    platform: Platform,
    name: str = "安邻花园",
    *,
    phone: str = "13800000001",
    plate: str = "苏A12345",
    password_profile: str = "dengbao-3",
) -> Community:
    with unit_of_work(platform.database, system_actor()) as work:
        tenant_id = sites.add_tenant(work, f"{name}物业", password_profile)
        site_id = sites.add_site(work, tenant_id, name, SiteKind.COMMUNITY)
        building_id = sites.add_building(work, site_id, "3幢")
        rooms = tuple(sites.add_rooms(work, site_id, building_id, "2单元", ["501", "502", "503"]))
        within = Scope.of_sites({site_id})
        site = sites.get_site(work.session, within, site_id)
        household_id = people.add_household(work, within, rooms[0])
        person_id = people.add_person(work, platform.crypto, site, "王小明", phone)
        people.add_member(work, within, household_id, person_id, Relation.OWNER, MOVED_IN)
        people.add_vehicle(work, within, household_id, plate)
    return Community(tenant_id, site_id, building_id, rooms, household_id, person_id, phone)
