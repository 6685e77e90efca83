"""Visits come to be: announced by a resident, by the staff of a school, or issued by the guard for a household."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from backend.features.employees import service as employees
from backend.features.notices import service as notices
from backend.features.notices.model import NoticeKind
from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import VisitPolicy
from backend.features.visits import rules, store
from backend.features.visits.errors import (
    NoHousehold,
    NoSeries,
    TimedTooLong,
    TooManyToday,
    TooManyVisits,
    VisitDecided,
)
from backend.features.visits.model import Host, RefusalReason, Visit, VisitKind, VisitState, VisitWish
from backend.features.visits.service import CODE_DIGITS, LINK_CONTEXT, code_hash, get
from backend.features.visits.tables import VisitRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day, start_of_local_day
from backend.kernel.errors import NotFound
from backend.kernel.hours import bits_of
from backend.kernel.identity import Scope
from backend.kernel.ids import EmployeeId, HouseholdId, ResidentId, SiteId, random_digits, random_token, uuid7
from backend.kernel.plates import checked_plate

SHORTEST_TIMED = timedelta(minutes=5)


def register(
    work: Work, crypto: Crypto, site_id: SiteId, household_id: HouseholdId, resident_id: ResidentId, wish: VisitWish
) -> Visit:
    """A resident's announcement; it waits for the property's word where the site's policy says so.

    Raises NoHousehold, TooManyVisits, TooManyToday, ImplausiblePlate and what `rules.check_wish` raises.
    """
    within = work.actor.scope
    if within.households is None or household_id not in within.households or not within.reaches_site(site_id):
        raise NoHousehold
    return _announce(work, crypto, within, site_id, Host(household_id, resident_id=resident_id), wish)


def announce_for_employee(work: Work, crypto: Crypto, within: Scope, employee_id: UUID, wish: VisitWish) -> Visit:
    """A visitor of a member of the staff, by the school's policy.

    Raises NotFound, also for somebody who has left, and as `register`.
    """
    site_id = employees.site_of(work.session, within, employee_id)
    left_on = employees.get_employee(work.session, within, employee_id).fields.left_on
    if left_on is not None and left_on <= local_day(work.now):
        raise NotFound
    return _announce(work, crypto, within, site_id, Host(employee_id=EmployeeId(employee_id)), wish)


def issue_for_household(work: Work, crypto: Crypto, within: Scope, household_id: UUID, wish: VisitWish) -> Visit:
    """A timed pass that the guard gives out at the gate, for a home of the site. Raises NotFound and as `register`."""
    home = people.get_household(work.session, within, household_id)
    return _announce(work, crypto, within, home.site_id, Host(home.id), wish)


def timed_wish(work: Work, within: Scope, site_id: SiteId, minutes: int, wish: VisitWish) -> VisitWish:
    """The wish, from now on and for so many minutes. Raises TimedTooLong."""
    most = policies.current(work.session, within, site_id).courier_minutes
    if minutes > most:
        raise TimedTooLong(longest_minutes=most)
    until = work.now + max(SHORTEST_TIMED, timedelta(minutes=minutes))
    return VisitWish(
        wish.visitor_name, wish.visitor_phone, wish.plate, work.now, until, wish.max_entries, wish.kind, None
    )


def _announce(work: Work, crypto: Crypto, within: Scope, site_id: SiteId, host: Host, wish: VisitWish) -> Visit:
    policy = policies.current(work.session, within, site_id)
    first = rules.check_wish(wish, policy, work.now)
    site = sites.get_site(work.session, within, site_id)
    _limit(work, host, policy)
    end = first.end if wish.series is not None else wish.valid_until
    pending = policies.needs_approval(policy, first.start, end) and not _given_by_guard(host)
    visit = add(work, crypto, within, site, host, wish, policy, VisitState.PENDING if pending else VisitState.ACTIVE)
    if pending:
        work.publish("visit", visit.site_id, visit.id)
    else:
        _send_code(work, visit)
    return visit


def _given_by_guard(host: Host) -> bool:
    """The guard stands at the gate for the property: what he hands out needs no second word of it."""
    return host.household_id is not None and host.resident_id is None


def add(
    work: Work,
    crypto: Crypto,
    within: Scope,
    site: Site,
    host: Host,
    wish: VisitWish,
    policy: VisitPolicy,
    state: VisitState,
) -> Visit:
    """Without a look at limits and hours: those are the caller's. Raises ImplausiblePlate."""
    code, link = _free_code(work, crypto, site.id), random_token()
    row = VisitRow(
        id=uuid7(),
        tenant_id=site.tenant_id,
        site_id=site.id,
        household_id=host.household_id,
        employee_id=host.employee_id,
        resident_id=host.resident_id,
        announced_by=None if host.resident_id is not None else work.actor.id,
        visitor_name=wish.visitor_name,
        visitor_phone=wish.visitor_phone,
        plate=checked_plate(wish.plate) if wish.plate else None,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        max_entries=rules.total_entries(wish),
        entries=0,
        state=state.value,
        kind=wish.kind.value,
        code=code,
        code_hash=code_hash(crypto, code),
        code_freed=False,
        link_token=link,
        link_hash=crypto.look_up_hash(link, LINK_CONTEXT),
        created_at=work.now,
    )
    _fill_terms(row, wish, policy)
    work.session.add(row)
    work.session.flush()
    work.record("visit.registered", Subject("visit", row.id), tenant_id=site.tenant_id, kind=wish.kind.value)
    return get(work.session, within, row.id)


