from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.features.people import service as people
from backend.features.people.errors import AlreadyMember, PlateTaken
from backend.features.people.model import Relation
from backend.features.people.tables import PersonRow
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope, system_actor
from backend.kernel.plates import ImplausiblePlate
from tests.builders.community import Community, build_community


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform)


@pytest.fixture
def elsewhere(platform: Platform) -> Community:
    return build_community(platform, "别处小区", phone="13800000002", plate="沪A00001")


def working(platform: Platform) -> Any:
    return unit_of_work(platform.database, system_actor())


def add_second_person(work: Work, platform: Platform, community: Community) -> Any:
    site = sites.get_site(work.session, community.scope, community.site_id)
    return people.add_person(work, platform.crypto, site, "李小红", "13800000007")


def test_a_plate_is_found_however_it_is_written(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        for plate in ("苏A12345", "苏a·12345", " 苏Ａ 12345"):
            found = people.find_vehicle_by_plate(work.session, community.scope, plate)
            assert found is not None
            assert found.household_id == community.household_id
        assert people.find_vehicle_by_plate(work.session, community.scope, "no plate at all") is None


def test_a_plate_is_known_at_its_own_site_only(platform: Platform, community: Community, elsewhere: Community) -> None:
    with working(platform) as work:
        assert people.known_plates(work.session, community.scope) == ["苏A12345"]
        assert people.known_plates(work.session, elsewhere.scope) == ["沪A00001"]
        assert people.find_vehicle_by_plate(work.session, elsewhere.scope, "苏A12345") is None
        assert people.known_plates(work.session, Scope()) == []


def test_a_plate_is_given_once_at_a_site_until_its_vehicle_is_retired(
    platform: Platform, community: Community, elsewhere: Community
) -> None:
    with working(platform) as work:
        with pytest.raises(PlateTaken):
            people.add_vehicle(work, community.scope, community.household_id, "苏a 12345")
        people.add_vehicle(work, elsewhere.scope, elsewhere.household_id, "苏A12345")
        [vehicle] = people.list_vehicles(work.session, community.scope)
        people.retire_vehicle(work, community.scope, vehicle.id)
        assert people.find_vehicle_by_plate(work.session, community.scope, "苏A12345") is None
        assert people.add_vehicle(work, community.scope, community.household_id, "苏A12345")


def test_what_is_no_plate_is_not_registered(platform: Platform, community: Community) -> None:
    with working(platform) as work, pytest.raises(ImplausiblePlate):
        people.add_vehicle(work, community.scope, community.household_id, "HELLO")


def test_nothing_of_another_site_can_be_touched(platform: Platform, community: Community, elsewhere: Community) -> None:
    with working(platform) as work:
        [vehicle] = people.list_vehicles(work.session, elsewhere.scope)
        home, person = elsewhere.household_id, elsewhere.person_id
        for attempt in (
            lambda: people.add_household(work, community.scope, elsewhere.rooms[0]),
            lambda: people.add_member(work, community.scope, home, community.person_id, Relation.FAMILY),
            lambda: people.add_member(work, community.scope, community.household_id, person, Relation.FAMILY),
            lambda: people.end_membership(work, community.scope, home, person, date(2026, 1, 1)),
            lambda: people.add_vehicle(work, community.scope, home, "苏B00001"),
            lambda: people.retire_vehicle(work, community.scope, vehicle.id),
            lambda: people.get_household(work.session, community.scope, uuid4()),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_a_person_is_a_member_of_a_household_once_at_a_time(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        home, scope = community.household_id, community.scope
        person = add_second_person(work, platform, community)
        people.add_member(work, scope, home, person, Relation.FAMILY)
        with pytest.raises(AlreadyMember):
            people.add_member(work, scope, home, person, Relation.TENANT)
        people.end_membership(work, scope, home, person, local_day(work.now))
        people.add_member(work, scope, home, person, Relation.TENANT)


def test_a_membership_holds_from_its_first_day_until_the_day_it_ends(platform: Platform, community: Community) -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    with working(platform) as work:
        person = add_second_person(work, platform, community)
        people.add_member(work, community.scope, community.household_id, person, Relation.TENANT, first)
        people.end_membership(work, community.scope, community.household_id, person, last + timedelta(days=1))

        def lives_there(day: date) -> bool:
            return bool(people.current_memberships(work.session, [person], day))

        assert [lives_there(first - timedelta(days=1)), lives_there(first)] == [False, True]
        assert [lives_there(last), lives_there(last + timedelta(days=1))] == [True, False]


def test_a_room_is_searched_by_number_without_storing_the_number_in_clear(
    platform: Platform, community: Community
) -> None:
    with working(platform) as work:
        day = local_day(work.now)
        wanted = people.phone_hash(platform.crypto, "+86 138-0000-0001")
        [found] = people.memberships_by_phone(work.session, community.rooms[0], wanted, day)
        assert found.person_id == community.person_id
        assert people.memberships_by_phone(work.session, community.rooms[1], wanted, day) == []
        assert work.session.scalars(select(PersonRow.phone)).one() == community.phone
        stored = work.session.connection().exec_driver_sql("SELECT json_agg(person)::text FROM person").scalar_one()
    assert community.phone not in stored
    assert "王小明" not in stored
