"""Residents: log-in by WeChat, the phone number that WeChat vouches for, binding to a household by that number."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.people import service as people
from backend.features.people.model import Membership
from backend.features.residents import rules, store
from backend.features.residents.errors import (
    BindingDecided,
    PhoneNeeded,
    PhoneNotOnFile,
    ReasonNeeded,
    TooManyBindingAttempts,
)
from backend.features.residents.model import Binding, BindingReason, BindingState, Resident, ResidentSession
from backend.features.residents.ports import MiniProgram
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Database, Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import ANONYMOUS, Actor, ActorKind, Scope
from backend.kernel.ids import PersonId, ResidentId, random_token
from backend.kernel.paging import Page, PageRequest

TOKEN_CONTEXT = "resident-token"
OPENID_CONTEXT = "wechat-openid"


def log_in(database: Database, crypto: Crypto, mini_program: MiniProgram, code: str) -> ResidentSession:
    """Asks WeChat first, no transaction open. Raises what the port raises."""
    openid = mini_program.code_to_session(code)
    token = random_token()
    with unit_of_work(database, ANONYMOUS) as work:
        openid_hash = crypto.look_up_hash(openid, OPENID_CONTEXT)
        resident, added = store.find_or_add_resident(work.session, openid, openid_hash, work.now)
        expires_at = work.now + rules.TOKEN_LIFE
        store.add_token(work.session, resident.id, token_hash(crypto, token), work.now, expires_at)
        work.record("resident.logged_in", Subject("resident", resident.id), first=added)
    return ResidentSession(token, expires_at, resident)


def authenticate_token(database: Database, crypto: Crypto, token: str) -> Actor | None:
    """Who holds this token, with the households of today: a membership that ended opens nothing any more."""
    hashed, now = token_hash(crypto, token), database.clock()
    with database.sessions() as session:
        found = store.find_by_token(session, hashed, now)
        if found is None:
            return None
        resident, expires_at = found
        bindings = store.bindings_of(session, resident.id)
        persons = {binding.person_id for binding in bindings if binding.state is BindingState.APPROVED}
        memberships = people.current_memberships(session, persons, local_day(now)) if persons else []
    if rules.slides(expires_at, now):
        with database.sessions.begin() as session:
            store.extend_token(session, hashed, now + rules.TOKEN_LIFE)
    return rules.actor_of(resident, bindings, memberships)


def token_hash(crypto: Crypto, token: str) -> bytes:
    return crypto.look_up_hash(token, TOKEN_CONTEXT)


def log_out(work: Work, crypto: Crypto, token: str) -> None:
    if store.revoke_token(work.session, token_hash(crypto, token), work.now):
        work.record("resident.logged_out", Subject("resident", work.actor.id))


def revoke_all_tokens(work: Work, resident_id: ResidentId) -> None:
    """A lost phone: every token ends at once."""
    store.revoke_tokens_of(work.session, resident_id, work.now)
    work.record("resident.tokens_revoked", Subject("resident", resident_id))


def share_phone(database: Database, crypto: Crypto, mini_program: MiniProgram, resident: Actor, code: str) -> Resident:
    """Keeps the number that WeChat vouches for. Raises what the port raises; PhoneInvalid."""
    number = people.normalise_phone(mini_program.phone_number(code))
    with unit_of_work(database, resident) as work:
        found = get_resident(work.session, resident.id)
        store.set_phone(work.session, found.id, number, people.phone_hash(crypto, number))
        work.record("resident.phone_shared", Subject("resident", found.id))
    return Resident(found.id, number)


def get_resident(session: Session, resident_id: UUID | None) -> Resident:
    found = None if resident_id is None else store.find_resident(session, resident_id)
    if found is None:
        raise NotFound
    return found


def request_binding(work: Work, room_id: UUID) -> Binding:
    """A pending binding of the acting resident, or the open one there is already.

    Raises PhoneNeeded; PhoneNotOnFile, which is counted; TooManyBindingAttempts after five of those in a day.
    """
    resident = get_resident(work.session, work.actor.id)
    store.lock_resident(work.session, resident.id)
    number_hash = store.find_phone_hash(work.session, resident.id)
    if number_hash is None:
        raise PhoneNeeded
    if rules.too_many(store.count_attempts(work.session, resident.id, work.now - rules.ATTEMPTS_COUNT_FOR)):
        raise TooManyBindingAttempts
    members = people.memberships_by_phone(work.session, room_id, number_hash, local_day(work.now))
    if not members:
        work.keep(partial(_count_attempt, resident_id=resident.id))
        raise PhoneNotOnFile
    return _bind(work, resident.id, members[0])


def _count_attempt(own: Work, resident_id: ResidentId) -> None:
    store.add_attempt(own.session, resident_id, own.now)
    own.record("binding.not_on_file", Subject("resident", resident_id))


def _bind(work: Work, resident_id: ResidentId, member: Membership) -> Binding:
    """The caller holds the resident's lock, so nobody adds the same binding meanwhile."""
    existing = store.find_open_binding(work.session, resident_id, member.household_id)
    if existing is not None:
        return existing
    binding = store.add_binding(work.session, resident_id, member, work.now)
    work.record("binding.requested", Subject("binding", binding.id), tenant_id=member.tenant_id)
    work.publish("binding.requested", member.site_id, binding.id)
    return binding


