"""Staff accounts: kept by managers and operators, logged in to with password and one-time code, held as sessions.

A log-in's failures commit with the transaction that judges them, under the account's row lock, and the refusal is
raised after it: counted in a transaction of their own, parallel guesses would be judged before they are counted.
"""

from collections.abc import Set
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from backend.features.accounts import policy, rules, store
from backend.features.accounts.errors import (
    CodeRefused,
    LoginExpired,
    LoginFailed,
    NewPasswordNeeded,
    PasswordUnchanged,
    UsernameTaken,
)
from backend.features.accounts.model import (
    DESK_ROLES,
    PORTAL_ROLES,
    Desk,
    NewStaff,
    PendingLogin,
    Portal,
    StaffProfile,
    StaffSession,
    TotpEnrolment,
)
from backend.features.accounts.tables import StaffChallengeRow, StaffRow, StaffSessionRow
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Database, Work, unit_of_work
from backend.kernel.errors import Forbidden, NotFound, Refusal
from backend.kernel.identity import ANONYMOUS, Actor, ActorKind, Role, Scope
from backend.kernel.ids import SiteId, StaffId, TenantId, random_token, uuid7
from backend.kernel.paging import Page, PageRequest

SESSION_CONTEXT = "staff-session"
CHALLENGE_CONTEXT = "staff-challenge"
SEEN_EVERY = timedelta(minutes=1)
ISSUER = "安邻"
DESK_CONTEXT = "desk-terminal"


def create_staff(work: Work, new: NewStaff) -> StaffId:
    """Raises Forbidden, UsernameInvalid, UsernameTaken, or what is wrong with the password."""
    if not policy.may_create(work.actor, new):
        raise Forbidden
    username = rules.normalise_username(new.username)
    rules.check_username(username)
    rules.check_new_password(profile_of(work.session, new.tenant_id), username, new.password)
    staff_id = StaffId(uuid7())
    row: dict[str, object] = {
        "id": staff_id,
        "tenant_id": new.tenant_id,
        "username": username,
        "display_name": new.display_name,
        "password_hash": rules.hash_password(new.password),
        "password_set_at": None if new.password_is_temporary else work.now,
        "roles": sorted(role.value for role in new.roles),
        "failed_count": 0,
        "created_at": work.now,
    }
    if not store.insert_staff(work.session, row):
        raise UsernameTaken
    store.set_sites(work.session, staff_id, new.sites)
    work.record("staff.created", Subject("staff", staff_id), tenant_id=new.tenant_id, roles=row["roles"])
    return staff_id


def profile_of(session: Session, tenant_id: TenantId | None) -> rules.PasswordProfile:
    """The tenant's rules for passwords and sessions; operators have the stricter lengths of ASVS."""
    if tenant_id is None:
        return rules.OPERATORS_PROFILE
    return rules.PROFILES[sites.password_profile(session, tenant_id)]


def set_password(work: Work, staff_id: UUID, password: str, *, temporary: bool = True) -> None:
    """By a manager or an operator; ends the account's lock and every session of it."""
    staff = _managed(work, staff_id)
    replace_password(work, staff, password, temporary=temporary)
    staff.failed_count, staff.locked_until = 0, None
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.password_reset", staff)


def replace_password(work: Work, staff: StaffRow, password: str, *, temporary: bool) -> None:
    """Raises what is wrong with it; `staff` is locked by the caller."""
    rules.check_new_password(_profile_of(work, staff), staff.username, password)
    staff.password_hash = rules.hash_password(password)
    staff.password_set_at = None if temporary else work.now


def enrol_totp(work: Work, staff_id: UUID) -> TotpEnrolment:
    """A new authenticator in place of the old one; ends every session."""
    staff = _managed(work, staff_id)
    enrolment = new_enrolment(staff.username)
    staff.totp_secret, staff.totp_last_step = enrolment.secret, None
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.totp_enrolled", staff)
    return enrolment


def reset_totp(work: Work, staff_id: UUID) -> None:
    """The authenticator is lost: the next log-in offers a new one; ends every session."""
    staff = _managed(work, staff_id)
    staff.totp_secret, staff.totp_last_step = None, None
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.totp_reset", staff)


def new_enrolment(username: str, secret: str | None = None) -> TotpEnrolment:
    secret = secret or pyotp.random_base32()
    return TotpEnrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))


def set_roles(work: Work, staff_id: UUID, roles: Set[Role], site_ids: Set[SiteId]) -> None:
    """Takes effect at the account's next request: its sessions end. Raises Forbidden, NotFound."""
    staff = _managed(work, staff_id)
    account = get_profile(work.session, staff_id)
    if not policy.may_grant(work.actor, account, roles, site_ids):
        raise Forbidden
    staff.roles = sorted(role.value for role in roles)
    store.set_sites(work.session, staff_id, site_ids)
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.roles_set", staff, roles=staff.roles)


def disable_staff(work: Work, staff_id: UUID) -> None:
    """No log-in any more, and every session ends."""
    staff = _managed(work, staff_id)
    staff.disabled_at = work.now
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.disabled", staff)


