"""An import from the file to its end, with the worker that does it."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import text

from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff
from backend.features.imports import service as imports
from backend.features.imports.model import Import, Register
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.texts import fault_text
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role, system_actor
from backend.kernel.ids import ImportId
from tests.builders.community import Community
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner


def run_jobs(platform: Platform) -> None:
    """What the default worker does: everything that has been promised."""
    runner = Runner(platform, COMMON, LeaseKeeper(platform.database), "test")
    waiting = text("SELECT id FROM outbox_job WHERE finished_at IS NULL AND kind LIKE 'imports.%' ORDER BY id")
    while True:
        with platform.database.sessions() as session:
            ids = session.execute(waiting).scalars().all()
        if not ids:
            return
        for job_id in ids:
            assert runner.run(job_id)


@dataclass(frozen=True)
class Office:
    """A manager who imports."""

    platform: Platform
    community: Community
    actor: Actor

    @classmethod
    def of(cls, platform: Platform, community: Community) -> "Office":
        with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
            new = NewStaff(
                f"m{uuid4().hex[:8]}",
                "陈经理",
                "Yue4-liang-men",
                frozenset({Role.PROPERTY_MANAGER}),
                community.tenant_id,
                frozenset({community.site_id}),
            )
            staff_id = accounts.create_staff(work, new)
        roles = frozenset({Role.PROPERTY_MANAGER})
        return cls(platform, community, Actor(ActorKind.STAFF, staff_id, community.tenant_id, roles, community.scope))

    def send(self, body: bytes, register: Register = Register.RESIDENTS) -> ImportId:
        with unit_of_work(self.platform.database, self.actor) as work:
            return imports.request(work, self.community.scope, self.community.site_id, register, body)

    def look_through(self, body: bytes, register: Register = Register.RESIDENTS) -> Import:
        import_id = self.send(body, register)
        run_jobs(self.platform)
        return self.seen(import_id)

    def bring_in(self, body: bytes, register: Register = Register.RESIDENTS) -> Import:
        """Both steps; the file has to be right."""
        looked = self.look_through(body, register)
        assert looked.faults == (), told(looked)
        self.go(looked.id)
        run_jobs(self.platform)
        return self.seen(looked.id)

    def go(self, import_id: UUID) -> None:
        with unit_of_work(self.platform.database, self.actor) as work:
            imports.go(work, self.community.scope, import_id)

    def seen(self, import_id: UUID) -> Import:
        with self.platform.database.sessions() as session:
            return imports.get(session, self.community.scope, import_id)


def told(looked: Import) -> list[str]:
    """Each fault as the page says it."""
    return [f"{one.row} {one.column} {fault_text(one.code, one.facts)}" for one in looked.faults]