def own_persons(session: Session, resident_id: UUID | None, day: date) -> set[PersonId]:
    """As whom the register knows this resident: by approved bindings to homes of today."""
    bindings = [] if resident_id is None else store.bindings_of(session, ResidentId(resident_id))
    approved = {binding.person_id for binding in bindings if binding.state is BindingState.APPROVED}
    return {one.person_id for one in people.current_memberships(session, approved, day)}


def identities(session: Session, resident_id: UUID | None) -> list[Binding]:
    """As whom the registers know this resident or have known them: rights to one's data do not end with the home.

    The newest first, one for each person.
    """
    bindings = [] if resident_id is None else store.bindings_of(session, ResidentId(resident_id))
    proven = [binding for binding in bindings if rules.proves_identity(binding)]
    newest = sorted(proven, key=lambda binding: binding.requested_at)
    return list({binding.person_id: binding for binding in newest}.values())[::-1]


def close_account(work: Work, resident_id: ResidentId) -> None:
    """On the resident's own word: bindings end, every token is revoked, number and WeChat identity are gone."""
    for binding in store.bindings_of(work.session, resident_id):
        if binding.state in (BindingState.PENDING, BindingState.APPROVED):
            within = Scope.of_sites([binding.site_id])
            _close(work, within, binding.id, binding.state, BindingState.ENDED, BindingReason.OWN_WISH)
    store.revoke_tokens_of(work.session, resident_id, work.now)
    store.forget(work.session, resident_id)
    work.record("resident.closed", Subject("resident", resident_id))


def list_own_bindings(session: Session, resident_id: UUID, request: PageRequest) -> Page[Binding]:
    return store.page_of_own(session, resident_id, request)


def list_bindings(session: Session, within: Scope, state: BindingState | None, request: PageRequest) -> Page[Binding]:
    """For the property, newest first."""
    return store.page_of_site(session, within, state, request)


def decide_binding(
    work: Work, within: Scope, binding_id: UUID, *, approve: bool, reason: BindingReason | None = None
) -> Binding:
    """The property's word on a pending binding. Raises NotFound, BindingDecided, ReasonNeeded."""
    if not approve and reason is None:
        raise ReasonNeeded
    state = BindingState.APPROVED if approve else BindingState.REFUSED
    return _close(work, within, binding_id, BindingState.PENDING, state, None if approve else reason)


def end_binding(work: Work, within: Scope, binding_id: UUID, reason: BindingReason) -> Binding:
    """Takes an approved binding back, from the resident's next request on. Raises NotFound, BindingDecided."""
    return _close(work, within, binding_id, BindingState.APPROVED, BindingState.ENDED, reason)


def _close(
    work: Work,
    within: Scope,
    binding_id: UUID,
    expected: BindingState,
    state: BindingState,
    reason: BindingReason | None,
) -> Binding:
    binding = store.lock_binding(work.session, within, binding_id)
    if binding is None:
        raise NotFound
    if binding.state is not expected:
        raise BindingDecided
    decided = replace(binding, state=state, decided_at=work.now, reason=reason)
    by = work.actor.id if work.actor.kind is ActorKind.STAFF else None
    store.decide(work.session, within, decided, by)
    facts = {} if reason is None else {"reason": reason.value}
    work.record(f"binding.{state.value}", Subject("binding", binding.id), tenant_id=binding.tenant_id, **facts)
    return decided
