"""A doubtful reading waits for a person; what the person says decides as a sure reading would."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from backend.features.passages import desk
from backend.features.passages.errors import AlreadyDecided, ReviewLapsed
from backend.features.passages.model import Admit, AdmitReason, AskGuard, AskReason, Decision
from backend.features.people import service as people
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import PassageId, uuid7
from backend.kernel.paging import PageRequest
from backend.kernel.plates import ImplausiblePlate
from backend.pages.review_queue import OptionOrigin, ReviewSheet, list_lapsed, read_review_page, read_sheet
from tests.builders.scenes import gate_scene
from tests.integration.passages.ledger import commands, entries, messages, passage, reviews
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse, certain, uncertain

HOME, NEARLY, GUEST, STRANGER = "苏A12345", "苏A12346", "浙C6T2K8", "京N8L3P5"
PHOTO = gate_scene(HOME)


@pytest.fixture
def guard(house: Gatehouse) -> Actor:
    return guard_of(house)


def guard_of(*houses: Gatehouse) -> Actor:
    reach = Scope.of_sites(house.community.site_id for house in houses)
    return Actor(ActorKind.STAFF, uuid7(), houses[0].community.tenant_id, frozenset({Role.GUARD}), reach)


def say(house: Gatehouse, guard: Actor, passage_id: UUID, plate: str) -> Decision:
    with unit_of_work(house.platform.database, guard) as work:
        return desk.review(work, guard.scope, passage_id, plate)


def waiting(house: Gatehouse, guard: Actor) -> list[PassageId]:
    with unit_of_work(house.platform.database, guard) as work:
        page = read_review_page(work.session, guard.scope, house.community.site_id, PageRequest(), work.now)
    return [card.id for card in page.queue.items]


def lapsed(house: Gatehouse, guard: Actor) -> list[PassageId]:
    with unit_of_work(house.platform.database, guard) as work:
        page = list_lapsed(work.session, guard.scope, house.community.site_id, PageRequest(), work.now)
    return [card.id for card in page.items]


def sheet(house: Gatehouse, guard: Actor, passage_id: UUID) -> ReviewSheet:
    with unit_of_work(house.platform.database, guard) as work:
        return read_sheet(work.session, guard.scope, passage_id, work.now)


def test_only_doubtful_readings_wait_here_the_longest_waiting_first(house: Gatehouse, guard: Actor) -> None:
    first = house.car(uncertain(GUEST), age_seconds=25)
    house.car(certain(STRANGER), age_seconds=15)
    last = house.car(uncertain("鲁B77777"), lane=house.entry)
    house.car(uncertain("鲁B77778"), lane=house.exit)
    assert waiting(house, guard) == [first, last]


def test_an_unread_plate_is_no_question_of_reading(house: Gatehouse, guard: Actor) -> None:
    car = house.car(certain(None))
    assert (passage(house, car).reason, waiting(house, guard)) == ("no_plate", [])
    with pytest.raises(AlreadyDecided):
        say(house, guard, car, HOME)


def test_confirming_opens_for_a_resident_and_tells_who_said_so(house: Gatehouse, guard: Actor) -> None:
    car = house.car(uncertain(HOME))
    decision = say(house, guard, car, HOME)
    assert isinstance(decision, Admit)
    assert decision.reason is AdmitReason.RESIDENT_VEHICLE
    assert (passage(house, car).state, passage(house, car).decided_by, commands(house)) == ("opened", guard.id, 1)
    [said] = reviews(house)
    assert (said.read, said.said, said.outcome, said.decided_by) == (HOME, HOME, "confirmed", guard.id)
    [entry] = entries(house, "passage.plate_confirmed")
    assert (entry.actor_id, entry.subject_id) == (guard.id, car)
    assert entry.facts == {
        "review": str(said.id),
        "read_by": "test",
        "confidence": 0.62,
        "decision": "resident_vehicle",
    }, "no plate in the chain: the review's own row has it, for as long as plates are kept"


def test_correcting_admits_the_visitor_and_the_host_is_told(house: Gatehouse, guard: Actor) -> None:
    house.expect(plate=GUEST)
    car = house.car(uncertain("浙C6T2K0"))
    assert isinstance(say(house, guard, car, "浙c·6T2k8"), Admit)
    assert (passage(house, car).plate, commands(house), messages(house)) == (GUEST, 1, 1)
    assert [one.outcome for one in reviews(house)] == ["corrected"]


def test_a_plate_that_nobody_knows_stays_a_question_at_the_gate(house: Gatehouse, guard: Actor) -> None:
    car = house.car(uncertain("京N8L3P6"))
    decision = say(house, guard, car, STRANGER)
    assert decision == AskGuard(AskReason.UNKNOWN_VEHICLE)
    assert (passage(house, car).state, commands(house), waiting(house, guard)) == ("waiting", 0, [])


def test_a_cancelled_visit_is_refused_as_from_a_machines_reading(house: Gatehouse, guard: Actor) -> None:
    house.expect(plate=GUEST, starts_in_hours=2)
    car = house.car(uncertain(GUEST))
    assert isinstance(decision := say(house, guard, car, GUEST), AskGuard)
    assert (decision.reason, commands(house)) == (AskReason.VISIT_NOT_YET, 0)


def test_known_plates_nearby_are_offered_and_open_nothing(house: Gatehouse, guard: Actor) -> None:
    house.expect(plate="苏A12347")
    house.expect(plate="苏A12348", starts_in_hours=5)
    car = house.car(uncertain(NEARLY, ("苏A12340", 0.3), (HOME, 0.2)))
    offered = [(option.plate, option.origin) for option in sheet(house, guard, car).options]
    assert offered == [
        (NEARLY, OptionOrigin.AS_READ),
        (HOME, OptionOrigin.RESIDENT),
        ("苏A12347", OptionOrigin.VISITOR),
        ("苏A12340", OptionOrigin.ALTERNATIVE),
    ]
    assert (passage(house, car).state, commands(house)) == ("waiting", 0)


def test_plates_of_the_guards_other_sites_are_neither_offered_nor_let_in(house: Gatehouse, platform: Platform) -> None:
    other = build_gatehouse(platform, "另一小区")
    both = guard_of(house, other)
    with other.work() as work:
        _add_vehicle(work, other, "粤B55555")
    car = house.car(uncertain("粤B55556"))
    assert [option.plate for option in sheet(house, both, car).options] == ["粤B55556"]
    assert say(house, both, car, "粤B55555") == AskGuard(AskReason.UNKNOWN_VEHICLE)


def _add_vehicle(work: Work, house: Gatehouse, plate: str) -> None:
    people.add_vehicle(work, house.within, house.community.household_id, plate)


def test_the_second_of_two_guards_at_once_is_refused_and_nothing_doubles(house: Gatehouse, guard: Actor) -> None:
    house.expect(plate=GUEST, entries=9)
    other = guard_of(house)
    car = house.car(uncertain(GUEST))

    def press(who: Actor) -> Any:
        try:
            return say(house, who, car, GUEST)
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, [guard, other]))
    assert [answer for answer in answers if answer is AlreadyDecided] == [AlreadyDecided]
    assert (commands(house), messages(house), len(reviews(house))) == (1, 1, 1)


def test_a_question_that_a_colleague_has_turned_into_another_is_not_answered_twice(
    house: Gatehouse, guard: Actor
) -> None:
    car = house.car(uncertain("京N8L3P6"))
    say(house, guard, car, STRANGER)
    with pytest.raises(AlreadyDecided):
        say(house, guard_of(house), car, HOME)
    assert commands(house) == 0


def test_what_nobody_took_lapses_and_stays_listed(house: Gatehouse, guard: Actor) -> None:
    car = house.car(uncertain(HOME))
    after = house.later(601)
    assert (waiting(after, guard), lapsed(after, guard)) == ([], [car])
    with pytest.raises(ReviewLapsed):
        say(after, guard, car, HOME)
    assert (commands(house), reviews(house)) == (0, [])
    assert lapsed(house, guard) == []


def test_a_reading_lapses_when_the_next_car_has_passed_its_lane(house: Gatehouse, guard: Actor) -> None:
    car = house.car(uncertain(HOME), age_seconds=20)
    house.expect(plate=GUEST)
    house.car(certain(GUEST))
    assert (waiting(house, guard), lapsed(house, guard)) == ([], [car])
    with pytest.raises(ReviewLapsed):
        say(house, guard, car, HOME)
    assert commands(house) == 1


def test_another_sites_guard_finds_nothing(house: Gatehouse, platform: Platform) -> None:
    car = house.car(uncertain(HOME))
    stranger = guard_of(build_gatehouse(platform, "另一小区"))
    with pytest.raises(NotFound):
        say(house, stranger, car, HOME)
    with pytest.raises(NotFound):
        sheet(house, stranger, car)
    with pytest.raises(NotFound):
        waiting(house, stranger)


def test_a_word_that_is_no_plate_changes_nothing(house: Gatehouse, guard: Actor) -> None:
    car = house.car(uncertain(HOME))
    with pytest.raises(ImplausiblePlate):
        say(house, guard, car, "hello")
    assert waiting(house, guard) == [car]


def test_the_queue_is_bounded_and_goes_on_with_its_cursor(house: Gatehouse, guard: Actor) -> None:
    cars = [house.car(uncertain(f"鲁{letter}7{place}3{place}5")) for place, letter in enumerate("BCDEF")]
    found: list[PassageId] = []
    request = PageRequest(2)
    while True:
        with unit_of_work(house.platform.database, guard) as work:
            page = read_review_page(work.session, guard.scope, None, request, work.now).queue
        assert len(page.items) <= 2
        found += [card.id for card in page.items]
        if page.next is None:
            break
        request = PageRequest(2, page.next)
    assert found == cars
