from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backend.kernel.ids import ImportId, SiteId, StaffId, TenantId


class Register(Enum):
    """Which register a file is for."""

    RESIDENTS = "residents"
    EMPLOYEES = "employees"
    ASSETS = "assets"


class ImportState(Enum):
    CHECKING = "checking"
    """A worker reads the file; nothing is written."""
    FAULTY = "faulty"
    READY = "ready"
    """The dry run found nothing wrong: somebody may say go."""
    WRITING = "writing"
    DONE = "done"
    UNREADABLE = "unreadable"
    """No table could be read out of the file at all."""


RUNNING = frozenset({ImportState.CHECKING, ImportState.WRITING})


@dataclass(frozen=True)
class RowFault:
    """One thing to mend: where, and what is wrong. `facts` name other rows and rooms, never a person's data."""

    row: int
    """As a spreadsheet counts: the heading is row 1."""
    column: str
    code: str
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    id: ImportId
    tenant_id: TenantId
    site_id: SiteId
    register: Register
    requested_by: StaffId
    state: ImportState
    created_at: datetime
    finished_at: datetime | None
    row_count: int
    rows_done: int
    counts: dict[str, int]
    """`new`, `changed`, `unchanged` rows, and what else came with them."""
    faults: tuple[RowFault, ...]
    fault_count: int
    """All of them; `faults` holds the first five hundred."""
    problem: str | None
    """The code of a refusal for the file as a whole, and what its text says beside."""
    problem_facts: dict[str, str | int]

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING
