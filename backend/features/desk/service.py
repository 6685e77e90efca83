"""Card and PIN at a registered browser open a guard's session, of that person and browser, until the shift ends."""

from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.accounts import desk as sessions
from backend.features.accounts import service as accounts
from backend.features.accounts.model import DESK_ROLES, Desk, Portal, StaffSession
from backend.features.accounts.rules import Failures
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Credential, CredentialState, Holder
from backend.features.desk import rules, store
from backend.features.desk.errors import AccessTaken, DeskLoginFailed, NoGuard, TerminalNameTaken
from backend.features.desk.model import Access, Refused, Terminal
from backend.features.desk.tables import DeskAccessRow
from backend.features.employees.model import GUARDING
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Database, Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import ANONYMOUS, Scope
from backend.kernel.ids import EmployeeId, SiteId, StaffId, TenantId, random_token, uuid7

TERMINAL_CONTEXT = accounts.DESK_CONTEXT
PIN_CONTEXT = "desk-pin"
# As for a door's PIN: the key of the installation is needed beside the database.
_SLOW = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = _SLOW.hash("nobody")
DEFAULT_SHIFTS = rules.DEFAULT_SHIFTS


def register_terminal(
    work: Work, crypto: Crypto, within: Scope, site_id: UUID, portal: Portal, name: str, shifts: str
) -> str:
    """The token for this browser's cookie, shown once. Raises NotFound, ShiftsInvalid, TerminalNameTaken."""
    starts = rules.parse_shifts(shifts)
    site, token = sites.get_site(work.session, within, site_id), random_token()
    row = {
        "id": uuid7(),
        "tenant_id": site.tenant_id,
        "site_id": site.id,
        "portal": portal.value,
        "name": " ".join(name.split())[:40] or "岗亭",
        "shift_starts": list(starts),
        "token_hash": crypto.look_up_hash(token, TERMINAL_CONTEXT),
        "registered_at": work.now,
        "registered_by": work.actor.id,
    }
    if not store.insert_terminal(work.session, within, row):
        raise TerminalNameTaken
    work.record("desk.registered", Subject("desk_terminal", row["id"]), tenant_id=site.tenant_id)  # type: ignore[arg-type]
    return token


def revoke_terminal(work: Work, within: Scope, terminal_id: UUID) -> None:
    """Nobody logs in there any more, and whoever is logged in is out. Raises NotFound."""
    token_hash = store.revoke_terminal(work.session, within, terminal_id, work.now)
    if token_hash is None:
        raise NotFound
    sessions.end_desk_sessions(work, token_hash)
    work.record("desk.revoked", Subject("desk_terminal", terminal_id))


def find_terminal(session: Session, crypto: Crypto, token: str, portal: Portal) -> Terminal | None:
    return store.find_terminal(session, crypto.look_up_hash(token, TERMINAL_CONTEXT), portal) if token else None


def list_terminals(session: Session, within: Scope) -> list[Terminal]:
    return store.list_terminals(session, within)


def list_access(session: Session, within: Scope) -> list[Access]:
    return store.list_access(session, within)


def give_access(work: Work, crypto: Crypto, within: Scope, staff_id: UUID, employee_id: UUID, pin: str) -> None:
    """From now on this employee's card and this PIN log this account in; ends an earlier PIN and its lock.

    Raises NotFound, PinTooSimple, NoGuard, AccessTaken.
    """
    credentials.check_pin(pin)
    account = accounts.get_managed(work, staff_id)
    holder = Holder(employee_id=EmployeeId(employee_id))
    site = credentials.site_of(work.session, within, holder)
    right = credentials.right_of(work.session, within, holder, local_day(work.now))
    if right.duty not in GUARDING or not account.roles & DESK_ROLES or site.id not in account.sites:
        raise NoGuard
    store.drop_access(work.session, within, staff_id)
    row = DeskAccessRow(
        staff_id=staff_id,
        employee_id=employee_id,
        site_id=site.id,
        pin_hash=_SLOW.hash(_keyed(crypto, staff_id, pin)).encode(),
        failed_count=0,
        set_at=work.now,
    )
    _add(work, row)
    work.record("desk.access_given", Subject("staff", staff_id), tenant_id=site.tenant_id)


def _add(work: Work, row: DeskAccessRow) -> None:
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        raise AccessTaken from None


def take_access(work: Work, within: Scope, staff_id: UUID) -> None:
    """Raises NotFound."""
    accounts.get_managed(work, staff_id)
    if not store.drop_access(work.session, within, staff_id):
        raise NotFound
    accounts.revoke_all_sessions(work, staff_id)
    work.record("desk.access_taken", Subject("staff", staff_id))


