"""Members of staff with what is missing from their files, and assets with when they are due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from backend.features.assets.model import Asset, AssetFields, AssetKind
from backend.features.assets.rules import DUE_WARNING, Due, due_of
from backend.features.assets.tables import AssetRow
from backend.features.employees.model import Duty, Employee
from backend.features.employees.rules import Lack, lacks_of
from backend.features.employees.store import files_of
from backend.features.employees.tables import EmployeeRow
from backend.features.sites.tables import SiteRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Page, PageRequest
from backend.pages.keyset import page_in_order

BATCH = 500


@dataclass(frozen=True)
class StaffFilter:
    site_id: UUID | None = None
    duty: Duty | None = None
    with_left: bool = False


@dataclass(frozen=True)
class EmployeeCard:
    id: UUID
    site_name: str
    file: Employee = field(repr=False)
    lacks: Sequence[Lack]


@dataclass(frozen=True)
class Colleague:
    """Just enough to choose somebody by."""

    id: UUID
    name: str = field(repr=False)
    duty: Duty


@dataclass(frozen=True)
class AssetFilter:
    site_id: UUID | None = None
    kind: AssetKind | None = None
    only_due: bool = False
    text: str = ""


@dataclass(frozen=True)
class AssetCard:
    asset: Asset
    site_name: str
    due: Due


def _employees(within: Scope, wanted: StaffFilter, today: date) -> Select[Any]:
    query = (
        select(EmployeeRow, SiteRow.name)
        .join(SiteRow, SiteRow.id == EmployeeRow.site_id)
        .where(EmployeeRow.site_id.in_(within.sites))
    )
    if wanted.site_id is not None:
        query = query.where(EmployeeRow.site_id == wanted.site_id)
    if wanted.duty is not None:
        query = query.where(EmployeeRow.duty == wanted.duty.value)
    if not wanted.with_left:
        query = query.where(or_(EmployeeRow.left_on.is_(None), EmployeeRow.left_on > today))
    return query


def list_employees(
    session: Session, within: Scope, wanted: StaffFilter, request: PageRequest, today: date
) -> Page[EmployeeCard]:
    order: list[SQLColumnExpression[Any]] = [EmployeeRow.duty, EmployeeRow.id]
    query = _employees(within, wanted, today)
    page = page_in_order(session, query, order, request, lambda *row: row, lambda row: row[0].id)
    return Page(_cards(session, within, page.items, today), page.next)


def every_employee(session: Session, within: Scope, wanted: StaffFilter, today: date) -> Iterator[EmployeeCard]:
    """Staff are few: one batch."""
    query = _employees(within, wanted, today).order_by(EmployeeRow.duty, EmployeeRow.id)
    yield from _cards(session, within, session.execute(query).tuples().all(), today)


def search_employees(session: Session, within: Scope, tokens: Sequence[int], limit: int, today: date) -> Sequence[Any]:
    found = _employees(within, StaffFilter(with_left=True), today).where(EmployeeRow.search_tokens.overlap(tokens))
    return _cards(session, within, session.execute(found.limit(limit)).tuples().all(), today)


def list_current(session: Session, within: Scope, today: date) -> list[Colleague]:
    """Whoever works at these sites today, by duty and name."""
    rows = session.execute(_employees(within, StaffFilter(), today))
    found = [Colleague(row.id, row.name, Duty(row.duty)) for row, _ in rows]
    return sorted(found, key=lambda one: (one.duty.value, one.name))


def _cards(session: Session, within: Scope, rows: Sequence[Any], today: date) -> list[EmployeeCard]:
    files = files_of(session, within, [row for row, _ in rows])
    return [EmployeeCard(row.id, site, files[row.id], lacks_of(files[row.id], today)) for row, site in rows]


def _assets(within: Scope, wanted: AssetFilter, today: date) -> Select[Any]:
    query = (
        select(AssetRow, SiteRow.name)
        .join(SiteRow, SiteRow.id == AssetRow.site_id)
        .where(AssetRow.site_id.in_(within.sites), AssetRow.retired.is_(False))
    )
    if wanted.site_id is not None:
        query = query.where(AssetRow.site_id == wanted.site_id)
    if wanted.kind is not None:
        query = query.where(AssetRow.kind == wanted.kind.value)
    if wanted.text:
        found = (
            column.contains(wanted.text, autoescape=True) for column in (AssetRow.code, AssetRow.name, AssetRow.place)
        )
        query = query.where(or_(*found))
    if wanted.only_due:
        due = or_(AssetRow.next_due_on.is_(None), AssetRow.next_due_on <= today + DUE_WARNING)
        query = query.where(AssetRow.check_interval_days.is_not(None), due)
    return query


def _asset_order() -> list[Any]:
    """What is due first."""
    never = func.coalesce(AssetRow.check_interval_days, 0) == 0
    return [never, func.coalesce(AssetRow.next_due_on, date(1, 1, 1)), AssetRow.code, AssetRow.id]


def list_assets(
    session: Session, within: Scope, wanted: AssetFilter, request: PageRequest, today: date
) -> Page[AssetCard]:
    def card(row: AssetRow, site: str) -> AssetCard:
        return _asset_card(row, site, today)

    query = _assets(within, wanted, today)
    return page_in_order(session, query, _asset_order(), request, card, lambda one: one.asset.id)


def every_asset(session: Session, within: Scope, wanted: AssetFilter, today: date) -> Iterator[AssetCard]:
    query = _assets(within, wanted, today).order_by(*_asset_order()).execution_options(yield_per=BATCH)
    for row, site in session.execute(query):
        yield _asset_card(row, site, today)


def _asset_card(row: AssetRow, site: str, today: date) -> AssetCard:
    fields = AssetFields(
        row.code, AssetKind(row.kind), row.name, row.place, row.check_interval_days, row.last_checked_on, row.retired
    )
    asset = Asset(row.id, row.site_id, fields, row.next_due_on)
    return AssetCard(asset, site, due_of(asset, today))
