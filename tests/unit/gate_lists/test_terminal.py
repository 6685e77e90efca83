"""What a gate decides alone: by its list, its clock and what it has let in itself; what is unsure goes to the guard."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.features.devices.model import Direction
from backend.features.gate_lists import rules
from backend.features.gate_lists.model import (
    GateList,
    ListFault,
    ListRowKind,
    OfflineCredential,
    Outcome,
    Verdict,
)
from backend.features.gate_lists.terminal import Held, Sync, drift_of
from backend.kernel.ids import DeviceId, SiteId
from tests.unit.gate_lists.lists import (
    CARD,
    HOUR,
    NEW_ID,
    NOW,
    OLD_ID,
    OTHER_SIGNING,
    PLACE,
    PLATE,
    Gate,
    a_list,
    a_pass,
    accepted,
    pass_row,
    sealed,
    signed,
    text,
    vectors,
)

PASS, BY_CARD, BY_PLATE = OfflineCredential.PASS, OfflineCredential.CARD, OfflineCredential.PLATE
SECOND = timedelta(seconds=1)


def gate(value: GateList | None = None) -> Gate:
    return Gate(Held(value or a_list(pass_row())))


def test_a_list_comes_back_as_it_was_made() -> None:
    taken = accepted(sealed(signed(a_list(pass_row()))))
    assert isinstance(taken, Held) and taken.value == a_list(pass_row())


def test_a_list_of_another_gate_site_key_or_time_is_refused() -> None:
    elsewhere = replace(PLACE, place_id=UUID(int=99))
    other_site = replace(PLACE, site_id=SiteId(UUID(int=99)))
    assert accepted(sealed(signed(a_list(place=elsewhere)))) is ListFault.WRONG_PLACE
    assert accepted(sealed(signed(a_list(place=other_site)))) is ListFault.WRONG_PLACE
    assert accepted(sealed(signed(a_list(place=replace(PLACE, direction=Direction.EXIT))))) is ListFault.WRONG_PLACE
    assert accepted(sealed(signed(a_list()), to=X25519PrivateKey.generate())) is ListFault.UNREADABLE
    assert accepted(sealed(signed(a_list()), device=UUID(int=10))) is ListFault.UNREADABLE
    assert accepted(sealed(signed(a_list(), key=OTHER_SIGNING))) is ListFault.FORGED
    assert accepted(sealed(signed(a_list(), version=2))) is ListFault.UNKNOWN_KEY
    assert accepted(sealed(signed(a_list())), now=NOW + rules.LIFE) is ListFault.EXPIRED
    assert accepted(sealed(b"AGL1")) is ListFault.MALFORMED


def test_a_list_older_than_the_one_held_is_refused_and_the_same_one_is_not() -> None:
    assert accepted(sealed(signed(a_list())), held_version=6) is ListFault.OLDER
    assert isinstance(accepted(sealed(signed(a_list())), held_version=5), Held)


def test_no_changed_byte_of_a_list_goes_unseen() -> None:
    whole = signed(a_list(pass_row()))
    for at in range(0, len(whole), 3):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert isinstance(accepted(sealed(changed)), ListFault), at
    for cut in (1, 26, 64, 90):
        assert isinstance(accepted(sealed(whole[:-cut])), ListFault)
    outside = sealed(whole)
    assert accepted(outside[:-1]) is ListFault.UNREADABLE


def test_residents_are_known_by_card_and_plate_and_strangers_are_not() -> None:
    assert gate().show(BY_CARD, CARD) == Verdict(Outcome.ADMITTED, "resident_card")
    assert gate().show(BY_PLATE, PLATE) == Verdict(Outcome.ADMITTED, "resident_vehicle")
    assert gate().show(BY_CARD, "04A22B1D") == Verdict(Outcome.REFUSED, "card_not_listed")
    assert gate().show(BY_PLATE, "苏A12346") == Verdict(Outcome.REFUSED, "plate_not_listed")


def test_nothing_that_names_anybody_stands_in_a_list() -> None:
    body = rules.body_of(a_list(pass_row()), 1)
    assert CARD.encode() not in body and PLATE.encode() not in body and bytes.fromhex(CARD) not in body


def test_a_pass_opens_within_its_window_at_its_gate_as_often_as_it_may() -> None:
    shown = text(a_pass())
    assert gate().show(PASS, shown) == Verdict(Outcome.ADMITTED, "visitor", OLD_ID)
    once_here = Gate(Held(a_list(pass_row())), used={OLD_ID: 1})
    assert once_here.show(PASS, shown).outcome is Outcome.ADMITTED
    twice_here = Gate(Held(a_list(pass_row())), used={OLD_ID: 2})
    assert twice_here.show(PASS, shown) == Verdict(Outcome.REFUSED, "visit_used_up", OLD_ID)
    used_elsewhere = Gate(Held(a_list(pass_row(uses=1))), used={OLD_ID: 1})
    assert used_elsewhere.show(PASS, shown).reason == "visit_used_up"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gates": 0b011}, "pass_wrong_gate"),
        ({"site_id": SiteId(UUID(int=70))}, "pass_wrong_site"),
        ({"valid_until": NOW + 2 * HOUR}, "pass_over"),
        ({"valid_from": NOW + 2 * HOUR + SECOND}, "pass_not_yet"),
    ],
)
def test_a_pass_of_another_gate_site_or_time_is_refused(changes: dict[str, object], reason: str) -> None:
    assert gate().show(PASS, text(a_pass(**changes))).reason == reason


def test_the_list_narrows_what_a_pass_says_of_itself() -> None:
    shown = text(a_pass())
    assert gate(a_list(pass_row(kind=ListRowKind.REVOKED))).show(PASS, shown).reason == "visit_cancelled"
    over = replace(pass_row(), valid_until=NOW + HOUR)
    assert gate(a_list(over)).show(PASS, shown).reason == "visit_over"
    assert gate(a_list(over, replace(pass_row(), valid_from=NOW + HOUR))).show(PASS, shown).reason == "visitor"
    assert gate(a_list()).show(PASS, shown) == Verdict(Outcome.REFUSED, "pass_not_listed", OLD_ID)


def test_a_pass_that_was_made_after_the_list_is_believed_by_its_signature() -> None:
    shown = text(a_pass(NEW_ID, uses=1))
    assert gate(a_list()).show(PASS, shown) == Verdict(Outcome.ADMITTED, "visitor", NEW_ID)
    assert Gate(Held(a_list()), used={NEW_ID: 1}).show(PASS, shown).reason == "visit_used_up"
    assert gate(a_list()).show(PASS, text(a_pass(NEW_ID), OTHER_SIGNING)).reason == "pass_forged"


def test_without_a_list_after_its_end_or_with_a_doubtful_clock_the_guard_decides() -> None:
    assert Gate(None).show(BY_CARD, CARD) == Verdict(Outcome.GUARD, "offline_no_list")
    late = Gate(Held(a_list()), now=NOW + rules.LIFE)
    assert late.show(BY_CARD, CARD) == Verdict(Outcome.GUARD, "offline_list_expired")
    assert replace(late, now=NOW + rules.LIFE - SECOND).show(BY_CARD, CARD).outcome is Outcome.ADMITTED
    for drift in (timedelta(seconds=61), -timedelta(seconds=61), None):
        unsure = Gate(Held(a_list()), drift=drift)
        assert unsure.show(BY_CARD, CARD) == Verdict(Outcome.GUARD, "offline_clock_unsure")
    assert Gate(Held(a_list()), drift=timedelta(seconds=60)).show(BY_CARD, CARD).outcome is Outcome.ADMITTED
    before_it_was_made = Gate(Held(a_list()), now=NOW - timedelta(seconds=61))
    assert before_it_was_made.show(BY_CARD, CARD).reason == "offline_clock_unsure"


def test_nobody_is_held_inside() -> None:
    leaving = Gate(None, drift=None, place=replace(PLACE, direction=Direction.EXIT))
    assert leaving.show(PASS, "anything") == Verdict(Outcome.ADMITTED, "leaving")


def test_a_clock_is_off_by_what_it_moved_against_the_one_that_nobody_sets() -> None:
    synced = Sync(timedelta(seconds=2), NOW, timedelta(hours=5))
    assert drift_of(synced, NOW + HOUR, timedelta(hours=6), None) == timedelta(seconds=2)
    assert drift_of(synced, NOW + 2 * HOUR, timedelta(hours=6), None) == HOUR + timedelta(seconds=2)
    assert drift_of(None, NOW, timedelta(0), NOW - HOUR) == timedelta(0)
    assert drift_of(None, NOW, timedelta(0), NOW + HOUR) is None
    assert drift_of(None, NOW, timedelta(0), None) is None


def test_the_committed_vectors_are_read_and_made_alike() -> None:
    known = vectors()
    taken = accepted(bytes.fromhex(known["sealed"]))
    assert isinstance(taken, Held)
    assert rules.body_of(taken.value, 1).hex() == known["body"]
    assert signed(taken.value).hex() == known["signed"]
    assert [len(taken.value.rows), taken.value.version] == [known["rows"], known["version"]]
    for case in known["decisions"]:
        used = {OLD_ID: case["uses_before"]}
        asked = Gate(taken, now=NOW + timedelta(seconds=case["seconds_after_issue"]), used=used)
        verdict = asked.show(OfflineCredential(case["credential"]), case["shown"])
        assert [verdict.outcome.value, verdict.reason] == [case["outcome"], case["reason"]], case


def test_a_door_has_a_place_too() -> None:
    door = replace(PLACE, gate_bit=255, device_id=DeviceId(UUID(int=11)))
    taken = accepted(sealed(signed(a_list(place=door)), device=door.device_id), place=door)
    assert isinstance(taken, Held) and taken.value.place == door
