"""Who acts, what the role allows, and how far it reaches.

`ROLE_PERMISSIONS` is the whole table of what each role may do; `docs/permissions.md` is printed from it.
A permission opens an endpoint, a `Scope` narrows every query, a feature's policy judges the single object.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from backend.kernel.ids import ChildId, ClassId, DeviceId, HouseholdId, SiteId, TenantId


class Permission(Enum):
    PUBLIC = "public"
    """Anybody, without an identity: log-in pages, health, a visitor's own pass link."""
    SELF = "self"
    """Any identity of this app, about itself only: log-out, own profile."""
    HOUSEHOLD_READ = "household.read"
    BINDING_REQUEST = "binding.request"
    BINDING_DECIDE = "binding.decide"
    HOUSEHOLD_CHANGE = "household.change"
    """Ask for a member or a car of one's own home, leave it oneself."""
    DATA_OWN = "data.own"
    """One's own data: see, copy, correct, delete, consent, withdraw."""
    MATTER_DECIDE = "matter.decide"
    VISIT_CREATE = "visit.create"
    VISIT_READ = "visit.read"
    VISIT_APPROVE = "visit.approve"
    VISIT_POLICY = "visit.policy"
    VISIT_HOST = "visit.host"
    """To announce visitors of the staff, and to see those that one has announced."""
    WALK_IN = "walk_in"
    """To receive whoever stands at the gate unannounced, and to ask the host."""
    PASSAGE_READ = "passage.read"
    PASSAGE_DECIDE = "passage.decide"
    BARRIER_OPEN = "barrier.open"
    REGISTER_READ = "register.read"
    REGISTER_EDIT = "register.edit"
    REGISTER_CLEAR = "register.clear"
    """To see and export whole phone and document numbers, where others see a few digits."""
    REGISTER_IMPORT = "register.import"
    AUDIT_READ = "audit.read"
    STAFF_MANAGE = "staff.manage"
    TRAINING_CONSENT = "training.consent"
    CREDENTIAL_MANAGE = "credential.manage"
    CREDENTIAL_OWN = "credential.own"
    DOOR_WATCH = "door.watch"
    INTERCOM_ANSWER = "intercom.answer"
    IDENTITY_RECORD = "identity.record"
    """To take a visitor's identity document, shown masked afterwards."""
    IDENTITY_CLEAR = "identity.clear"
    """To see a whole document number, for a purpose that is named and kept."""
    IDENTITY_MANAGE = "identity.manage"
    """To set how long documents are kept, and to record what allows fingerprints."""
    EVENT_SEND = "event.send"
    MEDIA_SEND = "media.send"
    COMMAND_RECEIVE = "command.receive"
    PASS_CHECK = "pass.check"
    GATE_LIST = "gate_list.hold"
    """To hold the list by which a gate decides while the network is away."""
    OFFLINE_REVIEW = "offline.review"
    """To look at what gates decided alone, and to close what was found about it."""
    CHILD_READ = "child.read"
    """Children of the classes that are granted; never of a whole site by this alone."""
    CHILD_RELEASE = "child.release"
    CHILD_MANAGE = "child.manage"
    """To keep the registers of classes, children and guardians, and to grant a class to its teacher."""
    CUSTODY_DECIDE = "custody.decide"


class Role(Enum):
    VISITOR = "visitor"
    RESIDENT = "resident"
    GUARD = "guard"
    PROPERTY_CLERK = "property_clerk"
    PROPERTY_MANAGER = "property_manager"
    SCHOOL_GUARD = "school_guard"
    SCHOOL_MANAGER = "school_manager"
    TEACHER = "teacher"
    POLICE_OFFICER = "police_officer"
    POLICE_SUPERVISOR = "police_supervisor"
    OPERATOR = "operator"
    DEVICE = "device"
    SYSTEM = "system"


