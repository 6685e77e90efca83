"""A gate with a guard, a home whose two residents use the mini-program, and a neighbour whom it trusts."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.residents.tables import BindingRow, ResidentRow
from backend.features.sites import service as sites
from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.model import Stranger, WalkIn
from backend.infrastructure.http.identity import AUTHENTICATOR
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import HouseholdId, PersonId, ResidentId, uuid7
from miniprogram_api.app import create_app
from tests.builders.community import MOVED_IN
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner

NEIGHBOUR_PHONE = "13800000077"


class NoWechat:
    """Nobody logs in here: the tests act as residents whom WeChat has vouched for."""

    def code_to_session(self, code: str) -> str:
        raise NotImplementedError

    def phone_number(self, code: str) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Resident:
    app: Flask
    actor: Actor

    def get(self, path: str) -> TestResponse:
        return self._client().get(f"/api/v1{path}")

    def post(self, path: str, body: Any) -> TestResponse:
        return self._client().post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})

    def delete(self, path: str) -> TestResponse:
        return self._client().delete(f"/api/v1{path}")

    def say(self, walk_in: WalkIn, approve: bool) -> TestResponse:
        return self.post(f"/walk-ins/{walk_in.id}/answer", {"approve": approve})

    def _client(self) -> Any:
        app = self.app
        app.config[AUTHENTICATOR] = lambda request: _ACTORS[request.headers["X-Actor"]]
        _ACTORS[str(self.actor.id)] = self.actor
        client = app.test_client()
        client.environ_base["HTTP_X_ACTOR"] = str(self.actor.id)
        return client


_ACTORS: dict[str, Actor] = {}


@dataclass(frozen=True)
class Gate:
    house: Gatehouse
    host: Resident
    spouse: Resident
    neighbour: Resident
    neighbours_home: HouseholdId

    @property
    def home(self) -> HouseholdId:
        return self.house.community.household_id

    def ask(self, home: HouseholdId | None = None, **stranger: Any) -> WalkIn:
        with self.house.work() as work:
            found = Stranger("陈访客", "0007", **stranger)
            return walk_ins.start(work, self.house.within, self.house.entry, home or self.home, found)

    def now(self, walk_in: WalkIn) -> WalkIn:
        with self.house.work() as work:
            return walk_ins.get(work.session, self.house.within, walk_in.id)

    def trust_neighbour(self) -> None:
        body = {"name": "邻居李姐", "phone": NEIGHBOUR_PHONE}
        answer = self.host.post(f"/households/{self.home}/backup-contact", body)
        assert answer.status_code == 200, answer.text

    def time_is_up(self) -> list[str]:
        """Every question that waits has waited long enough; a worker runs what is due then."""
        platform = self.house.platform
        with platform.database.sessions.begin() as session:
            session.execute(text("UPDATE outbox_job SET not_before = now() WHERE kind = 'walk_ins.escalate'"))
            due = session.execute(
                text("SELECT id FROM outbox_job WHERE kind = 'walk_ins.escalate' AND finished_at IS NULL")
            ).scalars()
            jobs = list(due)
        runner = Runner(platform, COMMON, LeaseKeeper(platform.database), "worker-1")
        return [str(job) for job in jobs if runner.run(job)]

    def told(self) -> list[str]:
        with self.house.platform.database.sessions() as session:
            return list(session.execute(text("SELECT kind FROM notice ORDER BY created_at, id")).scalars())

    def later(self, seconds: float) -> "Gate":
        return replace(self, house=self.house.later(seconds))


def build_gate(platform: Platform) -> Gate:
    house = build_gatehouse(platform)
    app = create_app(platform, NoWechat())
    with house.work() as work:
        site = sites.get_site(work.session, house.within, house.community.site_id)
        room = house.community.rooms[1]
        neighbours_home = people.add_household(work, house.within, room)
        neighbour = people.add_person(work, platform.crypto, site, "李芳", NEIGHBOUR_PHONE)
        people.add_member(work, house.within, neighbours_home, neighbour, Relation.OWNER, MOVED_IN)
        spouse = people.add_person(work, platform.crypto, site, "赵敏", "13800000078")
        people.add_member(work, house.within, house.community.household_id, spouse, Relation.FAMILY, MOVED_IN)
    own = house.community.household_id
    return Gate(
        house,
        _bound(house, app, own, house.community.person_id, house.community.phone),
        _bound(house, app, own, spouse, "13800000078"),
        _bound(house, app, neighbours_home, neighbour, NEIGHBOUR_PHONE),
        neighbours_home,
    )


def _bound(house: Gatehouse, app: Flask, home: HouseholdId, person_id: PersonId, phone: str) -> Resident:
    resident_id, place = ResidentId(uuid7()), house.community
    openid = f"openid-{phone}"
    phone_hash = people.phone_hash(house.platform.crypto, phone)
    with house.work() as work:
        work.session.add(
            ResidentRow(
                id=resident_id,
                openid=openid,
                openid_hash=openid.encode(),
                phone=phone,
                phone_hash=phone_hash,
                created_at=work.now,
            )
        )
        work.session.flush()
        work.session.add(
            BindingRow(
                id=uuid7(),
                resident_id=resident_id,
                household_id=home,
                person_id=person_id,
                tenant_id=place.tenant_id,
                site_id=place.site_id,
                state="approved",
                requested_at=work.now,
                decided_at=work.now,
            )
        )
    return Resident(app, resident_actor(house, resident_id, home))


def resident_actor(house: Gatehouse, resident_id: UUID, *homes: HouseholdId) -> Actor:
    scope = Scope(frozenset({house.community.site_id}), frozenset(homes))
    return Actor(ActorKind.RESIDENT, resident_id, house.community.tenant_id, frozenset({Role.RESIDENT}), scope)
