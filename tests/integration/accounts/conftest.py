from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff, Portal, StaffSession
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Database, unit_of_work
from backend.kernel.identity import Actor, Role, system_actor
from backend.kernel.ids import StaffId
from tests.builders.community import Community, build_community

PASSWORD = "Kaimen-2026"


class MovableClock:
    """Stands still until told; starts at the beginning of a 30-second step."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class StaffMember:
    """A person with a password and an authenticator in front of a portal."""

    platform: Platform
    clock: MovableClock
    id: StaffId
    username: str
    secret: str
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = self.platform.database

    def begin(self, password: str = PASSWORD, portal: Portal = Portal.PROPERTY) -> str:
        crypto = self.platform.crypto
        return accounts.begin_login(self.database, crypto, portal, self.username, password).challenge

    def code(self, **later: float) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now + timedelta(**later))

    def complete(
        self, challenge: str, code: str, new_password: str | None = None, portal: Portal = Portal.PROPERTY
    ) -> StaffSession:
        crypto = self.platform.crypto
        return accounts.complete_login(self.database, crypto, portal, challenge, code, new_password)

    def log_in(self, password: str = PASSWORD) -> StaffSession:
        """In a fresh step, since no code works twice."""
        self.clock.move(seconds=30)
        return self.complete(self.begin(password), self.code())

    def actor(self, session: StaffSession, portal: Portal = Portal.PROPERTY) -> Actor | None:
        return accounts.authenticate_session(self.database, self.platform.crypto, session.token, portal)


NewMember = Callable[..., StaffMember]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def timed(platform: Platform, clock: MovableClock) -> Platform:
    """The platform by a clock that the test moves."""
    return replace(platform, database=replace(platform.database, clock=clock))


@pytest.fixture
def community(timed: Platform) -> Community:
    return build_community(timed)


@pytest.fixture
def new_member(timed: Platform, clock: MovableClock, community: Community) -> NewMember:
    def create(
        username: str = "menwei01",
        role: Role = Role.GUARD,
        *,
        within: Community = community,
        password: str = PASSWORD,
        temporary: bool = False,
    ) -> StaffMember:
        sites = frozenset({within.site_id})
        new = NewStaff(username, "李师傅", password, frozenset({role}), within.tenant_id, sites, temporary)
        with unit_of_work(timed.database, system_actor()) as work:
            staff_id = accounts.create_staff(work, new)
            enrolment = accounts.enrol_totp(work, staff_id)
        return StaffMember(timed, clock, staff_id, username, enrolment.secret)

    return create


@pytest.fixture
def guard(new_member: NewMember) -> StaffMember:
    return new_member()