P = Permission
_GATE_WORK = frozenset({P.SELF, P.PASSAGE_READ, P.PASSAGE_DECIDE, P.BARRIER_OPEN, P.VISIT_READ, P.PASS_CHECK}) | {
    P.CREDENTIAL_MANAGE,
    P.DOOR_WATCH,
    P.OFFLINE_REVIEW,
    P.WALK_IN,
    P.IDENTITY_RECORD,
}
_REGISTERS = frozenset({P.REGISTER_READ, P.REGISTER_EDIT, P.REGISTER_CLEAR, P.REGISTER_IMPORT})
_IDENTITY = frozenset({P.IDENTITY_CLEAR, P.IDENTITY_MANAGE})
_SITE_MANAGEMENT = (
    _IDENTITY
    | _GATE_WORK
    | _REGISTERS
    | {P.BINDING_DECIDE, P.AUDIT_READ, P.STAFF_MANAGE, P.TRAINING_CONSENT, P.VISIT_APPROVE, P.VISIT_POLICY}
    | {P.MATTER_DECIDE}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VISITOR: frozenset(),
    Role.RESIDENT: frozenset({P.SELF, P.HOUSEHOLD_READ, P.BINDING_REQUEST, P.VISIT_CREATE, P.VISIT_READ})
    | {P.CREDENTIAL_OWN, P.INTERCOM_ANSWER, P.HOUSEHOLD_CHANGE, P.DATA_OWN},
    Role.GUARD: _GATE_WORK,
    Role.PROPERTY_CLERK: frozenset({P.SELF, P.REGISTER_READ, P.REGISTER_EDIT, P.VISIT_READ, P.CREDENTIAL_MANAGE})
    | {P.VISIT_APPROVE},
    Role.PROPERTY_MANAGER: _SITE_MANAGEMENT,
    Role.SCHOOL_GUARD: _GATE_WORK,
    Role.SCHOOL_MANAGER: _SITE_MANAGEMENT
    | {P.CHILD_READ, P.CHILD_RELEASE, P.CHILD_MANAGE, P.CUSTODY_DECIDE}
    | {P.VISIT_HOST},
    Role.TEACHER: frozenset({P.SELF, P.CHILD_READ, P.CHILD_RELEASE, P.VISIT_HOST}),
    Role.POLICE_OFFICER: frozenset({P.SELF}),
    Role.POLICE_SUPERVISOR: frozenset({P.SELF, P.AUDIT_READ}),
    Role.OPERATOR: frozenset({P.SELF, P.AUDIT_READ, P.STAFF_MANAGE, P.REGISTER_READ}),
    Role.DEVICE: frozenset({P.EVENT_SEND, P.MEDIA_SEND, P.COMMAND_RECEIVE, P.PASS_CHECK, P.GATE_LIST}),
    Role.SYSTEM: frozenset(),
}


class ActorKind(Enum):
    STAFF = "staff"
    RESIDENT = "resident"
    DEVICE = "device"
    VISITOR = "visitor"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Scope:
    """How far an actor reaches. Every store function takes one as `within` and puts it into its query.

    `sites` is empty for somebody who reaches nothing; the others narrow further where they are not None.
    There is no "everything": a worker acts within the site of its job.
    """

    sites: frozenset[SiteId] = frozenset()
    households: frozenset[HouseholdId] | None = None
    devices: frozenset[DeviceId] | None = None
    classes: frozenset[ClassId] | None = None
    children: frozenset[ChildId] | None = None

    @classmethod
    def of_sites(cls, sites: Iterable[SiteId]) -> "Scope":
        return cls(sites=frozenset(sites))

    def reaches_site(self, site_id: SiteId) -> bool:
        return site_id in self.sites


NOTHING = Scope()


@dataclass(frozen=True)
class Actor:
    kind: ActorKind
    id: UUID | None
    tenant_id: TenantId | None = None
    roles: frozenset[Role] = frozenset()
    scope: Scope = NOTHING
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        granted: frozenset[Permission] = frozenset().union(*(ROLE_PERMISSIONS[role] for role in self.roles))
        object.__setattr__(self, "permissions", granted)

    def may(self, permission: Permission) -> bool:
        return permission is Permission.PUBLIC or permission in self.permissions


ANONYMOUS = Actor(ActorKind.ANONYMOUS, None)


def system_actor(tenant_id: TenantId | None = None, sites: Iterable[SiteId] = ()) -> Actor:
    """A worker, acting for the platform within the sites of its job."""
    return Actor(ActorKind.SYSTEM, None, tenant_id, frozenset({Role.SYSTEM}), Scope.of_sites(sites))
