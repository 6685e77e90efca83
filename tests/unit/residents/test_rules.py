from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.features.people.errors import PhoneInvalid
from backend.features.people.model import Membership, Relation
from backend.features.people.rules import normalise_phone
from backend.features.residents import rules
from backend.features.residents.model import Binding, BindingId, BindingState, Resident
from backend.kernel.ids import HouseholdId, PersonId, ResidentId, SiteId, TenantId

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
RESIDENT = Resident(ResidentId(UUID(int=1)), "13800000001")
BINDING = Binding(
    BindingId(UUID(int=2)),
    RESIDENT.id,
    PersonId(UUID(int=3)),
    HouseholdId(UUID(int=4)),
    SiteId(UUID(int=5)),
    TenantId(UUID(int=6)),
    BindingState.APPROVED,
    NOW,
    NOW,
    None,
)
MEMBERSHIP = Membership(BINDING.person_id, BINDING.household_id, BINDING.site_id, BINDING.tenant_id, Relation.OWNER)


def test_an_approved_binding_of_a_current_member_opens_one_household() -> None:
    actor = rules.actor_of(RESIDENT, [BINDING], [MEMBERSHIP])
    assert actor.scope.sites == {BINDING.site_id}
    assert actor.scope.households == {BINDING.household_id}
    assert actor.tenant_id == BINDING.tenant_id


@pytest.mark.parametrize("state", [BindingState.PENDING, BindingState.REFUSED, BindingState.ENDED])
def test_any_other_binding_opens_nothing(state: BindingState) -> None:
    scope = rules.actor_of(RESIDENT, [replace(BINDING, state=state)], [MEMBERSHIP]).scope
    assert not scope.sites
    assert scope.households == frozenset()


def test_an_approved_binding_opens_nothing_once_the_membership_is_over() -> None:
    elsewhere = replace(MEMBERSHIP, household_id=HouseholdId(UUID(int=40)))
    another = replace(MEMBERSHIP, person_id=PersonId(UUID(int=30)))
    assert rules.actor_of(RESIDENT, [BINDING], []).scope.households == frozenset()
    assert rules.actor_of(RESIDENT, [BINDING], [elsewhere, another]).scope.households == frozenset()


def test_homes_of_two_companies_are_recorded_for_neither_alone() -> None:
    second = replace(BINDING, household_id=HouseholdId(UUID(int=41)), tenant_id=TenantId(UUID(int=60)))
    memberships = [MEMBERSHIP, replace(MEMBERSHIP, household_id=second.household_id)]
    assert rules.actor_of(RESIDENT, [BINDING, second], memberships).tenant_id is None


def test_a_token_slides_once_a_day() -> None:
    assert not rules.slides(NOW + rules.TOKEN_LIFE, NOW)
    assert not rules.slides(NOW + rules.TOKEN_LIFE, NOW + timedelta(hours=23))
    assert rules.slides(NOW + rules.TOKEN_LIFE, NOW + timedelta(hours=25))


@pytest.mark.parametrize("text", ["13812345678", "+86 138-1234-5678", "0086 13812345678", "１３８１２３４５６７８"])
def test_a_number_is_the_same_however_it_is_typed(text: str) -> None:
    assert normalise_phone(text) == "13812345678"


def test_a_foreign_number_keeps_its_country_code() -> None:
    assert normalise_phone("+1 415 555 2671") == "+14155552671"


@pytest.mark.parametrize("text", ["", "1381234567", "138123456789", "02512345678", "abc", "١٣٨١٢٣٤٥٦٧٨", "+0123456789"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(PhoneInvalid):
        normalise_phone(text)
