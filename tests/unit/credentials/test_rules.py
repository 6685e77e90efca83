from uuid import uuid4

import pytest

from backend.features.credentials import rules
from backend.features.credentials.errors import (
    AccountNeeded,
    CardNumberInvalid,
    HolderMustAsk,
    PinTooSimple,
    ReasonNotAllowed,
    StillAtHome,
)
from backend.features.credentials.model import (
    Asker,
    Assurance,
    CredentialState,
    Denial,
    Place,
    Reason,
    Right,
    Withdrawal,
)
from backend.features.employees.model import Duty
from backend.features.sites.model import ZoneKind
from backend.kernel.ids import BuildingId, UnitId

BUILDING, UNIT = BuildingId(uuid4()), UnitId(uuid4())
RESIDENT = Right(homes=frozenset({(BUILDING, UNIT)}))
CLEANER = Right(duty=Duty.CLEANING)
NOBODY = Right()
ACCOUNT = "多次把卡借给他人撬门，已当面告知。"


def test_no_reason_has_anything_to_do_with_money() -> None:
    assert {reason.value for reason in Reason} == {
        "lost",
        "stolen",
        "own_wish",
        "moved_out",
        "misuse",
        "replaced",
        "returned",
    }


@pytest.mark.parametrize("asker", [Asker.LANDLORD, Asker.SPOUSE, Asker.OTHER, Asker.PROPERTY])
@pytest.mark.parametrize("reason", [Reason.LOST, Reason.STOLEN, Reason.OWN_WISH])
def test_nobody_but_the_holder_stops_the_holders_way_home(reason: Reason, asker: Asker) -> None:
    with pytest.raises(HolderMustAsk):
        rules.check_suspension(Withdrawal(reason, asker), gone=False)


@pytest.mark.parametrize("asker", Asker)
def test_nobody_can_say_that_somebody_has_moved_out_whom_the_register_has_at_home(asker: Asker) -> None:
    with pytest.raises(StillAtHome):
        rules.check_suspension(Withdrawal(Reason.MOVED_OUT, asker), gone=False)
    with pytest.raises(StillAtHome):
        rules.check_ending(Withdrawal(Reason.MOVED_OUT, asker), gone=False)


def test_misuse_suspends_on_the_propertys_written_word_and_never_ends_a_card() -> None:
    written = Withdrawal(Reason.MISUSE, Asker.PROPERTY, ACCOUNT)
    assert rules.check_suspension(written, gone=False) is CredentialState.SUSPENDED
    with pytest.raises(AccountNeeded):
        rules.check_suspension(Withdrawal(Reason.MISUSE, Asker.PROPERTY, "  太吵  "), gone=False)
    with pytest.raises(HolderMustAsk):
        rules.check_suspension(Withdrawal(Reason.MISUSE, Asker.LANDLORD, ACCOUNT), gone=False)
    with pytest.raises(ReasonNotAllowed):
        rules.check_ending(written, gone=False)


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.LOST, CredentialState.LOST),
        (Reason.STOLEN, CredentialState.LOST),
        (Reason.OWN_WISH, CredentialState.SUSPENDED),
    ],
)
def test_the_holders_word_suffices(reason: Reason, state: CredentialState) -> None:
    assert rules.check_suspension(Withdrawal(reason, Asker.HOLDER), gone=False) is state


@pytest.mark.parametrize("reason", [Reason.REPLACED, Reason.RETURNED])
def test_what_ends_a_card_does_not_suspend_it(reason: Reason) -> None:
    with pytest.raises(ReasonNotAllowed):
        rules.check_suspension(Withdrawal(reason, Asker.HOLDER), gone=False)


@pytest.mark.parametrize(
    ("place", "right", "denial"),
    [
        (Place(), RESIDENT, None),
        (Place(), NOBODY, Denial.NO_HOME),
        (Place(unit_id=UNIT), RESIDENT, None),
        (Place(unit_id=UnitId(uuid4())), RESIDENT, Denial.NOT_HERE),
        (Place(building_id=BUILDING), RESIDENT, None),
        (Place(building_id=BuildingId(uuid4())), RESIDENT, Denial.NOT_HERE),
        (Place(unit_id=UNIT), CLEANER, None),
        (Place(zone=ZoneKind.BICYCLES), RESIDENT, None),
        (Place(zone=ZoneKind.BICYCLES, building_id=BuildingId(uuid4())), RESIDENT, Denial.NOT_HERE),
        (Place(zone=ZoneKind.CONTROL_CENTRE), RESIDENT, Denial.NOT_HERE),
        (Place(zone=ZoneKind.CONTROL_CENTRE), CLEANER, Denial.NOT_HERE),
        (Place(zone=ZoneKind.CONTROL_CENTRE), Right(duty=Duty.CONTROL_ROOM), None),
        (Place(zone=ZoneKind.WATER_SUPPLY), CLEANER, None),
        (Place(zone=ZoneKind.WATER_SUPPLY), RESIDENT, Denial.NOT_HERE),
    ],
)
def test_a_door_opens_for_who_lives_or_works_behind_it(place: Place, right: Right, denial: Denial | None) -> None:
    assert rules.denial_at(place, right) is denial


def test_a_number_that_can_be_copied_needs_the_pin_where_it_matters() -> None:
    assert rules.needs_pin(Place(zone=ZoneKind.CONTROL_CENTRE), Assurance.LOW)
    assert not rules.needs_pin(Place(zone=ZoneKind.CONTROL_CENTRE), Assurance.STANDARD)
    assert not rules.needs_pin(Place(unit_id=UNIT), Assurance.LOW)


def test_a_card_is_the_same_however_its_number_is_typed() -> None:
    assert {rules.normalise_card(text) for text in ("04:a2:2b-1c", " 04A22B1C ", "０４ａ２２ｂ１ｃ")} == {"04A22B1C"}
    for wrong in ("", "04", "卡号1234", "XYZ12345", "0" * 33):
        with pytest.raises(CardNumberInvalid):
            rules.normalise_card(wrong)


def test_a_pin_that_anybody_would_try_first_is_refused() -> None:
    for simple in ("000000", "123456", "987654", "12345", "12345x", "1234567"):
        with pytest.raises(PinTooSimple):
            rules.check_pin(simple)
    rules.check_pin("290417")
