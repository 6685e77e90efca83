"""Visits that are there: found by plate, code or link, used, cancelled; the visitor needs no app and no account."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.service import sign_pass
from backend.features.sites import service as sites
from backend.features.visits import rules, store
from backend.features.visits.errors import TooManyGuesses, VisitOver
from backend.features.visits.model import Visit, VisitState
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, VisitId
from backend.kernel.paging import Page, PageRequest

CODE_CONTEXT = "visit-code"
LINK_CONTEXT = "visit-link"
CODE_DIGITS = 6
WRONG_CODES_ALLOWED = 10
GUESS_WINDOW = timedelta(minutes=10)
RECENTLY_OVER = timedelta(hours=12)
LONG_OVER = timedelta(days=30)


def code_hash(crypto: Crypto, code: str) -> bytes:
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
    visit = store.find_by_code(work.session, within, code_hash(crypto, code))
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
    """Counts one entry, of a series on the day it belongs to; False when none is left.

    A single visit takes one statement: a car stands before the barrier.
    """
    if store.use_entry(work.session, within, visit_id):
        return True
    visit = get(work.session, within, visit_id)
    if visit.series is None:
        return False
    return store.use_day_entry(work.session, within, visit.id, rules.entry_day(visit, work.now))


def pass_text(work: Work, crypto: Crypto, visit: Visit) -> str | None:
    """The QR's text; None when nothing is left to come. It opens every gate of the site.

    It is signed for one stretch: of a series for today's hours, or those of the next day on which the visitor comes.
    """
    stretch = rules.next_stretch(visit, work.now)
    if stretch is None:
        return None
    within = Scope.of_sites({visit.site_id})
    gates = sum(1 << gate.bit for gate in sites.list_gates(work.session, within))
    uses = visit.max_entries if visit.series is None else visit.series.entries_a_day
    window = (stretch.opens_at, stretch.end)
    return sign_pass(crypto, Pass(visit.id, visit.site_id, gates, *window, min(uses, 255), PassPurpose.VISIT))
