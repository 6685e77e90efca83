"""The guard's desk: a browser that a manager has registered, where staff log in with card and PIN."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.features.accounts.model import Portal
from backend.kernel.ids import EmployeeId, SiteId, StaffId, TenantId

TerminalId = NewType("TerminalId", UUID)


@dataclass(frozen=True)
class Terminal:
    id: TerminalId
    tenant_id: TenantId
    site_id: SiteId
    portal: Portal
    name: str
    shift_starts: tuple[int, ...]
    """Hours of the local day at which a shift begins, ascending."""
    registered_at: datetime
    token_hash: bytes = field(repr=False)


@dataclass(frozen=True)
class Access:
    """Who logs in at a desk: an account, and the employee whose card stands for it."""

    staff_id: StaffId
    employee_id: EmployeeId
    site_id: SiteId
    locked_until: datetime | None
    set_at: datetime


class Refused(Enum):
    """Why a log-in failed; for the audit log, never for the screen."""

    TERMINAL = "terminal"
    CARD = "card"
    NO_ACCESS = "no_access"
    LOCKED = "locked"
    PIN = "pin"
    ACCOUNT = "account"
