"""Sealed columns: plain in Python, unreadable in the database, and bound to their column."""

import pytest
from sqlalchemy import text

from backend.features.people import service as people
from backend.infrastructure.crypto import Unreadable
from backend.infrastructure.http.platform import Platform
from tests.builders.community import Community, build_community

PHONE = "13800009876"


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform, phone=PHONE)


def test_a_name_and_a_number_are_read_back_by_the_application(platform: Platform, community: Community) -> None:
    with platform.database.sessions() as session:
        person = people.persons_by_id(session, community.scope, [community.person_id])[community.person_id]
    assert (person.name, person.phone) == ("王小明", PHONE)


def test_the_database_holds_neither_in_clear(platform: Platform, community: Community) -> None:
    with platform.database.sessions() as session:
        for column in ("name", "phone", "phone_hash"):
            stored = bytes(session.execute(text(f"SELECT {column} FROM person")).scalar_one())
            assert PHONE.encode() not in stored
            assert "王小明".encode() not in stored


def test_the_same_value_is_sealed_differently_each_time(platform: Platform) -> None:
    assert platform.crypto.seal(b"x", b"person.name") != platform.crypto.seal(b"x", b"person.name")


def test_a_value_copied_to_another_column_does_not_open(platform: Platform, community: Community) -> None:
    with platform.database.sessions.begin() as session:
        session.execute(text("UPDATE person SET phone = name"))
    with pytest.raises(Unreadable), platform.database.sessions() as session:
        people.persons_by_id(session, community.scope, [community.person_id])


def test_a_changed_byte_does_not_open(platform: Platform) -> None:
    sealed = bytearray(platform.crypto.seal(b"secret", b"person.name"))
    sealed[-1] ^= 1
    with pytest.raises(Unreadable):
        platform.crypto.open(bytes(sealed), b"person.name")