def revoke_all_sessions(work: Work, staff_id: UUID) -> None:
    staff = _managed(work, staff_id)
    store.revoke_sessions_of(work.session, staff_id, work.now)
    record(work, "staff.sessions_revoked", staff)


def revoke_session(work: Work, crypto: Crypto, token: str) -> None:
    """Log-out; nothing happens for a session that has ended."""
    staff_id = store.revoke_session(work.session, session_hash(crypto, token), work.now)
    if staff_id is not None:
        work.record("staff.logged_out", Subject("staff", staff_id))


def authenticate_session(
    database: Database, crypto: Crypto, token: str, portal: Portal, desk_token: str | None = None
) -> Actor | None:
    """Who holds this token at this portal, with roles and sites as they are now; None when the session is over.

    A session of the guard's desk is one in that browser alone (`desk_token`), for a guard's work at that site.
    """
    token_hash, now = session_hash(crypto, token), database.clock()
    with database.sessions() as session:
        found = store.find_session(session, token_hash, portal)
    if found is None or not rules.session_lives(found.last_seen_at, found.idle, found.expires_at, now):
        return None
    roles, reached = found.account.roles & PORTAL_ROLES[portal], found.account.sites
    if found.desk_hash is not None:
        if crypto.look_up_hash(desk_token or "", DESK_CONTEXT) != found.desk_hash:
            return None
        roles, reached = roles & DESK_ROLES, reached & {found.desk_site_id}
    if not roles:
        return None
    if now - found.last_seen_at > SEEN_EVERY:
        with database.sessions.begin() as session:
            store.note_seen(session, token_hash, now, now - SEEN_EVERY)
    scope = Scope.of_sites(site_id for site_id in reached if site_id is not None)
    return Actor(ActorKind.STAFF, found.account.id, found.account.tenant_id, roles, scope)


def session_hash(crypto: Crypto, token: str) -> bytes:
    return crypto.look_up_hash(token, SESSION_CONTEXT)


def get_profile(session: Session, staff_id: UUID) -> StaffProfile:
    """The own account ("who am I"), or one that `list_staff` gave."""
    found = store.find_profile(session, staff_id)
    if found is None:
        raise NotFound
    return found


def list_staff(session: Session, within: Scope, request: PageRequest) -> Page[StaffProfile]:
    return store.list_profiles(session, within, request)


def begin_login(database: Database, crypto: Crypto, portal: Portal, username: str, password: str) -> PendingLogin:
    """First step. Raises LoginFailed for whatever reason there is; the audit log knows which."""
    name = rules.normalise_username(username)
    with database.sessions() as session:
        seen = store.find_password_hash(session, name)
    matches = rules.password_matches(seen, password)  # slow on purpose, so outside of the transaction
    with unit_of_work(database, ANONYMOUS) as work:
        staff = store.lock_by_username(work.session, name)
        reason = _why_refused(work, staff, portal, matches and staff is not None and staff.password_hash == seen)
        pending = None if staff is None or reason else _challenge(work, crypto, staff, portal)
    if pending is None:
        raise LoginFailed
    return pending


def _why_refused(work: Work, staff: StaffRow | None, portal: Portal, password_right: bool) -> str | None:
    """The reason, recorded and (for a wrong password) counted; None when the first step succeeds."""
    if staff is None:
        reason = "unknown"
    elif _failures(staff).locked(work.now):
        reason = "locked"
    elif not password_right:
        reason = "password"
        _count_failure(work, staff)
    elif staff.disabled_at is not None:
        reason = "disabled"
    elif not PORTAL_ROLES[portal] & _roles(staff):
        reason = "portal"
    else:
        return None
    record(work, "staff.login_failed", staff, reason=reason, portal=portal.value)
    return reason


def _challenge(work: Work, crypto: Crypto, staff: StaffRow, portal: Portal) -> PendingLogin:
    token = random_token()
    enrolment = None if staff.totp_secret else new_enrolment(staff.username)
    row = StaffChallengeRow(
        token_hash=crypto.look_up_hash(token, CHALLENGE_CONTEXT),
        staff_id=staff.id,
        portal=portal.value,
        new_totp_secret=enrolment.secret if enrolment else None,
        expires_at=work.now + rules.CHALLENGE_LIFE,
    )
    work.session.add(row)
    needed = rules.new_password_needed(_profile_of(work, staff), staff.password_set_at, work.now)
    return PendingLogin(token, enrolment, needed)


