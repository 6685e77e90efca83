from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from backend.features.accounts.model import Portal
from backend.features.desk.model import Access, Terminal, TerminalId
from backend.features.desk.tables import DeskAccessRow, DeskTerminalRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.identity import Scope
from backend.kernel.ids import EmployeeId, SiteId, StaffId, TenantId


def insert_terminal(session: Session, within: Scope, row: Mapping[str, Any]) -> bool:
    """False where the site has a terminal with this name; `within` reaches its site."""
    return row["site_id"] in within.sites and insert_if_absent(session, DeskTerminalRow, row, "site_id", "name")


def find_terminal(session: Session, token_hash: bytes, portal: Portal) -> Terminal | None:
    """The live terminal that holds this token; it establishes a scope, so it takes none."""
    mine = select(DeskTerminalRow).where(
        DeskTerminalRow.token_hash == token_hash,
        DeskTerminalRow.portal == portal.value,
        DeskTerminalRow.revoked_at.is_(None),
    )
    row = session.scalar(mine)
    return None if row is None else _terminal(row)


def list_terminals(session: Session, within: Scope) -> list[Terminal]:
    mine = select(DeskTerminalRow).where(
        DeskTerminalRow.site_id.in_(within.sites), DeskTerminalRow.revoked_at.is_(None)
    )
    return [_terminal(row) for row in session.scalars(mine.order_by(DeskTerminalRow.name))]


def revoke_terminal(session: Session, within: Scope, terminal_id: UUID, now: datetime) -> bytes | None:
    """The hash of its token, which its sessions bear; None where there is none within reach."""
    mine = update(DeskTerminalRow).where(
        DeskTerminalRow.id == terminal_id,
        DeskTerminalRow.site_id.in_(within.sites),
        DeskTerminalRow.revoked_at.is_(None),
    )
    # The name is free again, for the machine that comes in its place.
    ended = mine.values(revoked_at=now, name=DeskTerminalRow.name + f" {now:%Y-%m-%d %H:%M:%S.%f}")
    return session.execute(ended.returning(DeskTerminalRow.token_hash)).scalar_one_or_none()


def _terminal(row: DeskTerminalRow) -> Terminal:
    return Terminal(
        TerminalId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        Portal(row.portal),
        row.name,
        tuple(row.shift_starts),
        row.registered_at,
        row.token_hash,
    )


def lock_access(session: Session, within: Scope, staff_id: UUID) -> DeskAccessRow | None:
    """Parallel log-ins of one person are judged one after the other."""
    return session.scalar(_access(within).where(DeskAccessRow.staff_id == staff_id).with_for_update())


def find_by_employee(session: Session, within: Scope, employee_id: UUID) -> DeskAccessRow | None:
    return session.scalar(_access(within).where(DeskAccessRow.employee_id == employee_id))


def list_access(session: Session, within: Scope) -> list[Access]:
    return [
        Access(StaffId(row.staff_id), EmployeeId(row.employee_id), SiteId(row.site_id), row.locked_until, row.set_at)
        for row in session.scalars(_access(within).order_by(DeskAccessRow.set_at))
    ]


def drop_access(session: Session, within: Scope, staff_id: UUID) -> bool:
    mine = delete(DeskAccessRow).where(DeskAccessRow.staff_id == staff_id, DeskAccessRow.site_id.in_(within.sites))
    return bool(session.execute(mine).rowcount)  # type: ignore[attr-defined]


def _access(within: Scope) -> Select[tuple[DeskAccessRow]]:
    return select(DeskAccessRow).where(DeskAccessRow.site_id.in_(within.sites))
