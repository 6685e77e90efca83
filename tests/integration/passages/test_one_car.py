"""Several pictures of one car are one passage: one decision, one command, one message."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from backend.features.devices import service as devices
from backend.features.devices.errors import WindowOutOfRange
from backend.features.passages import desk
from backend.features.passages.model import BodyColour, Character, PlateObservation, VehicleSeen, VehicleType
from backend.features.passages.readings import apply_reading, note_unusable
from backend.features.passages.service import get_capture
from backend.infrastructure.http.platform import Platform
from backend.kernel.errors import NotFound
from tests.builders.scenes import gate_scene
from tests.integration.passages.ledger import cars, commands, messages, passage
from tests.integration.portals.gatehouse import Arrival, Gatehouse, build_gatehouse, certain, uncertain

HOME = "苏A12345"
NEARLY = "苏A12346"
GUEST = "浙C6T2K8"
PHOTO = gate_scene(HOME)


def sure(text: str, probability: float = 0.98) -> PlateObservation:
    characters = tuple(Character(letter, probability) for letter in text)
    return PlateObservation(text, probability >= 0.9, probability, "test", "blue", characters=characters)


def arrivals(house: Gatehouse, *ages: float) -> list[Arrival]:
    return [house.arrives(PHOTO, age_seconds=age) for age in ages]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whichever_order_three_pictures_are_read_they_are_one_passage(
    house: Gatehouse, order: Sequence[int]
) -> None:
    house.expect(plate=GUEST)
    taken = arrivals(house, 6, 3, 0)
    for place in order:
        house.read(taken[place].job, sure(GUEST))
    [car] = cars(house)
    assert (car.state, car.captures, car.plate) == ("opened", 3, GUEST)
    assert (commands(house), messages(house)) == (1, 1)
    assert (car.seen_until - car.occurred_at).total_seconds() == pytest.approx(6, abs=1)


def test_pictures_read_at_once_in_two_workers_are_one_passage(house: Gatehouse) -> None:
    house.expect(plate=GUEST, entries=5)
    for _ in range(5):
        [car] = arrivals(house, 0)
        more = arrivals(house, 0, 0, 0)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda arrival: house.read(arrival.job, sure(GUEST)), [car, *more]))
    assert [car.captures for car in cars(house)] == [20]
    assert (commands(house), messages(house)) == (1, 1)


def test_a_job_that_runs_twice_counts_its_picture_once(house: Gatehouse) -> None:
    [taken] = arrivals(house, 0)
    for _ in range(2):
        house.read(taken.job, sure(HOME))
    [car] = cars(house)
    assert (car.captures, commands(house)) == (1, 1)


def test_pictures_that_contradict_each_other_stay_a_question_to_a_person(house: Gatehouse) -> None:
    first, second = arrivals(house, 2, 0)
    house.read(first.job, sure(NEARLY, 0.5))
    assert passage(house, first.passage_id).reason == "plate_uncertain"
    doubt = sure(HOME).characters[:6]
    house.read(second.job, PlateObservation(HOME, True, 0.98, "test", characters=(*doubt, Character("5", 0.98))))
    [car] = cars(house)
    assert (car.plate, car.state, car.reason) == (HOME, "waiting", "plate_uncertain")
    [third] = arrivals(house, 0)
    house.read(third.job, sure(HOME))
    assert commands(house) == 0


def test_an_unread_first_picture_does_not_hold_the_car_up(house: Gatehouse) -> None:
    first, second = arrivals(house, 2, 0)
    house.read(first.job, certain(None))
    assert passage(house, first.passage_id).reason == "no_plate"
    house.read(second.job, sure(HOME))
    [car] = cars(house)
    assert (car.id, car.state, car.reason) == (first.passage_id, "opened", "resident_vehicle")
    assert passage(house, second.passage_id).joined_to == first.passage_id
    assert commands(house) == 1


def test_three_weak_pictures_that_read_alike_open(house: Gatehouse) -> None:
    for age in (4, 2):
        [taken] = arrivals(house, age)
        house.read(taken.job, sure(HOME, 0.85))
        assert commands(house) == 0
    [taken] = arrivals(house, 0)
    house.read(taken.job, sure(HOME, 0.85))
    assert [car.state for car in cars(house)] == ["opened"]
    assert commands(house) == 1


def test_a_broken_second_picture_is_no_second_car(house: Gatehouse) -> None:
    first, second = arrivals(house, 2, 0)
    house.read(first.job, sure(HOME))
    with house.work() as work:
        note_unusable(work, house.within, get_capture(work.session, house.within, second.job))
    [car] = cars(house)
    assert (car.state, car.captures) == ("opened", 2)


def test_two_sure_plates_in_a_row_are_two_cars(house: Gatehouse) -> None:
    house.expect(plate=NEARLY)
    first, second = arrivals(house, 2, 0)
    house.read(first.job, sure(HOME))
    house.read(second.job, sure(NEARLY))
    assert [car.plate for car in cars(house)] == [HOME, NEARLY]
    assert commands(house) == 2


def test_the_same_plate_in_another_lane_is_another_passage(house: Gatehouse) -> None:
    entry, leaving = house.arrives(PHOTO), house.arrives(PHOTO, lane=house.exit)
    house.read(entry.job, sure(HOME))
    house.read(leaving.job, sure(HOME))
    assert len(cars(house)) == 2


def test_a_parked_car_triggers_neither_a_command_nor_a_message_again(house: Gatehouse) -> None:
    house.expect(plate=GUEST, entries=5)
    for seconds in (0, 30, 200, 470, 760):
        then = house.later(seconds)
        then.read(then.arrives(PHOTO).job, sure(GUEST))
    [car] = cars(house)
    assert (car.captures, car.state) == (5, "opened")
    assert (commands(house), messages(house)) == (1, 1)


def test_a_car_that_was_turned_away_is_asked_about_again_after_a_minute(house: Gatehouse) -> None:
    first, again, later = arrivals(house, 90, 70, 5)
    house.read(first.job, sure(GUEST))
    with house.work() as work:
        desk.turn_away(work, house.within, first.passage_id)
    house.read(again.job, sure(GUEST))
    house.read(later.job, sure(GUEST))
    assert [(car.state, car.captures) for car in cars(house)] == [("turned_away", 2), ("waiting", 1)]


def test_a_car_that_comes_again_after_the_time_is_let_in_again(house: Gatehouse) -> None:
    house.read(house.arrives(PHOTO).job, sure(HOME))
    again = house.later(301 + 10)
    again.read(again.arrives(PHOTO).job, sure(HOME))
    assert ([car.state for car in cars(house)], commands(house)) == (["opened", "opened"], 2)


def test_a_car_that_was_seen_leaving_is_let_in_again_at_once(house: Gatehouse) -> None:
    house.read(house.arrives(PHOTO).job, sure(HOME))
    out = house.later(40)
    out.read(out.arrives(PHOTO, lane=house.exit).job, sure(HOME))
    again = house.later(80)
    again.read(again.arrives(PHOTO).job, sure(HOME))
    assert [car.direction for car in cars(house)] == ["in", "out", "in"]
    assert commands(house) == 3


def test_what_a_guard_opened_unread_is_not_opened_again_by_the_next_picture(
    house: Gatehouse, platform: Platform
) -> None:
    from_hand = house.emergency()
    first, second = arrivals(house, 3, 0)
    house.open_by_hand(first.passage_id)
    house.read(second.job, sure(HOME))
    house.read(first.job, sure(HOME))
    assert passage(house, first.passage_id).captures == 2
    assert passage(house, first.passage_id).plate == HOME
    assert (passage(house, from_hand).captures, commands(house)) == (1, 2)


def test_a_lanes_window_is_its_own(house: Gatehouse) -> None:
    with house.work() as work:
        devices.set_one_car_window(work, house.within, house.entry, 2)
        with pytest.raises(WindowOutOfRange):
            devices.set_one_car_window(work, house.within, house.entry, 0)
    first, second = arrivals(house, 5, 0)
    house.read(first.job, uncertain(HOME))
    house.read(second.job, uncertain(NEARLY))
    assert len(cars(house)) == 2


def test_nobody_sets_the_window_of_another_sites_lane(house: Gatehouse, platform: Platform) -> None:
    other = build_gatehouse(platform, "别处")
    with other.work() as work, pytest.raises(NotFound):
        devices.set_one_car_window(work, other.within, house.entry, 5)


def test_what_the_camera_said_of_the_car_is_kept_and_completed(house: Gatehouse) -> None:
    first = house.arrives(PHOTO, age_seconds=2, vehicle=VehicleSeen(colour=BodyColour.WHITE))
    second = house.arrives(PHOTO, vehicle=VehicleSeen(VehicleType.SUV, BodyColour.GREY, "比亚迪"))
    for arrival in (first, second):
        house.read(arrival.job, sure(HOME))
    [car] = cars(house)
    assert car.vehicle == {"colour": "white", "type": "suv", "brand": "比亚迪"}


def test_another_sites_worker_reads_nothing_of_this_one(house: Gatehouse, platform: Platform) -> None:
    other = build_gatehouse(platform, "别处")
    [taken] = arrivals(house, 0)
    with house.work() as work:
        capture = get_capture(work.session, house.within, taken.job)
    with other.work() as work, pytest.raises(NotFound):
        apply_reading(work, other.within, capture, sure(HOME))
    assert commands(house) == 0
