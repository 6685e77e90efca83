"""What is missing before somebody may stand at a gate, and what runs out soon."""

from datetime import date, timedelta
from enum import Enum

from backend.features.employees.model import GUARDING, CertificateKind, Employee

CERTIFICATE_WARNING = timedelta(days=30)


class Lack(Enum):
    """A reason to look at somebody's file, in the order of weight."""

    VETTING_FAILED = "vetting_failed"
    NOT_VETTED = "not_vetted"
    NO_GUARD_CERTIFICATE = "no_guard_certificate"
    CERTIFICATE_OVER = "certificate_over"
    CERTIFICATE_ENDS_SOON = "certificate_ends_soon"


def lacks_of(employee: Employee, today: date) -> list[Lack]:
    """Empty for whoever has left, and for a file in order."""
    left_on = employee.fields.left_on
    if left_on is not None and left_on <= today:
        return []
    return [*_vetting_lacks(employee), *_certificate_lacks(employee, today)]


def _vetting_lacks(employee: Employee) -> list[Lack]:
    if not employee.vettings:
        return [Lack.NOT_VETTED]
    latest = max(employee.vettings, key=lambda vetting: vetting.done_on)
    return [] if latest.passed else [Lack.VETTING_FAILED]


def _certificate_lacks(employee: Employee, today: date) -> list[Lack]:
    lacks = []
    kinds = {certificate.kind for certificate in employee.certificates}
    if employee.fields.duty in GUARDING and CertificateKind.SECURITY_GUARD not in kinds:
        lacks.append(Lack.NO_GUARD_CERTIFICATE)
    ends = [_latest_end(employee, kind) for kind in kinds]
    if any(end is not None and end <= today for end in ends):
        lacks.append(Lack.CERTIFICATE_OVER)
    elif any(end is not None and end <= today + CERTIFICATE_WARNING for end in ends):
        lacks.append(Lack.CERTIFICATE_ENDS_SOON)
    return lacks


def _latest_end(employee: Employee, kind: CertificateKind) -> date | None:
    """None where one of the kind does not expire; a renewed certificate stands for the old one."""
    ends = [certificate.valid_until_on for certificate in employee.certificates if certificate.kind is kind]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None
