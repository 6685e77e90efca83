"""Lists: only for the terminal that asks, anew when something changed, confirmed by what it holds."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from backend.features.gate_lists import service as gate_lists
from backend.features.gate_lists.jobs import BuildGateLists, WatchGateLists
from backend.features.gate_lists.model import ListRowKind, OfflineCredential, Outcome
from backend.features.people import service as people
from backend.features.people.model import Document, PersonFields
from backend.features.sites import service as sites
from backend.features.visits import announcing
from backend.features.visits.model import Series, VisitKind, VisitWish
from backend.features.visits.rules import series_window
from backend.infrastructure.crypto import open_sealed
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.hours import EVERY_DAY, ONE_DAY, Hours
from backend.kernel.identity_numbers import DocumentKind
from backend.kernel.ids import ResidentId
from tests.drivers.offline_gate import OfflineGate
from tests.integration.device_api.ledger import problem_of
from tests.integration.device_api.terminal import build_lane
from tests.integration.gate_lists.cut_off import CARD, Site
from tests.integration.upkeep.test_upkeep import run

CHILDS_NUMBER = "320102201505061231"
BY_CARD, BY_PLATE = OfflineCredential.CARD, OfflineCredential.PLATE


def counted(gate: OfflineGate) -> dict[str, int]:
    assert gate.held is not None
    rows = gate.held.value.rows
    return {kind.name: sum(row.kind is kind for row in rows) for kind in ListRowKind}


def test_a_gate_gets_its_own_rows_and_opens_by_them_while_it_is_cut_off(site: Site) -> None:
    card = site.issue()
    open_visit, called_off = site.lane.expect(entries=2), site.lane.expect()
    site.lane.cancel(called_off)
    gate = site.ready(site.lane.entry)
    assert counted(gate) == {"CARD": 1, "PLATE": 1, "PASS": 1, "REVOKED": 1}
    assert site.held(site.lane.entry) == 1
    site.cut()
    assert gate.show(BY_CARD, CARD).reason == "resident_card"
    assert gate.show(BY_PLATE, "苏A12345").reason == "resident_vehicle"
    assert gate.show(OfflineCredential.PASS, site.lane.qr_of(open_visit)).reason == "visitor"
    assert gate.show(OfflineCredential.PASS, site.lane.qr_of(called_off)).reason == "visit_cancelled"
    site.report_lost(card)
    site.cut(up=True)
    assert site.build() == 1 and gate.fetch() == 200
    assert counted(gate)["CARD"] == 0 and gate.show(BY_CARD, CARD).outcome is Outcome.REFUSED


def test_the_way_out_gets_no_rows_and_another_site_none_of_ours(site: Site, platform: Platform) -> None:
    site.issue()
    leaving = site.ready(site.lane.exit)
    assert sum(counted(leaving).values()) == 0
    other = Site(build_lane(platform, site.lane.app, "他处花园"), site.folder)
    theirs = other.ready(other.lane.entry)
    assert counted(theirs) == {"CARD": 0, "PLATE": 1, "PASS": 0, "REVOKED": 0}
    assert site.build() == 0, "what happens there is nothing to us"


def test_a_list_is_made_anew_only_when_it_would_say_something_else_or_is_old(site: Site) -> None:
    gate = site.ready(site.lane.entry)
    assert not site.is_due() and site.build() == 0 and gate.fetch() == 304
    site.issue()
    assert site.is_due() and site.build() == 1
    site.lane.expect()
    assert site.is_due() and site.build() == 1
    assert not site.is_due()
    with site.lane.work() as work:
        work.session.execute(text("UPDATE gate_terminal SET issued_at = issued_at - interval '6 hours'"))
    assert site.is_due() and site.build() == 1
    assert gate.fetch() == 200 and gate.held is not None and gate.held.value.version == 4


def test_the_watch_promises_and_a_worker_builds(site: Site, platform: Platform) -> None:
    gate = site.switch_on(site.lane.entry)
    assert gate.fetch() == 404
    gate.enrol()
    [promised] = site.rows("SELECT id FROM outbox_job WHERE kind = 'gate_lists.build'")
    with platform.database.sessions.begin() as session:
        session.execute(text("DELETE FROM outbox_job WHERE id = :id"), {"id": promised.id})
    run(platform, WatchGateLists(utc_now()))
    [job] = site.rows("SELECT payload, site_id FROM outbox_job WHERE kind = 'gate_lists.build'")
    assert BuildGateLists.from_payload(job.payload).of_site == job.site_id == site.lane.community.site_id
    site.build()
    assert gate.fetch() == 200


def test_a_carers_days_stand_in_the_list_each_with_its_own_entries(site: Site) -> None:
    lane, home = site.lane, site.lane.community
    with unit_of_work(lane.platform.database, lane.resident) as work:
        first, series = local_day(work.now) - ONE_DAY, Series(Hours(EVERY_DAY, 0, 0), 2)
        start, end = series_window(series, first, first + 4 * ONE_DAY)
        wish = VisitWish("孙阿姨", None, None, start, end, 9, VisitKind.CARER, series)
        resident_id = ResidentId(lane.resident.id or uuid4())
        crypto = lane.platform.crypto
        visit = announcing.register(work, crypto, home.site_id, home.household_id, resident_id, wish)
    gate = site.ready(lane.entry)
    rows = [row for row in gate.held.value.rows if row.kind is ListRowKind.PASS] if gate.held else []
    assert [row.uses for row in rows] == [2] * len(rows) and len(rows) in (2, 3)
    site.cut()
    shown = lane.qr_of(visit)
    reasons = [gate.show(OfflineCredential.PASS, shown).reason for _ in range(3)]
    assert reasons == ["visitor", "visitor", "visit_used_up"]
    site.cut(up=True)
    gate.send_all()
    [row] = site.rows("SELECT entries, day_entries FROM visit")
    assert (row.entries, row.day_entries) == (2, 2) and site.findings() == []


def test_no_minors_card_stands_in_a_list(site: Site) -> None:
    community = site.lane.community
    with site.lane.work() as work:
        place = sites.get_site(work.session, community.scope, community.site_id)
        document = Document(DocumentKind.RESIDENT_CARD, CHILDS_NUMBER)
        fields = PersonFields("王小明", community.phone, document)
        people.edit_person(work, site.lane.platform.crypto, community.scope, community.person_id, fields)
        assert place.id == community.site_id
    site.issue()
    assert counted(site.ready(site.lane.entry))["CARD"] == 0


def test_a_card_of_somebody_who_moves_out_tomorrow_ends_at_midnight(site: Site) -> None:
    site.issue()
    community = site.lane.community
    with site.lane.work() as work:
        tomorrow = (work.now + timedelta(hours=8)).date() + timedelta(days=1)
        people.end_membership(work, community.scope, community.household_id, community.person_id, tomorrow)
    gate = site.ready(site.lane.entry)
    site.cut()
    assert gate.show(BY_CARD, CARD).outcome is Outcome.ADMITTED
    [row] = [row for row in gate.held.value.rows if row.kind is ListRowKind.CARD] if gate.held else []
    assert row.valid_until <= utc_now() + timedelta(days=1) and (row.valid_until.hour, row.valid_until.minute) == (
        16,
        0,
    )


def test_only_an_operator_can_let_another_key_in(site: Site) -> None:
    entry = site.lane.entry
    first = site.ready(entry)
    other = {"public_key": "11" * 32}
    answer = entry.send("PUT", "/v1/gate-list/key", json=other)
    assert problem_of(answer) == (409, "gate_key_enrolled")
    assert first.enrol().status == 200, "its own key again brings the signing keys of today"
    with site.lane.work() as work:
        gate_lists.allow_new_key(work, site.lane.community.scope, entry.device_id)
    assert entry.send("PUT", "/v1/gate-list/key", json=other).status_code == 200
    assert problem_of(entry.send("GET", "/v1/gate-list")) == (404, "gate_list_not_ready")
    site.build()
    sealed = site.rows("SELECT sealed FROM gate_terminal")[0].sealed
    private = first.journal.setting("private_key")
    assert private is not None and open_sealed(private, bytes(sealed), b"") is None
    assert problem_of(entry.send("PUT", "/v1/gate-list/key", json={"public_key": "22" * 32}))[1] == "gate_key_enrolled"


def test_what_is_no_key_and_no_version_is_refused(site: Site) -> None:
    entry = site.lane.entry
    put = "PUT", "/v1/gate-list/key"
    assert problem_of(entry.send(*put, json={"public_key": "00" * 32})) == (422, "gate_key_invalid")
    assert entry.send(*put, json={"public_key": "xx"}).status_code == 422
    assert problem_of(entry.send("PUT", "/v1/gate-list/held", json={"version": 1})) == (404, "gate_list_not_ready")
    site.ready(entry)
    assert problem_of(entry.send("PUT", "/v1/gate-list/held", json={"version": 2})) == (
        409,
        "gate_list_version_unknown",
    )
    nowhere = site.lane.enrol("备用机", None, None)
    assert problem_of(nowhere.send(*put, json={"public_key": "11" * 32})) == (409, "device_has_no_place")
    assert site.lane.app.test_client().get("/v1/gate-list").status_code == 401
