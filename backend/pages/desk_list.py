"""The guard's desks of the sites in reach: registered browsers, who logs in there, and who could."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.features.accounts.model import DESK_ROLES, Portal
from backend.features.accounts.tables import StaffRow, StaffSiteRow
from backend.features.desk import service as desk
from backend.features.desk.model import Access, Terminal
from backend.features.employees.model import GUARDING
from backend.features.employees.tables import EmployeeRow
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.kernel.identity import Scope


@dataclass(frozen=True)
class Choice:
    id: UUID
    name: str = field(repr=False)


@dataclass(frozen=True)
class AccessLine:
    access: Access
    account: str = field(repr=False)
    employee: str = field(repr=False)


@dataclass(frozen=True)
class DeskList:
    sites: Sequence[Site]
    terminals: Sequence[Terminal]
    people: Sequence[AccessLine]
    accounts: Sequence[Choice]
    """Those with the guard's role."""
    employees: Sequence[Choice]
    """Those who guard today."""

    def site_name(self, site_id: UUID) -> str:
        return next((site.name for site in self.sites if site.id == site_id), "")


def read_desks(session: Session, within: Scope, portal: Portal, today: date) -> DeskList:
    accounts, employees = _accounts(session, within), _employees(session, within, today)
    names = {one.id: one.name for one in (*accounts, *employees)}
    people = [
        AccessLine(one, names.get(one.staff_id, "—"), names.get(one.employee_id, "—"))
        for one in desk.list_access(session, within)
    ]
    terminals = [one for one in desk.list_terminals(session, within) if one.portal is portal]
    return DeskList(sites.list_sites(session, within), terminals, people, accounts, employees)


def _accounts(session: Session, within: Scope) -> list[Choice]:
    here = select(StaffSiteRow.staff_id).where(StaffSiteRow.site_id.in_(within.sites))
    query = select(StaffRow).where(
        StaffRow.id.in_(here),
        StaffRow.disabled_at.is_(None),
        StaffRow.roles.overlap([role.value for role in DESK_ROLES]),
    )
    return [Choice(row.id, row.display_name) for row in session.scalars(query.order_by(StaffRow.username))]


def _employees(session: Session, within: Scope, today: date) -> list[Choice]:
    query = select(EmployeeRow).where(
        EmployeeRow.site_id.in_(within.sites),
        EmployeeRow.duty.in_([duty.value for duty in GUARDING]),
        or_(EmployeeRow.left_on.is_(None), EmployeeRow.left_on > today),
    )
    return [Choice(row.id, row.name) for row in session.scalars(query.order_by(EmployeeRow.id))]
