from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from backend.features.credentials import service as credentials
from backend.features.credentials.errors import (
    ActiveCardExists,
    CardTaken,
    CredentialOver,
    HolderGone,
    ManagementMustDecide,
    NotInForce,
    StillAtHome,
)
from backend.features.credentials.model import (
    Asker,
    Assurance,
    CredentialState,
    Holder,
    Reason,
    Withdrawal,
)
from backend.features.employees.model import Duty
from backend.infrastructure import changes
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Scope
from tests.builders.community import build_community
from tests.integration.credentials.house import CARD, OTHER_CARD, THIRD_CARD, House

LOST = Withdrawal(Reason.LOST, Asker.HOLDER)


def states(house: House, holder: Holder | None = None) -> list[CredentialState]:
    """Oldest first."""
    with house.work() as work:
        held = credentials.list_held(work.session, house.within, [holder or house.resident])
    return [card.state for card in reversed(held)]


def test_a_card_is_kept_as_a_tail_a_hash_and_sealed_bytes(house: House) -> None:
    card = house.issue("04:A2:2B:1C")
    assert card.tail == "2B1C"
    with house.platform.database.sessions() as session:
        [row] = session.execute(text("SELECT * FROM credential")).mappings().all()
    assert CARD.encode() not in b"".join(bytes(v) for v in row.values() if isinstance(v, bytes | memoryview))
    assert CARD not in str(dict(row))


def test_a_second_active_card_is_refused(house: House) -> None:
    house.issue(CARD)
    with pytest.raises(ActiveCardExists):
        house.issue(OTHER_CARD)


def test_two_counters_at_once_give_one_person_one_card(house: House) -> None:
    def give(number: str) -> str:
        try:
            house.issue(number)
        except Refusal as refusal:
            return refusal.code
        return "issued"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(give, [CARD, OTHER_CARD, THIRD_CARD, "04A22B4F"]))
    assert said == ["active_card_exists"] * 3 + ["issued"]
    assert states(house) == [CredentialState.ISSUED]


def test_a_number_has_one_holder_at_a_time_and_may_be_given_on_after_its_return(house: House) -> None:
    neighbour = Holder(person_id=house.settle())
    card = house.issue(CARD)
    with pytest.raises(CardTaken):
        house.issue(CARD, neighbour)
    with house.work() as work:
        credentials.end(work, house.within, card.id, Withdrawal(Reason.RETURNED, Asker.HOLDER))
    assert house.issue(CARD, neighbour).state is CredentialState.ISSUED


def test_a_replacement_ends_the_old_card_or_changes_nothing(house: House) -> None:
    neighbour = Holder(person_id=house.settle())
    house.issue(OTHER_CARD, neighbour)
    card = house.issue(CARD)
    crypto = house.platform.crypto
    with pytest.raises(CardTaken), house.work() as work:
        credentials.replace_card(work, crypto, house.within, card.id, OTHER_CARD, Assurance.LOW)
    assert states(house) == [CredentialState.ISSUED]
    with house.work() as work:
        credentials.replace_card(work, crypto, house.within, card.id, THIRD_CARD, Assurance.STANDARD)
    assert states(house) == [CredentialState.REVOKED, CredentialState.ISSUED]


def test_a_suspended_card_is_no_way_to_a_new_one(house: House) -> None:
    card = house.issue()
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, Withdrawal(Reason.OWN_WISH, Asker.HOLDER))
    with pytest.raises(NotInForce), house.work() as work:
        credentials.replace_card(work, house.platform.crypto, house.within, card.id, OTHER_CARD, Assurance.LOW)


def test_a_card_found_again_opens_again_unless_there_is_a_new_one(house: House) -> None:
    card = house.issue(CARD)
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, LOST)
    with house.work() as work:
        assert credentials.resume(work, house.within, card.id).state is CredentialState.ISSUED
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, LOST)
    house.issue(OTHER_CARD)
    with pytest.raises(ActiveCardExists), house.work() as work:
        credentials.resume(work, house.within, card.id)
    assert states(house) == [CredentialState.LOST, CredentialState.ISSUED]


def test_misuse_is_not_for_the_counter_to_judge(house: House) -> None:
    card = house.issue()
    misuse = Withdrawal(Reason.MISUSE, Asker.PROPERTY, "把卡借给外人，已当面告知并留有记录。")
    with pytest.raises(ManagementMustDecide), house.work() as work:
        credentials.suspend(work, house.within, card.id, misuse)
    assert states(house) == [CredentialState.ISSUED]


def test_everything_of_who_has_moved_out_ends_together_and_not_before(house: House) -> None:
    house.issue()
    house.set_pin("290417")
    with pytest.raises(StillAtHome), house.work() as work:
        credentials.end_all(work, house.within, house.resident)
    house.move_out()
    with house.work() as work:
        assert credentials.end_all(work, house.within, house.resident) == 2
    assert states(house) == [CredentialState.REVOKED, CredentialState.REVOKED]
    with pytest.raises(HolderGone):
        house.issue(OTHER_CARD)


def test_what_is_over_stays_over(house: House) -> None:
    card = house.issue()
    with house.work() as work:
        credentials.end(work, house.within, card.id, Withdrawal(Reason.RETURNED, Asker.HOLDER))
    for change in (credentials.resume, credentials.get):
        with house.work() as work:
            if change is credentials.get:
                assert change(work.session, house.within, card.id).state is CredentialState.RETURNED
            else:
                with pytest.raises(CredentialOver):
                    change(work, house.within, card.id)


def test_another_site_finds_neither_holder_nor_card(house: House) -> None:
    card = house.issue()
    elsewhere = build_community(house.platform, "别处小区", phone="13800000002", plate="沪A00001").scope
    for verb in (credentials.resume, credentials.suspend, credentials.end):
        arguments = () if verb is credentials.resume else (LOST,)
        with pytest.raises(NotFound), house.work() as work:
            verb(work, elsewhere, card.id, *arguments)
    with pytest.raises(NotFound), house.work() as work:
        credentials.issue_card(work, house.platform.crypto, elsewhere, house.resident, OTHER_CARD, Assurance.LOW)
    with house.work() as work:
        assert credentials.list_held(work.session, Scope(), [house.resident]) == []


def test_a_new_pin_takes_the_place_of_the_old_one(house: House) -> None:
    house.set_pin("290417")
    house.set_pin("718204")
    assert states(house) == [CredentialState.REVOKED, CredentialState.ISSUED]
    with house.work() as work:
        session, crypto = work.session, house.platform.crypto
        assert credentials.is_pin(session, crypto, house.within, house.resident, "718204")
        assert not credentials.is_pin(session, crypto, house.within, house.resident, "290417")


def test_staff_hold_cards_as_residents_do(house: House) -> None:
    guard = house.hire(Duty.GUARD)
    house.issue(CARD, guard)
    with pytest.raises(ActiveCardExists):
        house.issue(OTHER_CARD, guard)


def test_each_change_is_kept_with_what_was_before_and_who_did_it(house: House) -> None:
    card = house.issue()
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, LOST)
    with house.platform.database.sessions() as session:
        newest, first = changes.history_of(session, house.within, [card.id])
        actions = session.execute(text("SELECT action FROM audit_entry ORDER BY sequence")).scalars().all()
    assert (newest.fields["state"].before, newest.fields["state"].after) == ("issued", "lost")
    assert first.action is changes.ChangeAction.ADDED
    assert "pin_hash" not in first.fields
    assert {"credential.issued", "credential.suspended"} <= set(actions)
