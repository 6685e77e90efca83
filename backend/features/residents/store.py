import os
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.orm import Session

from backend.features.people.model import Membership
from backend.features.residents.model import Binding, BindingId, BindingReason, BindingState, Resident
from backend.features.residents.tables import BindingAttemptRow, BindingRow, ResidentRow, ResidentTokenRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, PersonId, ResidentId, SiteId, TenantId, uuid7
from backend.kernel.paging import Cursor, Page, PageRequest, page_of

_OPEN = (BindingState.PENDING.value, BindingState.APPROVED.value)


def find_or_add_resident(session: Session, openid: str, openid_hash: bytes, now: datetime) -> tuple[Resident, bool]:
    """The user with this openid, and whether this made them; parallel first log-ins make one."""
    row = {"id": uuid7(), "openid": openid, "openid_hash": openid_hash, "created_at": now}
    added = insert_if_absent(session, ResidentRow, row, "openid_hash")
    found = session.scalars(select(ResidentRow).where(ResidentRow.openid_hash == openid_hash)).one()
    return _resident(found), added


def find_resident(session: Session, resident_id: UUID) -> Resident | None:
    row = session.get(ResidentRow, resident_id)
    return None if row is None else _resident(row)


def find_phone_hash(session: Session, resident_id: UUID) -> bytes | None:
    return session.scalar(select(ResidentRow.phone_hash).where(ResidentRow.id == resident_id))


def lock_resident(session: Session, resident_id: UUID) -> None:
    session.execute(select(ResidentRow.id).where(ResidentRow.id == resident_id).with_for_update())


def set_phone(session: Session, resident_id: UUID, phone: str, phone_hash: bytes) -> None:
    mine = update(ResidentRow).where(ResidentRow.id == resident_id)
    session.execute(mine.values(phone=phone, phone_hash=phone_hash))


def forget(session: Session, resident_id: UUID) -> None:
    """The row stays for what refers to it, and says nothing of anybody: the next log-in is a new resident."""
    mine = update(ResidentRow).where(ResidentRow.id == resident_id)
    session.execute(mine.values(openid="", openid_hash=os.urandom(32), phone=None, phone_hash=None))


def add_token(session: Session, resident_id: UUID, token_hash: bytes, now: datetime, expires_at: datetime) -> None:
    row = ResidentTokenRow(token_hash=token_hash, resident_id=resident_id, created_at=now, expires_at=expires_at)
    session.add(row)


def find_by_token(session: Session, token_hash: bytes, now: datetime) -> tuple[Resident, datetime] | None:
    """Who holds this token, and when it expires; it establishes a scope, so it takes none."""
    query = (
        select(ResidentRow, ResidentTokenRow.expires_at)
        .join(ResidentTokenRow, ResidentTokenRow.resident_id == ResidentRow.id)
        .where(
            ResidentTokenRow.token_hash == token_hash,
            ResidentTokenRow.revoked_at.is_(None),
            ResidentTokenRow.expires_at > now,
        )
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (_resident(found[0]), found[1])


def extend_token(session: Session, token_hash: bytes, expires_at: datetime) -> None:
    mine = update(ResidentTokenRow).where(ResidentTokenRow.token_hash == token_hash)
    session.execute(mine.values(expires_at=expires_at))


def revoke_token(session: Session, token_hash: bytes, now: datetime) -> bool:
    live = update(ResidentTokenRow).where(
        ResidentTokenRow.token_hash == token_hash, ResidentTokenRow.revoked_at.is_(None)
    )
    revoked = live.values(revoked_at=now).returning(ResidentTokenRow.resident_id)
    return session.execute(revoked).one_or_none() is not None


def revoke_tokens_of(session: Session, resident_id: UUID, now: datetime) -> None:
    live = update(ResidentTokenRow).where(
        ResidentTokenRow.resident_id == resident_id, ResidentTokenRow.revoked_at.is_(None)
    )
    session.execute(live.values(revoked_at=now))


def count_attempts(session: Session, resident_id: UUID, since: datetime) -> int:
    recent = select(func.count()).where(BindingAttemptRow.resident_id == resident_id, BindingAttemptRow.at > since)
    return session.scalar(recent) or 0


def add_attempt(session: Session, resident_id: UUID, now: datetime) -> None:
    session.add(BindingAttemptRow(id=uuid7(), resident_id=resident_id, at=now))


def find_open_binding(session: Session, resident_id: UUID, household_id: UUID) -> Binding | None:
    row = session.scalar(
        select(BindingRow).where(
            BindingRow.resident_id == resident_id,
            BindingRow.household_id == household_id,
            BindingRow.state.in_(_OPEN),
        )
    )
    return None if row is None else _binding(row)


def add_binding(session: Session, resident_id: UUID, member: Membership, now: datetime) -> Binding:
    row = BindingRow(
        id=uuid7(),
        resident_id=resident_id,
        household_id=member.household_id,
        person_id=member.person_id,
        tenant_id=member.tenant_id,
        site_id=member.site_id,
        state=BindingState.PENDING.value,
        requested_at=now,
    )
    session.add(row)
    session.flush()
    return _binding(row)


def bindings_of(session: Session, resident_id: UUID) -> list[Binding]:
    rows = session.scalars(select(BindingRow).where(BindingRow.resident_id == resident_id))
    return [_binding(row) for row in rows]


def page_of_own(session: Session, resident_id: UUID, request: PageRequest) -> Page[Binding]:
    return _page(session, select(BindingRow).where(BindingRow.resident_id == resident_id), request)


def page_of_site(session: Session, within: Scope, state: BindingState | None, request: PageRequest) -> Page[Binding]:
    query = select(BindingRow).where(BindingRow.site_id.in_(within.sites))
    return _page(session, query if state is None else query.where(BindingRow.state == state.value), request)


def _page(session: Session, query: Select[tuple[BindingRow]], request: PageRequest) -> Page[Binding]:
    """Newest first."""
    query = query.order_by(BindingRow.requested_at.desc(), BindingRow.id.desc()).limit(request.limit + 1)
    if request.after is not None:
        query = query.where(tuple_(BindingRow.requested_at, BindingRow.id) < (request.after.at, request.after.id))
    bindings = [_binding(row) for row in session.scalars(query)]
    return page_of(bindings, request, lambda binding: Cursor(binding.requested_at, binding.id))


def lock_binding(session: Session, within: Scope, binding_id: UUID) -> Binding | None:
    mine = select(BindingRow).where(BindingRow.id == binding_id, BindingRow.site_id.in_(within.sites))
    row = session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    return None if row is None else _binding(row)


def decide(session: Session, within: Scope, decided: Binding, by: UUID | None) -> None:
    """Writes the state, instant and reason of a binding that is locked."""
    mine = update(BindingRow).where(BindingRow.id == decided.id, BindingRow.site_id.in_(within.sites))
    reason = None if decided.reason is None else decided.reason.value
    session.execute(mine.values(state=decided.state.value, decided_at=decided.decided_at, decided_by=by, reason=reason))


def _resident(row: ResidentRow) -> Resident:
    return Resident(ResidentId(row.id), row.phone)


def _binding(row: BindingRow) -> Binding:
    return Binding(
        BindingId(row.id),
        ResidentId(row.resident_id),
        PersonId(row.person_id),
        HouseholdId(row.household_id),
        SiteId(row.site_id),
        TenantId(row.tenant_id),
        BindingState(row.state),
        row.requested_at,
        row.decided_at,
        None if row.reason is None else BindingReason(row.reason),
    )
