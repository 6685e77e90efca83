"""Cards and PINs: issued to one holder, replaced in one transaction, stopped only for reasons of a closed list."""

from datetime import date
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.children import service as children
from backend.features.credentials import policy, rules, store
from backend.features.credentials.errors import (
    ActiveCardExists,
    CardNumberInvalid,
    CardTaken,
    CredentialOver,
    HolderGone,
    NotInForce,
    StillAtHome,
)
from backend.features.credentials.model import (
    ENDED,
    Asker,
    Assurance,
    Credential,
    CredentialKind,
    CredentialState,
    Holder,
    Reason,
    Right,
    Withdrawal,
)
from backend.features.credentials.tables import CredentialRow
from backend.features.employees import service as employees
from backend.features.notices import service as notices
from backend.features.notices.model import NoticeKind
from backend.features.people import service as people
from backend.features.sites import places
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, TenantId, uuid7

CARD_CONTEXT = "card-number"
PIN_CONTEXT = "door-pin"
TAIL = 4
FEED = "door"
# The least that OWASP asks of Argon2id: a door answers in well under a second, and the key is needed beside.
_SLOW = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

normalise_card = rules.normalise_card
check_pin = rules.check_pin
SUSPENSIONS, ENDINGS = rules.SUSPENSIONS, rules.ENDINGS


def card_hash(crypto: Crypto, number: str) -> bytes:
    """32 bytes by which a card is found, however its number was typed. Raises CardNumberInvalid."""
    return crypto.look_up_hash(rules.normalise_card(number), CARD_CONTEXT)


def issue_card(
    work: Work, crypto: Crypto, within: Scope, holder: Holder, number: str, assurance: Assurance
) -> Credential:
    """Raises NotFound, HolderGone, CardNumberInvalid, CardTaken, ActiveCardExists."""
    row = _card_row(work, crypto, within, holder, number, assurance)
    _add(work, row)
    work.record("credential.issued", Subject("credential", row.id), tenant_id=TenantId(row.tenant_id))
    return store.credential_of(row)


def replace_card(
    work: Work, crypto: Crypto, within: Scope, credential_id: UUID, number: str, assurance: Assurance
) -> Credential:
    """The old card ends and the new one opens, both or neither; the holder is told.

    Raises NotFound, CredentialOver, HolderGone, CardNumberInvalid, CardTaken, ActiveCardExists.
    """
    old = _open_row(work.session, within, credential_id)
    if old.kind != CredentialKind.CARD.value:
        raise NotFound
    if old.state == CredentialState.SUSPENDED.value:
        raise NotInForce
    row = _card_row(work, crypto, within, store.holder_of(old), number, assurance)
    _change(work, old, CredentialState.REVOKED, Withdrawal(Reason.REPLACED, Asker.HOLDER))
    work.session.flush()
    _add(work, row)
    subject = Subject("credential", row.id)
    work.record("credential.replaced", subject, tenant_id=TenantId(row.tenant_id), old=str(old.id))
    _tell(work, NoticeKind.CARD_REPLACED, row)
    return store.credential_of(row)


def _card_row(
    work: Work, crypto: Crypto, within: Scope, holder: Holder, number: str, assurance: Assurance
) -> CredentialRow:
    row = _row(work, within, holder, CredentialKind.CARD)
    row.number = rules.normalise_card(number)
    row.number_hash = card_hash(crypto, number)
    row.tail, row.assurance = row.number[-TAIL:], assurance.value
    return row


def find_card(work: Work, crypto: Crypto, within: Scope, number: str) -> Credential | None:
    """The card with this number, in force or the one that was last; locked, so that its check is the only one."""
    try:
        row = store.find_by_number(work.session, within, card_hash(crypto, number))
    except CardNumberInvalid:
        return None
    return None if row is None else store.credential_of(row)


