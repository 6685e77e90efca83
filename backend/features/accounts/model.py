from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backend.kernel.identity import Role
from backend.kernel.ids import SiteId, StaffId, TenantId


class Portal(Enum):
    PROPERTY = "property"
    CAMPUS = "campus"
    POLICE = "police"


PORTAL_ROLES: dict[Portal, frozenset[Role]] = {
    Portal.PROPERTY: frozenset({Role.GUARD, Role.PROPERTY_CLERK, Role.PROPERTY_MANAGER}),
    Portal.CAMPUS: frozenset({Role.SCHOOL_GUARD, Role.SCHOOL_MANAGER, Role.TEACHER}),
    Portal.POLICE: frozenset({Role.POLICE_OFFICER, Role.POLICE_SUPERVISOR}),
}
"""Whom a portal lets in, and the only roles that a session of it carries. Operators work at the command line."""


DESK_ROLES = frozenset({Role.GUARD, Role.SCHOOL_GUARD})
"""All that a session at the guard's desk carries, whatever else the account may do."""


@dataclass(frozen=True)
class Desk:
    """The registered browser in which a session lives, and until when."""

    token_hash: bytes = field(repr=False)
    site_id: SiteId
    until: datetime


@dataclass(frozen=True)
class NewStaff:
    username: str
    display_name: str = field(repr=False)
    password: str = field(repr=False)
    roles: frozenset[Role]
    tenant_id: TenantId | None = None
    sites: frozenset[SiteId] = frozenset()
    password_is_temporary: bool = False
    """Chosen by somebody else: the first log-in asks for another."""


@dataclass(frozen=True)
class TotpEnrolment:
    """What an authenticator app scans or is typed into it; shown once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True)
class PendingLogin:
    """The password was right; `complete_login` wants a one-time code with this challenge within five minutes."""

    challenge: str = field(repr=False)
    enrolment: TotpEnrolment | None
    """Set for an account without an authenticator: the first right code makes it the account's."""
    new_password_needed: bool


@dataclass(frozen=True)
class StaffSession:
    token: str = field(repr=False)
    """256 random bits for the portal's cookie; only its keyed hash is stored."""
    staff_id: StaffId
    expires_at: datetime


@dataclass(frozen=True)
class StaffProfile:
    id: StaffId
    tenant_id: TenantId | None
    username: str = field(repr=False)
    display_name: str = field(repr=False)
    roles: frozenset[Role]
    sites: frozenset[SiteId]
    disabled: bool
