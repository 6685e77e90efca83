"""What a photo at the gate means. Pure: what was read, what is known, and the instants come in.

The machine only ever admits; everything else is a question to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backend.features.devices.model import Direction
from backend.features.passages.model import (
    Admit,
    AdmitReason,
    AskGuard,
    AskReason,
    Character,
    Decision,
    Passage,
    PassageState,
    PlateObservation,
)
from backend.features.people.model import Vehicle
from backend.features.visits.model import Visit
from backend.features.visits.rules import fault_of

FRESH = timedelta(seconds=30)
"""Older photos open nothing: the car may be gone and another may stand there."""

PARKED = timedelta(minutes=5)
"""A plate that is seen again in its lane within this time has not left, unless it was seen leaving."""

ASKS_AGAIN = timedelta(minutes=1)
"""Whoever was not let in and stands there after this time asks anew: they may have rung their host meanwhile."""

VOTERS = 9
"""Pictures that vote at most, the newest: a car may stand before the camera for hours."""
AGREEING = 3
AGREEING_AT = 0.80
"""So many pictures that read alike, each at least so sure, are accepted together: decision 0010 has the evidence."""
SHOWN_ALTERNATIVES = 5

REVIEWED_WITHIN = timedelta(minutes=10)
"""Whoever was last seen longer ago has given up waiting; the gate's page still opens by hand."""


def decide(
    direction: Direction,
    observation: PlateObservation,
    vehicle: Vehicle | None,
    visit: Visit | None,
    occurred_at: datetime,
    now: datetime,
) -> Decision:
    """`vehicle` and `visit` are those of the observed plate, if any."""
    if now - occurred_at > FRESH and not observation.said_by_person:
        return AskGuard(AskReason.PHOTO_LATE, visit.id if visit else None)
    if direction is Direction.EXIT:
        return _leaving(observation, vehicle, visit)
    if observation.text is None:
        return AskGuard(AskReason.NO_PLATE)
    if not observation.certain:
        return AskGuard(AskReason.PLATE_UNCERTAIN, visit.id if visit else None)
    if vehicle is not None:
        return Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=vehicle.id)
    return _visiting(visit, now)


def _leaving(observation: PlateObservation, vehicle: Vehicle | None, visit: Visit | None) -> Decision:
    """Nobody is held inside for a plate that could not be read; but only a sure plate ends a visit."""
    if not observation.certain:
        return Admit(AdmitReason.LEAVING)
    return Admit(AdmitReason.LEAVING, visit.id if visit else None, vehicle.id if vehicle else None)


def _visiting(visit: Visit | None, now: datetime) -> Decision:
    if visit is None:
        return AskGuard(AskReason.UNKNOWN_VEHICLE)
    fault = fault_of(visit, now)
    if fault is None:
        return Admit(AdmitReason.VISITOR, visit_id=visit.id)
    return AskGuard(AskReason(fault.value), visit.id)


def is_same_car(
    plate: str | None,
    plate_certain: bool,
    seen: PlateObservation,
    apart: timedelta,
    window: timedelta,
    parked: timedelta = PARKED,
) -> bool:
    """Whether a picture shows the car of a passage in the same lane, `apart` from the passage's other pictures.

    Within the window an unread plate, or one that differs in one character, is the same car; two sure readings
    that differ are two cars. Beyond it only the very same plate is, for as long as a car counts as `parked`.
    """
    if apart > window:
        return apart <= parked and plate is not None and plate == seen.text
    if plate is None or seen.text is None or plate == seen.text:
        return True
    return not (plate_certain and seen.certain) and within_one_edit(plate, seen.text)


def parked_for(state: PassageState) -> timedelta:
    return ASKS_AGAIN if state is PassageState.TURNED_AWAY else PARKED