def set_pin(work: Work, crypto: Crypto, within: Scope, holder: Holder, pin: str) -> Credential:
    """In place of an earlier one. Raises NotFound, HolderGone, PinTooSimple."""
    rules.check_pin(pin)
    row = _row(work, within, holder, CredentialKind.PIN)
    row.tail, row.assurance = "", Assurance.STANDARD.value
    row.pin_hash = _SLOW.hash(_keyed(crypto, holder, pin)).encode()
    before = store.find_pin(work.session, within, holder)
    if before is not None:
        _change(work, before, CredentialState.REVOKED, Withdrawal(Reason.REPLACED, Asker.HOLDER))
        work.session.flush()
    _add(work, row)
    work.record("credential.pin_set", Subject("credential", row.id), tenant_id=TenantId(row.tenant_id))
    return store.credential_of(row)


def is_pin(session: Session, crypto: Crypto, within: Scope, holder: Holder, pin: str) -> bool:
    row = store.find_pin(session, within, holder)
    if row is None or row.pin_hash is None:
        return False
    try:
        return _SLOW.verify(row.pin_hash.decode(), _keyed(crypto, holder, pin))
    except VerificationError:
        return False


def _keyed(crypto: Crypto, holder: Holder, pin: str) -> str:
    """With the key of the installation: the database alone does not let anybody try a million PINs."""
    return crypto.look_up_hash(f"{holder.id} {pin}", PIN_CONTEXT).hex()


def _row(work: Work, within: Scope, holder: Holder, kind: CredentialKind) -> CredentialRow:
    site = site_of(work.session, within, holder)
    if rules.is_gone(right_of(work.session, Scope.of_sites([site.id]), holder, local_day(work.now))):
        raise HolderGone
    return CredentialRow(
        id=uuid7(),
        tenant_id=site.tenant_id,
        site_id=site.id,
        kind=kind.value,
        person_id=holder.person_id,
        employee_id=holder.employee_id,
        state=CredentialState.ISSUED.value,
        issued_at=work.now,
        changed_at=work.now,
    )


def _add(work: Work, row: CredentialRow) -> None:
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError as failure:
        # The constraint's name says which promise it was; its detail would show the key.
        taken = "uq_credential_number" in str(failure.orig)
        raise (CardTaken if taken else ActiveCardExists) from None


def site_of(session: Session, within: Scope, holder: Holder) -> Site:
    """Raises NotFound for a holder out of reach."""
    if holder.person_id is not None:
        person = people.persons_by_id(session, within, [holder.person_id]).get(holder.person_id)
        if person is None:
            raise NotFound
        return sites.get_site(session, within, person.site_id)
    return sites.get_site(session, within, employees.site_of(session, within, holder.id))


def right_of(session: Session, within: Scope, holder: Holder, day: date) -> Right:
    """What the registers say of the holder on this day."""
    if holder.employee_id is not None:
        fields = employees.get_employee(session, within, holder.employee_id).fields
        begun = fields.joined_on is None or fields.joined_on <= day
        here = begun and (fields.left_on is None or fields.left_on > day)
        return Right(duty=fields.duty if here else None)
    memberships = people.current_memberships(session, [holder.id], day)
    households = people.households_by_id(session, within, {one.household_id for one in memberships})
    found = places.places_of_rooms(session, within, {home.room_id for home in households.values()})
    return Right(frozenset(found.values()), collects=children.collects(session, within, holder.id, day))


def suspend(work: Work, within: Scope, credential_id: UUID, wanted: Withdrawal) -> Credential:
    """The credential opens nothing from the next check on; its holder is told why, and how to appeal.

    Raises NotFound, CredentialOver, NotInForce, and as `rules.check_suspension`, `policy.check_may_suspend`.
    """
    row = _open_row(work.session, within, credential_id)
    policy.check_may_suspend(work.actor, wanted.reason)
    state = rules.check_suspension(wanted, _is_gone(work, row))
    if row.state != CredentialState.ISSUED.value:
        raise NotInForce
    _change(work, row, state, wanted)
    _record(work, "credential.suspended", row)
    _tell(work, NoticeKind.CARD_STOPPED, row)
    return store.credential_of(row)


