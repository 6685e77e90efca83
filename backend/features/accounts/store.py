from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from backend.features.accounts.model import Portal, StaffProfile
from backend.features.accounts.tables import StaffChallengeRow, StaffRow, StaffSessionRow, StaffSiteRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.identity import Role, Scope
from backend.kernel.ids import SiteId, StaffId, TenantId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


@dataclass(frozen=True)
class SessionRecord:
    account: StaffProfile
    portal: Portal
    last_seen_at: datetime
    idle: timedelta
    expires_at: datetime
    desk_hash: bytes | None = None
    desk_site_id: SiteId | None = None


def find_password_hash(session: Session, username: str) -> str | None:
    return session.scalar(select(StaffRow.password_hash).where(StaffRow.username == username))


def lock_by_username(session: Session, username: str) -> StaffRow | None:
    """The account, locked: parallel log-ins to it are judged one after the other."""
    return session.scalar(select(StaffRow).where(StaffRow.username == username).with_for_update())


def lock_by_id(session: Session, staff_id: UUID) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.id == staff_id).with_for_update())


def lock_by_challenge(session: Session, token_hash: bytes) -> StaffRow | None:
    """Whatever changes a challenge or a session holds its account's lock, so the account is locked first."""
    owner = select(StaffChallengeRow.staff_id).where(StaffChallengeRow.token_hash == token_hash)
    return session.scalar(select(StaffRow).where(StaffRow.id == owner.scalar_subquery()).with_for_update())


def insert_staff(session: Session, row: dict[str, object]) -> bool:
    """False when the username is taken."""
    return insert_if_absent(session, StaffRow, row, "username")


def set_sites(session: Session, staff_id: UUID, sites: Iterable[SiteId]) -> None:
    session.execute(delete(StaffSiteRow).where(StaffSiteRow.staff_id == staff_id))
    session.add_all(StaffSiteRow(staff_id=staff_id, site_id=site_id) for site_id in sites)
    session.flush()


def find_challenge(session: Session, token_hash: bytes, portal: Portal, now: datetime) -> StaffChallengeRow | None:
    return session.scalar(
        select(StaffChallengeRow).where(
            StaffChallengeRow.token_hash == token_hash,
            StaffChallengeRow.portal == portal.value,
            StaffChallengeRow.used_at.is_(None),
            StaffChallengeRow.expires_at > now,
        )
    )


def find_session(session: Session, token_hash: bytes, portal: Portal) -> SessionRecord | None:
    """The session that holds this token at this portal, unless revoked; it establishes a scope, so it takes none."""
    query = (
        _accounts()
        .add_columns(StaffSessionRow)
        .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.id)
        .where(
            StaffSessionRow.token_hash == token_hash,
            StaffSessionRow.portal == portal.value,
            StaffSessionRow.revoked_at.is_(None),
            StaffRow.disabled_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    staff, sites, held = found
    idle = timedelta(seconds=held.idle_seconds)
    desk_site_id = None if held.desk_site_id is None else SiteId(held.desk_site_id)
    profile = _profile(staff, sites)
    return SessionRecord(
        profile, Portal(held.portal), held.last_seen_at, idle, held.expires_at, held.desk_hash, desk_site_id
    )


def note_seen(session: Session, token_hash: bytes, now: datetime, at_most_since: datetime) -> None:
    """Parallel requests write once."""
    mine = update(StaffSessionRow).where(
        StaffSessionRow.token_hash == token_hash, StaffSessionRow.last_seen_at < at_most_since
    )
    session.execute(mine.values(last_seen_at=now))


def revoke_session(session: Session, token_hash: bytes, now: datetime) -> UUID | None:
    """Whose session it was; None where none is live."""
    mine = update(StaffSessionRow).where(StaffSessionRow.token_hash == token_hash, StaffSessionRow.revoked_at.is_(None))
    return session.execute(mine.values(revoked_at=now).returning(StaffSessionRow.staff_id)).scalar_one_or_none()


def revoke_sessions_of(session: Session, staff_id: UUID, now: datetime) -> None:
    """Sessions and half-finished log-ins."""
    live = update(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now))
    begun = update(StaffChallengeRow).where(StaffChallengeRow.staff_id == staff_id, StaffChallengeRow.used_at.is_(None))
    session.execute(begun.values(used_at=now))


def revoke_sessions_at(session: Session, token_hash: bytes, now: datetime) -> None:
    """Those of the guard's desk whose browser holds this token."""
    live = update(StaffSessionRow).where(StaffSessionRow.desk_hash == token_hash, StaffSessionRow.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now))


def find_profile(session: Session, staff_id: UUID) -> StaffProfile | None:
    """Without a scope: for the account itself and behind `policy.may_manage`."""
    found = session.execute(_accounts().where(StaffRow.id == staff_id)).one_or_none()
    return None if found is None else _profile(*found)


def list_profiles(session: Session, within: Scope, request: PageRequest) -> Page[StaffProfile]:
    """Accounts that work at a site in reach, newest first."""
    here = select(StaffSiteRow.staff_id).where(StaffSiteRow.site_id.in_(within.sites))
    query = _accounts().where(StaffRow.id.in_(here)).order_by(StaffRow.created_at.desc(), StaffRow.id.desc())
    if request.after is not None:
        query = query.where(tuple_(StaffRow.created_at, StaffRow.id) < (request.after.at, request.after.id))
    rows = session.execute(query.limit(request.limit + 1)).all()
    page = page_of(rows, request, lambda row: Cursor(row[0].created_at, row[0].id))
    return page.map(lambda row: _profile(*row))


def _accounts() -> Select[tuple[StaffRow, list[UUID]]]:
    sites = select(func.array_agg(StaffSiteRow.site_id)).where(StaffSiteRow.staff_id == StaffRow.id)
    return select(StaffRow, sites.scalar_subquery())


def _profile(row: StaffRow, sites: list[UUID] | None) -> StaffProfile:
    return StaffProfile(
        StaffId(row.id),
        None if row.tenant_id is None else TenantId(row.tenant_id),
        row.username,
        row.display_name,
        frozenset(Role(role) for role in row.roles),
        frozenset(SiteId(site_id) for site_id in sites or ()),
        row.disabled_at is not None,
    )
