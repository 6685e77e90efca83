"""Why a page shows people and pictures, and what the audit log keeps of it."""

from collections.abc import Iterable
from enum import Enum
from uuid import UUID

from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import digest
from backend.infrastructure.unit_of_work import Work
from backend.kernel.ids import TenantId

HASH_BYTES = 8


class LookPurpose(Enum):
    """The reason that the access register names (Video Regulation 16)."""

    GATE_DUTY = "gate_duty"
    REGISTER_CHECK = "register_check"
    SUPERVISION = "supervision"
    EVACUATION = "evacuation"


def record_list(
    work: Work, kind: str, ids: Iterable[UUID], purpose: LookPurpose, tenant_id: TenantId | None = None
) -> None:
    """One entry for the whole list, with a short hash of each subject: enough to ask later whether X was on it."""
    hashes = [digest(subject.bytes)[:HASH_BYTES].hex() for subject in ids]
    work.record(f"{kind}.listed", Subject(kind, None), tenant_id=tenant_id, purpose=purpose.value, subjects=hashes)