def _keyed(crypto: Crypto, staff_id: UUID, pin: str) -> str:
    return crypto.look_up_hash(f"{staff_id} {pin}", PIN_CONTEXT).hex()


def log_in(database: Database, crypto: Crypto, portal: Portal, token: str, card: str, pin: str) -> StaffSession:
    """Opens the session and ends whoever's was open at this terminal. Raises DeskLoginFailed; the log knows why."""
    with unit_of_work(database, ANONYMOUS) as look:
        terminal = find_terminal(look.session, crypto, token, portal)
        held = None if terminal is None else _card(look, crypto, terminal, card)
        access = None if terminal is None or held is None else _access_of(look.session, terminal, held)
        seen = None if access is None else (StaffId(access.staff_id), access.pin_hash.decode())
    right = _matches(crypto, seen, pin)  # slow on purpose, so outside of the transaction
    with unit_of_work(database, ANONYMOUS) as work:
        outcome = _judge(work, crypto, terminal, held, seen, right)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _card(work: Work, crypto: Crypto, terminal: Terminal, number: str) -> Credential | None:
    """The one in force with this number."""
    found = credentials.find_card(work, crypto, Scope.of_sites([terminal.site_id]), number)
    return found if found is not None and found.state is CredentialState.ISSUED else None


def _access_of(session: Session, terminal: Terminal, held: Credential) -> DeskAccessRow | None:
    if held.holder.employee_id is None:
        return None
    return store.find_by_employee(session, Scope.of_sites([terminal.site_id]), held.holder.employee_id)


def _matches(crypto: Crypto, seen: tuple[StaffId, str] | None, pin: str) -> bool:
    """Takes as long for a card that stands for nobody."""
    hashed, keyed = (_NOBODY, pin) if seen is None else (seen[1], _keyed(crypto, seen[0], pin))
    try:
        _SLOW.verify(hashed, keyed)
    except VerificationError:
        return False
    return seen is not None


def _judge(
    work: Work,
    crypto: Crypto,
    terminal: Terminal | None,
    held: Credential | None,
    seen: tuple[StaffId, str] | None,
    pin_right: bool,
) -> StaffSession | Refusal:
    if terminal is None or held is None or seen is None:
        reason = Refused.TERMINAL if terminal is None else Refused.CARD if held is None else Refused.NO_ACCESS
        return _refuse(work, terminal, None, reason)
    within = Scope.of_sites([terminal.site_id])
    access = store.lock_access(work.session, within, seen[0])
    if access is None or access.pin_hash.decode() != seen[1]:
        return _refuse(work, terminal, seen[0], Refused.NO_ACCESS)
    refused = _why_refused(work, terminal, held, access, pin_right)
    if refused is not None:
        return _refuse(work, terminal, seen[0], refused)
    access.failed_count, access.locked_until = 0, None
    sessions.end_desk_sessions(work, terminal.token_hash)
    until = rules.session_end(work.now, terminal.shift_starts)
    desk = Desk(terminal.token_hash, SiteId(terminal.site_id), until)
    opened = sessions.open_desk_session(work, crypto, seen[0], terminal.portal, desk)
    if opened is None:
        return _refuse(work, terminal, seen[0], Refused.ACCOUNT)
    facts = {"terminal": str(terminal.id), "card": str(held.id), "assurance": held.assurance.value}
    work.record("desk.logged_in", Subject("staff", seen[0]), tenant_id=terminal.tenant_id, **facts)
    return opened


def _why_refused(
    work: Work, terminal: Terminal, held: Credential, access: DeskAccessRow, pin_right: bool
) -> Refused | None:
    failures = Failures(access.failed_count, access.locked_until)
    if failures.locked(work.now):
        return Refused.LOCKED
    if not pin_right:
        profile = accounts.profile_of(work.session, TenantId(terminal.tenant_id))
        counted = failures.one_more(profile, work.now)
        access.failed_count, access.locked_until = counted.count, counted.locked_until
        return Refused.PIN
    right = credentials.right_of(work.session, Scope.of_sites([terminal.site_id]), held.holder, local_day(work.now))
    return None if right.duty in GUARDING else Refused.CARD


def _refuse(work: Work, terminal: Terminal | None, staff_id: StaffId | None, reason: Refused) -> Refusal:
    tenant = None if terminal is None else terminal.tenant_id
    work.record("desk.login_failed", Subject("staff", staff_id), tenant_id=tenant, reason=reason.value)
    return DeskLoginFailed()