def within_one_edit(one: str, other: str) -> bool:
    """Equal, or made equal by changing, adding or dropping one character."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest = same + 1 if len(short) == len(long) else same
    return short[rest:] == long[same + 1 :]


def vote(readings: Sequence[PlateObservation], accept_at: float) -> PlateObservation:
    """One reading of several pictures of one car; `readings` has at least one, the oldest first.

    Where all agree on a character it is as sure as the surest of them; where they differ, each candidate has the
    mean of what every picture gives it. Pictures without a plate have no vote. The vote is certain where its
    weakest character reaches `accept_at` or where AGREEING pictures read alike, each at least AGREEING_AT sure;
    never where the readings differ in length, or make a plate together that no picture shows.
    """
    read = [reading for reading in readings if reading.text]
    if len(read) < 2:
        return read[0] if read else readings[-1]
    voters = _of_likeliest_length(read)
    characters = tuple(_voted(column) for column in zip(*(voter.spelled for voter in voters), strict=True))
    text = "".join(character.text for character in characters)
    weakest = min(character.probability_0_1 for character in characters)
    sure = weakest >= accept_at or _agree(read)
    nearest = max((v for v in voters if v.text == text), key=_confidence, default=max(voters, key=_confidence))
    return replace(
        nearest,
        text=text,
        certain=sure and len(voters) == len(read) and nearest.text == text,
        confidence_0_1=weakest,
        characters=characters,
        alternatives=_other_readings(text, read),
    )


def _confidence(reading: PlateObservation) -> float:
    return reading.confidence_0_1


def _of_likeliest_length(readings: Sequence[PlateObservation]) -> list[PlateObservation]:
    """Those of the length that has the most confidence behind it: an eighth character may have been lost."""
    weights: dict[int, float] = defaultdict(float)
    for reading in readings:
        weights[len(reading.spelled)] += reading.confidence_0_1
    likeliest = max(weights, key=lambda length: (round(weights[length], 6), length))
    return [reading for reading in readings if len(reading.spelled) == likeliest]


def _voted(column: Sequence[Character]) -> Character:
    if len({character.text for character in column}) == 1:
        return max(column, key=lambda character: character.probability_0_1)
    shares: dict[str, float] = defaultdict(float)
    for character in column:
        for text, probability in ((character.text, character.probability_0_1), *character.alternatives):
            shares[text] += probability / len(column)
    (text, share), *others = sorted(shares.items(), key=lambda pair: (-round(pair[1], 6), pair[0]))
    return Character(text, share, tuple(others))


def _agree(readings: Sequence[PlateObservation]) -> bool:
    alike = len({reading.text for reading in readings}) == 1
    return alike and sum(reading.confidence_0_1 >= AGREEING_AT for reading in readings) >= AGREEING


def _other_readings(text: str, readings: Iterable[PlateObservation]) -> tuple[tuple[str, float], ...]:
    best: dict[str, float] = {}
    for reading in readings:
        for other, score in ((reading.text or "", reading.confidence_0_1), *reading.alternatives):
            if other != text:
                best[other] = max(score, best.get(other, 0.0))
    return tuple(sorted(best.items(), key=lambda pair: -pair[1])[:SHOWN_ALTERNATIVES])


def awaits_review(passage: Passage) -> bool:
    """Read with doubt, and nobody has said yet what it is."""
    return passage.state is PassageState.WAITING and passage.reason == AskReason.PLATE_UNCERTAIN.value


def has_left(passage: Passage, later_car_opened: bool, now: datetime) -> bool:
    """Whether the barrier would open for somebody else by now."""
    return later_car_opened or now - passage.seen_until > REVIEWED_WITHIN


def suggestions(read: str, known: Iterable[str]) -> list[str]:
    """Known plates that the reading may stand for, the reading itself first where it is known. They open nothing."""
    return sorted({plate for plate in known if within_one_edit(read, plate)}, key=lambda plate: (plate != read, plate))


LONGEST_WORDS = 200


def own_words(typed: str) -> str | None:
    """What a guard said or wrote, on one line and cut to length; None for nothing."""
    return " ".join(typed.split())[:LONGEST_WORDS] or None
