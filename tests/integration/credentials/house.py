"""A community with a unit door, a side door and a control centre, each with its controller, and people with cards."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Assurance, Credential, Holder
from backend.features.devices import service as devices
from backend.features.employees import service as employees
from backend.features.employees.model import Duty, EmployeeFields
from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.sites import places
from backend.features.sites import service as sites
from backend.features.sites.model import DoorPlace, ZoneKind
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.identity import Role, Scope, system_actor
from backend.kernel.ids import DoorId, PersonId
from tests.builders.community import MOVED_IN, Community, build_community
from tests.integration.device_api.terminal import Terminal
from tests.integration.portals.gatehouse import PASSWORD, StaffMember

CARD, OTHER_CARD, THIRD_CARD = "04A22B1C", "04A22B2D", "04A22B3E"


@dataclass(frozen=True)
class House:
    platform: Platform
    app: Flask
    community: Community
    unit_door: Terminal
    """Of the unit where the resident lives."""
    side_door: Terminal
    """Of another building."""
    control_centre: Terminal

    @property
    def within(self) -> Scope:
        return self.community.scope

    @property
    def resident(self) -> Holder:
        return Holder(person_id=self.community.person_id)

    def work(self) -> AbstractContextManager[Work]:
        actor = system_actor(self.community.tenant_id, [self.community.site_id])
        return unit_of_work(self.platform.database, actor)

    def issue(
        self, number: str = CARD, holder: Holder | None = None, assurance: Assurance = Assurance.LOW
    ) -> Credential:
        with self.work() as work:
            who = holder or self.resident
            return credentials.issue_card(work, self.platform.crypto, self.within, who, number, assurance)

    def set_pin(self, pin: str, holder: Holder | None = None) -> Credential:
        with self.work() as work:
            return credentials.set_pin(work, self.platform.crypto, self.within, holder or self.resident, pin)

    def hire(self, duty: Duty, joined_days_ago: int = 30) -> Holder:
        with self.work() as work:
            site = sites.get_site(work.session, self.within, self.community.site_id)
            joined_on = local_day(work.now) - timedelta(days=joined_days_ago)
            fields = EmployeeFields("赵师傅", duty, joined_on=joined_on)
            return Holder(employee_id=employees.add_employee(work, self.platform.crypto, site, fields))

    def settle(self, name: str = "李小红", phone: str | None = None) -> PersonId:
        with self.work() as work:
            site = sites.get_site(work.session, self.within, self.community.site_id)
            person_id = people.add_person(work, self.platform.crypto, site, name, phone)
            people.add_member(work, self.within, self.community.household_id, person_id, Relation.TENANT, MOVED_IN)
        return person_id

    def employ(self, username: str, role: Role) -> StaffMember:
        """Somebody with an account of the property portal."""
        with self.work() as work:
            reached = frozenset({self.community.site_id})
            new = NewStaff(username, "李保安", PASSWORD, frozenset({role}), self.community.tenant_id, reached)
            staff_id = accounts.create_staff(work, new)
            return StaffMember(staff_id, username, accounts.enrol_totp(work, staff_id).secret)

    def move_out(self) -> None:
        with self.work() as work:
            today = local_day(work.now)
            people.end_membership(work, self.within, self.community.household_id, self.community.person_id, today)


def build_house(platform: Platform, app: Flask, name: str = "安邻花园", plate: str = "苏A12345") -> House:
    community = build_community(platform, name, plate=plate)
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        site_id, within = community.site_id, community.scope
        homes = places.places_of_rooms(work.session, within, [community.rooms[0]])
        [(_, unit_id)] = homes.values()
        other = sites.add_building(work, site_id, "5幢")
        centre = places.add_zone(work, within, site_id, ZoneKind.CONTROL_CENTRE, "监控中心")
        doors = [
            places.add_door(work, within, site_id, "3幢2单元门", DoorPlace(unit_id=unit_id)),
            places.add_door(work, within, site_id, "5幢侧门", DoorPlace(building_id=other)),
            places.add_door(work, within, site_id, "监控中心门", DoorPlace(zone_id=centre)),
        ]
        terminals = [_controller(work, platform, app, community, door_id) for door_id in doors]
    return House(platform, app, community, *terminals)


def _controller(work: Work, platform: Platform, app: Flask, community: Community, door_id: DoorId) -> Terminal:
    enrolled = devices.enrol(
        work, platform.crypto, community.tenant_id, community.site_id, "门禁控制器", door_id=door_id
    )
    return Terminal(app, enrolled.device_id, enrolled.token)