def complete_login(
    database: Database, crypto: Crypto, portal: Portal, challenge: str, code: str, new_password: str | None = None
) -> StaffSession:
    """Second step. Raises LoginExpired, CodeRefused, NewPasswordNeeded, or what is wrong with the new password."""
    with unit_of_work(database, ANONYMOUS) as work:
        outcome = _judge_code(work, crypto, portal, challenge, code, new_password)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _judge_code(
    work: Work, crypto: Crypto, portal: Portal, challenge: str, code: str, new_password: str | None
) -> StaffSession | Refusal:
    token_hash = crypto.look_up_hash(challenge, CHALLENGE_CONTEXT)
    staff = store.lock_by_challenge(work.session, token_hash)
    begun = store.find_challenge(work.session, token_hash, portal, work.now)
    if begun is None or staff is None or staff.disabled_at is not None:
        return LoginExpired()
    if _failures(staff).locked(work.now):
        record(work, "staff.login_failed", staff, reason="locked", portal=portal.value)
        return LoginExpired()
    secret = staff.totp_secret or begun.new_totp_secret or ""
    step = rules.matching_step(secret, code, work.now, staff.totp_last_step)
    if step is None:
        _count_failure(work, staff)
        record(work, "staff.login_failed", staff, reason="totp", portal=portal.value)
        return CodeRefused()
    _renew_password(work, staff, new_password)
    begun.used_at, staff.totp_secret, staff.totp_last_step = work.now, secret, step
    staff.failed_count, staff.locked_until = 0, None
    record(work, "staff.logged_in", staff, portal=portal.value)
    return open_session(work, crypto, staff, portal)


def _renew_password(work: Work, staff: StaffRow, new_password: str | None) -> None:
    """Raises, and so leaves the code unused, when a new password is needed and none or a bad one is given."""
    if not rules.new_password_needed(_profile_of(work, staff), staff.password_set_at, work.now):
        return
    if new_password is None:
        raise NewPasswordNeeded
    if rules.password_matches(staff.password_hash, new_password):
        raise PasswordUnchanged
    replace_password(work, staff, new_password, temporary=False)
    store.revoke_sessions_of(work.session, staff.id, work.now)


def open_session(work: Work, crypto: Crypto, staff: StaffRow, portal: Portal, desk: Desk | None = None) -> StaffSession:
    profile, token = _profile_of(work, staff), random_token()
    until = work.now + profile.absolute
    row = StaffSessionRow(
        id=uuid7(),
        token_hash=session_hash(crypto, token),
        staff_id=staff.id,
        portal=portal.value,
        created_at=work.now,
        last_seen_at=work.now,
        idle_seconds=int(profile.idle.total_seconds()),
        expires_at=until if desk is None else min(desk.until, until + rules.HANDING_OVER),
        desk_hash=None if desk is None else desk.token_hash,
        desk_site_id=None if desk is None else desk.site_id,
    )
    work.session.add(row)
    return StaffSession(token, StaffId(staff.id), row.expires_at)


def get_managed(work: Work, staff_id: UUID) -> StaffProfile:
    """An account that the actor may manage, locked. Raises NotFound."""
    return get_profile(work.session, _managed(work, staff_id).id)


def change_password(database: Database, staff_id: UUID, current: str, new: str) -> None:
    """By the account itself; a wrong current password counts like a failed log-in. Ends every session of it.

    Raises LoginFailed, PasswordUnchanged, or what is wrong with the new password.
    """
    with database.sessions() as session:
        seen = store.find_password_hash(session, get_profile(session, staff_id).username)
    matches = rules.password_matches(seen, current)
    with unit_of_work(database, ANONYMOUS) as work:
        staff = store.lock_by_id(work.session, staff_id)
        changed = staff is not None and _change(work, staff, matches and staff.password_hash == seen, current, new)
    if not changed:
        raise LoginFailed


def _change(work: Work, staff: StaffRow, allowed: bool, current: str, new: str) -> bool:
    if _failures(staff).locked(work.now) or not allowed:
        _count_failure(work, staff)
        record(work, "staff.password_change_failed", staff)
        return False
    if new == current:
        raise PasswordUnchanged
    replace_password(work, staff, new, temporary=False)
    store.revoke_sessions_of(work.session, staff.id, work.now)
    record(work, "staff.password_changed", staff)
    return True


def _failures(staff: StaffRow) -> rules.Failures:
    return rules.Failures(staff.failed_count, staff.locked_until)


def _count_failure(work: Work, staff: StaffRow) -> None:
    failures = _failures(staff).one_more(_profile_of(work, staff), work.now)
    staff.failed_count, staff.locked_until = failures.count, failures.locked_until


def _roles(staff: StaffRow) -> frozenset[Role]:
    return frozenset(Role(role) for role in staff.roles)


def _managed(work: Work, staff_id: UUID) -> StaffRow:
    """The account, locked. Raises NotFound for one that the actor may not manage."""
    staff = store.lock_by_id(work.session, staff_id)
    if staff is None or not policy.may_manage(work.actor, get_profile(work.session, staff_id)):
        raise NotFound
    return staff


def _profile_of(work: Work, staff: StaffRow) -> rules.PasswordProfile:
    return profile_of(work.session, None if staff.tenant_id is None else TenantId(staff.tenant_id))


def record(work: Work, action: str, staff: StaffRow | None, **facts: Any) -> None:
    """An unknown account's entries go to the platform's own chain."""
    tenant = None if staff is None or staff.tenant_id is None else TenantId(staff.tenant_id)
    work.record(action, Subject("staff", None if staff is None else staff.id), tenant_id=tenant, **facts)