def _fill_terms(row: VisitRow, wish: VisitWish, policy: VisitPolicy) -> None:
    closed = rules.closed_for(wish, policy)
    if closed is not None and wish.kind is not VisitKind.WALK_IN:
        row.closed_from, row.closed_until = closed.from_minute, closed.until_minute
    row.except_on, row.day_entries = [], 0
    if wish.series is not None:
        hours = wish.series.hours
        row.weekdays, row.from_minute, row.until_minute = bits_of(hours.weekdays), hours.from_minute, hours.until_minute
        row.entries_a_day, row.except_on = wish.series.entries_a_day, sorted(wish.series.except_on)


def _send_code(work: Work, visit: Visit) -> None:
    if visit.visitor_phone:
        notices.promise(work, NoticeKind.VISITOR_PASS, visit.site_id, visit_id=visit.id, tenant_id=visit.tenant_id)


def _limit(work: Work, host: Host, policy: VisitPolicy) -> None:
    """Counts under a lock of the household's own: two phones cannot both take the last place."""
    if host.household_id is None:
        return
    _lock(work, f"visits:{host.household_id}")
    if store.count_open(work.session, host.household_id, work.now) >= policy.open_visits:
        raise TooManyVisits(limit=policy.open_visits)
    today = start_of_local_day(local_day(work.now))
    if store.count_announced(work.session, host.household_id, today) >= policy.visits_a_day:
        raise TooManyToday(limit=policy.visits_a_day)


def _lock(work: Work, key: str) -> None:
    work.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _free_code(work: Work, crypto: Crypto, site_id: SiteId) -> str:
    """Six digits that no open visit of the site has, and no other registration can take until this one commits."""
    _lock(work, f"visit-codes:{site_id}")
    store.free_codes(work.session, site_id, work.now)
    while True:
        code = random_digits(CODE_DIGITS)
        if not store.code_taken(work.session, site_id, code_hash(crypto, code)):
            return code


def approve(work: Work, within: Scope, visit_id: UUID) -> Visit:
    """The visitor gets the code, the host is told. Raises NotFound, VisitDecided."""
    visit = _decide(work, within, visit_id, VisitState.ACTIVE, None)
    _send_code(work, visit)
    return visit


def refuse(work: Work, within: Scope, visit_id: UUID, reason: RefusalReason) -> Visit:
    """The host is told why. Raises NotFound, VisitDecided."""
    return _decide(work, within, visit_id, VisitState.REFUSED, reason)


def _decide(work: Work, within: Scope, visit_id: UUID, state: VisitState, reason: RefusalReason | None) -> Visit:
    visit = get(work.session, within, visit_id)
    if not store.decide(work.session, within, visit.id, state, reason, work.actor.id, work.now):
        raise VisitDecided
    action = "visit.approved" if state is VisitState.ACTIVE else "visit.refused"
    facts = {} if reason is None else {"reason": reason.value}
    work.record(action, Subject("visit", visit.id), tenant_id=visit.tenant_id, **facts)
    notices.promise(work, NoticeKind.VISIT_DECIDED, visit.site_id, visit_id=visit.id, tenant_id=visit.tenant_id)
    work.publish("visit", visit.site_id, visit.id)
    work.session.expire_all()
    return get(work.session, within, visit.id)


def skip_day(work: Work, within: Scope, visit_id: UUID, day: date) -> Visit:
    """The visitor does not come on that day of the series. Raises NotFound, NoSeries."""
    visit = get(work.session, within, visit_id)
    if visit.series is None or not rules.comes_on(visit, visit.series, day) or day < local_day(work.now):
        raise NoSeries
    store.set_days_off(work.session, within, visit.id, visit.series.except_on | {day})
    work.record("visit.day_skipped", Subject("visit", visit.id), tenant_id=visit.tenant_id, day=day.isoformat())
    work.session.expire_all()
    return get(work.session, within, visit.id)