def report_lost(work: Work, within: Scope, holders: list[Holder], credential_id: UUID) -> Credential:
    """The holder's own word, from their phone; saying it again changes nothing. Raises NotFound, CredentialOver."""
    row = _open_row(work.session, within, credential_id)
    if store.holder_of(row) not in holders or row.kind != CredentialKind.CARD.value:
        raise NotFound
    if row.state == CredentialState.LOST.value:
        return store.credential_of(row)
    return suspend(work, within, credential_id, Withdrawal(Reason.LOST, Asker.HOLDER))


def resume(work: Work, within: Scope, credential_id: UUID) -> Credential:
    """A card that was found again, or whose suspension is over. Raises NotFound, CredentialOver, NotInForce,
    HolderGone, ActiveCardExists.
    """
    row = _open_row(work.session, within, credential_id)
    if row.state == CredentialState.ISSUED.value:
        raise NotInForce
    if row.reason == Reason.MISUSE.value:
        policy.check_may_suspend(work.actor, Reason.MISUSE)
    if _is_gone(work, row):
        raise HolderGone
    row.state, row.reason, row.asker, row.account, row.changed_at = "issued", None, None, None, work.now
    try:
        with work.session.begin_nested():
            work.session.flush()
    except IntegrityError:
        raise ActiveCardExists from None
    _record(work, "credential.resumed", row)
    _tell(work, NoticeKind.CARD_RESUMED, row)
    return store.credential_of(row)


def end(work: Work, within: Scope, credential_id: UUID, wanted: Withdrawal) -> Credential:
    """For good. Raises NotFound, CredentialOver, and as `rules.check_ending`."""
    row = _open_row(work.session, within, credential_id)
    _change(work, row, rules.check_ending(wanted, _is_gone(work, row)), wanted)
    _record(work, "credential.ended", row)
    _tell(work, NoticeKind.CARD_STOPPED, row)
    return store.credential_of(row)


def end_all(work: Work, within: Scope, holder: Holder) -> int:
    """Everything of a holder who has moved out or left, at once; how many that were. Raises NotFound, StillAtHome."""
    site = site_of(work.session, within, holder)
    rows = store.rows_in_use(work.session, within, holder)
    if not rules.is_gone(right_of(work.session, Scope.of_sites([site.id]), holder, local_day(work.now))):
        raise StillAtHome
    for row in rows:
        _change(work, row, CredentialState.REVOKED, Withdrawal(Reason.MOVED_OUT, Asker.PROPERTY))
        _record(work, "credential.ended", row)
    return len(rows)


def list_held(session: Session, within: Scope, holders: list[Holder]) -> list[Credential]:
    return store.list_held(session, within, holders)


def get(session: Session, within: Scope, credential_id: UUID) -> Credential:
    row = store.find_row(session, within, credential_id)
    if row is None:
        raise NotFound
    return store.credential_of(row)


def _open_row(session: Session, within: Scope, credential_id: UUID) -> CredentialRow:
    row = store.find_row(session, within, credential_id)
    if row is None:
        raise NotFound
    if CredentialState(row.state) in ENDED:
        raise CredentialOver
    return row


def _is_gone(work: Work, row: CredentialRow) -> bool:
    within = Scope.of_sites([SiteId(row.site_id)])
    return rules.is_gone(right_of(work.session, within, store.holder_of(row), local_day(work.now)))


def _change(work: Work, row: CredentialRow, state: CredentialState, why: Withdrawal) -> None:
    row.state, row.reason, row.asker = state.value, why.reason.value, why.asker.value
    row.account = why.account.strip() or None
    row.changed_at = work.now


def _record(work: Work, action: str, row: CredentialRow) -> None:
    facts = {"state": row.state} | ({} if row.reason is None else {"reason": row.reason})
    work.record(action, Subject("credential", row.id), tenant_id=TenantId(row.tenant_id), **facts)


def _tell(work: Work, kind: NoticeKind, row: CredentialRow) -> None:
    """A resident hears of it by message; staff hear of it from whoever gave or took their card."""
    if row.person_id is not None and row.kind == CredentialKind.CARD.value:
        notices.promise(work, kind, SiteId(row.site_id), credential_id=row.id, tenant_id=TenantId(row.tenant_id))
