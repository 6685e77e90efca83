"""The audit log of one tenant as people read it: who did what, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from backend.features.accounts.tables import StaffRow
from backend.features.sites.tables import SiteRow, TenantRow
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.kernel.clock import start_of_local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import TenantId

Actor, Subject = aliased(StaffRow), aliased(StaffRow)


@dataclass(frozen=True)
class TenantChoice:
    id: TenantId
    name: str


@dataclass(frozen=True)
class AuditFilter:
    actor: str = field(default="", repr=False)
    """A staff member's log-in name: what they did, and their log-ins."""
    action: str = ""
    """The begin of an action's code: `passage.`"""
    subject_id: UUID | None = None
    day: date | None = None


@dataclass(frozen=True)
class AuditLine:
    sequence: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None = field(repr=False)
    action: str
    subject_kind: str
    subject_id: UUID | None
    subject_name: str | None = field(repr=False)
    """Of a member of staff: a log-in is nobody's act until it has succeeded."""
    purpose: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class AuditPage:
    tenants: Sequence[TenantChoice]
    tenant: TenantChoice
    lines: Sequence[AuditLine]
    next_before: int | None
    """Ask for entries before this sequence number to go on."""


def read_audit_page(
    session: Session, within: Scope, tenant_id: UUID | None, wanted: AuditFilter, before: int | None, limit: int
) -> AuditPage:
    """Entries of one tenant that has a site within reach, or of the first. Raises NotFound."""
    tenants = _tenants(session, within)
    tenant = next((choice for choice in tenants if tenant_id in (None, choice.id)), None)
    if tenant is None:
        raise NotFound
    query = _filtered(_of_tenant(tenant.id), wanted)
    if before is not None:
        query = query.where(AuditEntryRow.sequence < before)
    rows = session.execute(query.order_by(AuditEntryRow.sequence.desc()).limit(limit + 1)).all()
    lines = [_line(*row) for row in rows[:limit]]
    return AuditPage(tenants, tenant, lines, lines[-1].sequence if len(rows) > limit else None)


def _tenants(session: Session, within: Scope) -> list[TenantChoice]:
    reached = select(SiteRow.tenant_id).where(SiteRow.id.in_(within.sites))
    rows = session.scalars(select(TenantRow).where(TenantRow.id.in_(reached)).order_by(TenantRow.name))
    return [TenantChoice(TenantId(row.id), row.name) for row in rows]


def _of_tenant(tenant_id: TenantId) -> Select[Any]:
    return (
        select(AuditEntryRow, Actor.display_name, Subject.display_name)
        .outerjoin(Actor, Actor.id == AuditEntryRow.actor_id)
        .outerjoin(Subject, Subject.id == AuditEntryRow.subject_id)
        .where(AuditEntryRow.tenant_id == tenant_id)
    )


def _filtered(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.actor:
        username = wanted.actor.strip().lower()
        query = query.where(or_(Actor.username == username, Subject.username == username))
    if wanted.action:
        query = query.where(AuditEntryRow.action.startswith(wanted.action, autoescape=True))
    if wanted.subject_id is not None:
        query = query.where(AuditEntryRow.subject_id == wanted.subject_id)
    if wanted.day is not None:
        start, end = start_of_local_day(wanted.day), start_of_local_day(wanted.day + timedelta(days=1))
        query = query.where(AuditEntryRow.at >= start, AuditEntryRow.at < end)
    return query


def _line(row: AuditEntryRow, actor_name: str | None, subject_name: str | None) -> AuditLine:
    return AuditLine(
        row.sequence,
        row.at,
        row.actor_kind,
        row.actor_id,
        actor_name,
        row.action,
        row.subject_kind,
        row.subject_id,
        subject_name,
        row.purpose,
        row.facts,
    )
