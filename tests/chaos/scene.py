"""A community with an entry lane and a bound resident, made through the product's own services."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.devices.service import Enrolment
from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.residents import service as residents
from backend.features.sites import service as sites
from backend.features.visits import announcing
from backend.features.visits.model import Visit, VisitWish
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Actor, system_actor
from backend.kernel.ids import HouseholdId, ResidentId, RoomId
from miniprogram_api.wechat import build_mini_program
from tests.builders.community import MOVED_IN, Community, build_community
from tests.drivers.sandbox import Sandbox

RESIDENT_PLATE = "苏A12345"
VISITOR_PLATES = tuple(f"苏{letter}{place}68{place}0" for place, letter in enumerate("BCDEFGHJ", 1))
"""Several, since a car that stays before the camera is let in once."""
UNKNOWN_PLATE = "粤C24680"
PLENTY = 30_000
BRIEFLY = timedelta(seconds=3)
"""A household may have twenty open visits: those of a load test end soon after they are sent."""


@dataclass(frozen=True)
class Scene:
    platform: Platform
    community: Community
    lane: Enrolment
    resident: Actor
    token: str

    @contextmanager
    def work(self, actor: Actor | None = None) -> Iterator[Work]:
        by_default = system_actor(self.community.tenant_id, [self.community.site_id])
        with unit_of_work(self.platform.database, actor or by_default) as work:
            yield work

    def announce(
        self,
        household_id: HouseholdId,
        *,
        phone: str | None = None,
        plate: str | None = None,
        lasting: timedelta = BRIEFLY,
        max_entries: int = 1,
    ) -> Visit:
        """The resident announces a visitor; with a phone the pass code is promised by SMS."""
        with self.work(self.resident) as work:
            wish = VisitWish("访客", phone, plate, work.now, work.now + lasting, max_entries)
            resident_id = ResidentId(self.resident.id)  # type: ignore[arg-type]  # a resident has an id
            return announcing.register(
                work, self.platform.crypto, self.community.site_id, household_id, resident_id, wish
            )

    def households(self) -> Iterator[HouseholdId]:
        """The resident's homes in turn, without end."""
        return cycle(sorted(self.resident.scope.households or ()))


def build_scene(platform: Platform, sandbox: Sandbox, *, homes: int = 1) -> Scene:
    """`homes` more rooms than one let a load test announce twenty open visits for each."""
    community = build_community(platform, plate=RESIDENT_PLATE)
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        gate_id = sites.add_gate(work, community.site_id, "东门")
        lane = devices.enrol(
            work,
            platform.crypto,
            community.tenant_id,
            community.site_id,
            "东门入口",
            gate_id=gate_id,
            direction=Direction.ENTRY,
        )
        rooms = (community.rooms[0], *_more_homes(work, community, homes - 1))
    token = _bound_resident(platform, sandbox, community, rooms)
    resident = residents.authenticate_token(platform.database, platform.crypto, token)
    assert resident is not None
    return Scene(platform, community, lane, resident, token)


def _more_homes(work: Work, community: Community, count: int) -> list[RoomId]:
    numbers = [str(1000 + n) for n in range(count)]
    rooms = sites.add_rooms(work, community.site_id, community.building_id, "9单元", numbers)
    for room in rooms:
        household_id = people.add_household(work, community.scope, room)
        people.add_member(work, community.scope, household_id, community.person_id, Relation.OWNER, MOVED_IN)
    return rooms


def _bound_resident(platform: Platform, sandbox: Sandbox, community: Community, rooms: tuple[RoomId, ...]) -> str:
    """Logs in through WeChat's stand-in, shares the number on file, and is bound to the rooms."""
    database, crypto, account = platform.database, platform.crypto, sandbox.wechat_settings()
    mini_program = build_mini_program(
        replace(
            platform.settings,
            wechat_base_url=account.base_url,
            wechat_app_id=account.app_id,
            wechat_app_secret=account.app_secret,
        )
    )
    token = residents.log_in(database, crypto, mini_program, sandbox.login_code("openid-wang")).token
    actor = residents.authenticate_token(database, crypto, token)
    assert actor is not None
    residents.share_phone(database, crypto, mini_program, actor, sandbox.phone_code(community.phone))
    for room in rooms:
        with unit_of_work(database, actor) as work:
            binding = residents.request_binding(work, room)
        with unit_of_work(database, system_actor(community.tenant_id, [community.site_id])) as work:
            residents.decide_binding(work, community.scope, binding.id, approve=True)
    return token
