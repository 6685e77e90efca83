"""Every change of a register is kept: who, when, before, after; in the same transaction, sealed, within the scope."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from backend.features.people import service as people
from backend.features.people.errors import DocumentTaken, PlateTaken
from backend.features.people.model import Document, PersonFields, Relation, Residency
from backend.features.sites import service as sites
from backend.infrastructure.changes import Change, ChangeAction, Difference, history_of
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Scope
from backend.kernel.identity_numbers import DocumentKind
from tests.builders.community import Community

CARD = Document(DocumentKind.RESIDENT_CARD, "11010519491231002X")


def clerk(community: Community) -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), community.tenant_id, scope=community.scope)


def told(platform: Platform, within: Scope, *subjects: Any) -> list[Change]:
    with platform.database.sessions() as session:
        return list(history_of(session, within, subjects))


def test_a_change_says_who_when_what_it_was_and_what_it_is(platform: Platform, community: Community) -> None:
    who = clerk(community)
    with unit_of_work(platform.database, who) as work:
        fields = PersonFields("王晓明", "13900001111")
        people.edit_person(work, platform.crypto, community.scope, community.person_id, fields)
    newest = told(platform, community.scope, community.person_id)[0]
    assert (newest.kind, newest.action, newest.actor_id) == ("person", ChangeAction.CHANGED, who.id)
    assert newest.fields == {
        "name": Difference("王小明", "王晓明"),
        "phone": Difference("13800000001", "13900001111"),
    }


def test_a_persons_history_has_the_residencies_too(platform: Platform, community: Community) -> None:
    with unit_of_work(platform.database, clerk(community)) as work:
        stay = Residency(Relation.TENANT, date(2026, 3, 1), is_floating=True, stay_until_on=date(2027, 3, 1))
        people.edit_residency(work, community.scope, community.household_id, community.person_id, stay)
        people.end_membership(work, community.scope, community.household_id, community.person_id, date(2026, 9, 1))
    ended, changed, moved_in, added = told(platform, community.scope, community.person_id)
    assert [one.kind for one in (ended, changed, moved_in, added)] == ["residency"] * 3 + ["person"]
    assert ended.fields == {"until_on": Difference(None, "2026-09-01")}
    assert changed.fields["is_floating"] == Difference(False, True)
    assert changed.fields["relation"] == Difference("owner", "tenant")


def test_what_stays_as_it_was_is_no_change(platform: Platform, community: Community) -> None:
    before = told(platform, community.scope, community.person_id)
    with unit_of_work(platform.database, clerk(community)) as work:
        same = people.get_person_fields(work.session, community.scope, community.person_id)
        people.edit_person(work, platform.crypto, community.scope, community.person_id, same)
    assert told(platform, community.scope, community.person_id) == before


def test_a_refused_change_leaves_no_trace_of_itself(platform: Platform, community: Community) -> None:
    with unit_of_work(platform.database, clerk(community)) as work:
        site = sites.get_site(work.session, community.scope, community.site_id)
        first = people.register_person(work, platform.crypto, site, PersonFields("李芳", None, CARD))
    with pytest.raises(DocumentTaken), unit_of_work(platform.database, clerk(community)) as work:
        fields = PersonFields("王小明", None, CARD)
        people.edit_person(work, platform.crypto, community.scope, community.person_id, fields)
    with unit_of_work(platform.database, clerk(community)) as work, pytest.raises(PlateTaken):
        people.add_vehicle(work, community.scope, community.household_id, "苏A12345")
    with platform.database.sessions() as session:
        kinds = session.execute(text("SELECT kind FROM register_change")).scalars().all()
    assert (kinds.count("person"), kinds.count("vehicle")) == (2, 1)
    assert len(told(platform, community.scope, first)) == 1


def test_a_history_is_read_within_its_site_only(platform: Platform, community: Community, elsewhere: Community) -> None:
    assert told(platform, community.scope, community.person_id)
    assert told(platform, elsewhere.scope, community.person_id) == []
    assert told(platform, Scope(), community.person_id) == []


def test_no_value_of_a_change_is_stored_in_clear(platform: Platform, community: Community) -> None:
    with platform.database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT json_agg(register_change)::text FROM register_change").scalar_one()
    assert community.phone not in stored
    assert "王小明" not in stored
    assert "苏A12345" not in stored
