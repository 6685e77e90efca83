"""Visits: a resident announces somebody; the visitor needs no app and no account."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.features.notices import service as notices
from backend.features.notices.model import NoticeKind
from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.service import sign_pass
from backend.features.sites import service as sites
from backend.features.visits import rules, store
from backend.features.visits.errors import NoHousehold, TooManyGuesses, TooManyVisits, VisitOver
from backend.features.visits.model import Visit, VisitState, VisitWish
from backend.features.visits.tables import VisitRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, HouseholdId, ResidentId, SiteId, VisitId, random_digits, random_token, uuid7
from backend.kernel.paging import Page, PageRequest
from backend.kernel.plates import checked_plate

CODE_CONTEXT = "visit-code"
LINK_CONTEXT = "visit-link"
CODE_DIGITS = 6
WRONG_CODES_ALLOWED = 10
GUESS_WINDOW = timedelta(minutes=10)
RECENTLY_OVER = timedelta(hours=12)
LONG_OVER = timedelta(days=30)


def register(
    work: Work, crypto: Crypto, site_id: SiteId, household_id: HouseholdId, resident_id: ResidentId, wish: VisitWish
) -> Visit:
    """Raises NoHousehold, TooManyVisits, ImplausiblePlate and the window's refusals."""
    within = work.actor.scope
    if within.households is None or household_id not in within.households or not within.reaches_site(site_id):
        raise NoHousehold
    rules.check_window(wish, work.now)
    plate = checked_plate(wish.plate) if wish.plate else None
    site = sites.get_site(work.session, within, site_id)
    _limit(work, household_id)
    code, link = _free_code(work, crypto, site_id), random_token()
    row = VisitRow(
        id=uuid7(),
        tenant_id=site.tenant_id,
        site_id=site_id,
        household_id=household_id,
        resident_id=resident_id,
        visitor_name=wish.visitor_name,
        visitor_phone=wish.visitor_phone,
        plate=plate,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        max_entries=wish.max_entries,
        entries=0,
        state=VisitState.ACTIVE.value,
        code=code,
        code_hash=_code_hash(crypto, code),
        code_freed=False,
        link_token=link,
        link_hash=crypto.look_up_hash(link, LINK_CONTEXT),
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    visit = get(work.session, within, row.id)
    work.record("visit.registered", Subject("visit", visit.id), tenant_id=site.tenant_id)
    if visit.visitor_phone:
        notices.promise(work, NoticeKind.VISITOR_PASS, visit.site_id, visit_id=visit.id, tenant_id=site.tenant_id)
    return visit


def _limit(work: Work, household_id: HouseholdId) -> None:
    """Counts under a lock of the household's own: two phones cannot both take the last place."""
    _lock(work, f"visits:{household_id}")
    if store.count_open(work.session, household_id, work.now) >= rules.OPEN_VISITS_PER_HOUSEHOLD:
        raise TooManyVisits(limit=rules.OPEN_VISITS_PER_HOUSEHOLD)


def _lock(work: Work, key: str) -> None:
    work.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _free_code(work: Work, crypto: Crypto, site_id: SiteId) -> str:
    """Six digits that no open visit of the site has, and no other registration can take until this one commits."""
    _lock(work, f"visit-codes:{site_id}")
    store.free_codes(work.session, site_id, work.now)
    while True:
        code = random_digits(CODE_DIGITS)
        if not store.code_taken(work.session, site_id, _code_hash(crypto, code)):
            return code


def _code_hash(crypto: Crypto, code: str) -> bytes:
    return crypto.look_up_hash(code, CODE_CONTEXT)


def get(session: Session, within: Scope, visit_id: UUID) -> Visit:
    visit = store.find(session, within, visit_id)
    if visit is None:
        raise NotFound
    return visit


def list_page(session: Session, within: Scope, request: PageRequest, state: VisitState | None = None) -> Page[Visit]:
    return store.list_page(session, within, request, state)


def cancel(work: Work, within: Scope, visit_id: UUID) -> Visit:
    """Its pass, link and code stop at once. Raises NotFound, VisitOver."""
    visit = get(work.session, within, visit_id)
    if not store.cancel(work.session, within, visit.id):
        raise VisitOver
    work.record("visit.cancelled", Subject("visit", visit.id), tenant_id=visit.tenant_id)
    work.session.expire_all()
    return get(work.session, within, visit_id)


def get_by_link(session: Session, crypto: Crypto, link_token: str) -> Visit:
    visit = store.find_by_link(session, crypto.look_up_hash(link_token, LINK_CONTEXT))
    if visit is None:
        raise NotFound
    return visit


def get_by_code(work: Work, crypto: Crypto, within: Scope, device_id: DeviceId, code: str) -> Visit:
    """The open visit with this code. Raises NotFound (counted) and TooManyGuesses."""
    if store.wrong_codes_since(work.session, device_id, work.now - GUESS_WINDOW) >= WRONG_CODES_ALLOWED:
        raise TooManyGuesses(minutes=int(GUESS_WINDOW.total_seconds() // 60))
    visit = store.find_by_code(work.session, within, _code_hash(crypto, code))
    if visit is None:
        work.keep(lambda own: _keep_wrong_code(own, device_id))
        raise NotFound
    return visit


def _keep_wrong_code(own: Work, device_id: DeviceId) -> None:
    store.count_wrong_code(own.session, device_id, own.now.replace(second=0, microsecond=0))
    own.record("visit.code_wrong", Subject("device", device_id))


def match_arriving(work: Work, within: Scope, plate: str) -> Visit | None:
    """The visit to judge a car by, one that admits now if there is any."""
    return rules.best_arriving(store.with_plate(work.session, within, plate, work.now - RECENTLY_OVER), work.now)


def match_leaving(work: Work, within: Scope, plate: str) -> Visit | None:
    """The visit that ends with this car's leaving, however long it has overstayed."""
    return rules.best_leaving(store.with_plate(work.session, within, plate, work.now - LONG_OVER))


def use_entry(work: Work, within: Scope, visit_id: VisitId) -> bool:
    return store.use_entry(work.session, within, visit_id)


def pass_text(work: Work, crypto: Crypto, visit: Visit) -> str:
    """The QR's text. The pass opens every gate of the site within the visit's window."""
    within = Scope.of_sites({visit.site_id})
    gates = sum(1 << gate.bit for gate in sites.list_gates(work.session, within))
    return sign_pass(
        crypto,
        Pass(
            visit.id,
            visit.site_id,
            gates,
            visit.valid_from - rules.EARLY,
            visit.valid_until,
            visit.max_entries,
            PassPurpose.VISIT,
        ),
    )
