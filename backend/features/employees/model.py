from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from backend.kernel.identity_numbers import DocumentKind


class Duty(Enum):
    """What somebody is there for; the first group guards."""

    GUARD = "guard"
    PATROL = "patrol"
    CONTROL_ROOM = "control_room"
    PROPERTY = "property"
    MAINTENANCE = "maintenance"
    CLEANING = "cleaning"
    TEACHER = "teacher"
    CARER = "carer"
    CANTEEN = "canteen"
    DOCTOR = "doctor"
    DRIVER = "driver"
    ADMINISTRATION = "administration"
    OTHER = "other"


GUARDING = frozenset({Duty.GUARD, Duty.PATROL, Duty.CONTROL_ROOM})
"""Who must hold a guard's certificate (保安服务管理条例, article 16)."""


class CertificateKind(Enum):
    SECURITY_GUARD = "security_guard"
    FIRE_CONTROL = "fire_control"
    HEALTH = "health"
    TEACHER = "teacher"
    ELECTRICIAN = "electrician"
    LIFT = "lift"
    FIRST_AID = "first_aid"
    DRIVING = "driving"
    OTHER = "other"


@dataclass(frozen=True)
class EmployeeFields:
    """Everything the register keeps of a member of staff, as it shall stand."""

    name: str = field(repr=False)
    duty: Duty
    phone: str | None = field(default=None, repr=False)
    document_kind: DocumentKind | None = None
    document_number: str | None = field(default=None, repr=False)
    employer: str = ""
    """The security company or agency that sends them; empty for our own."""
    joined_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class Certificate:
    kind: CertificateKind
    number: str = field(repr=False)
    issuer: str
    valid_until_on: date | None
    """Exclusive; None for what does not expire."""


@dataclass(frozen=True)
class Vetting:
    """That a background check was made and what came of it: yes or no, nothing else is kept."""

    done_on: date
    passed: bool
    checked_by: str
    """The office that answered."""


@dataclass(frozen=True)
class Training:
    topic: str
    held_on: date
    hours: int


@dataclass(frozen=True)
class Employee:
    fields: EmployeeFields
    certificates: tuple[Certificate, ...] = ()
    vettings: tuple[Vetting, ...] = ()
    trainings: tuple[Training, ...] = ()
