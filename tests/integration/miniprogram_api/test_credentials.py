"""What a resident sees of their cards, and the word that one is lost."""

from backend.features.credentials import service as credentials
from backend.features.credentials.model import Assurance, Credential, Holder
from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import system_actor
from backend.kernel.ids import PersonId
from tests.builders.community import MOVED_IN, Community
from tests.integration.miniprogram_api.phone import Phone, code_of


def issue(platform: Platform, community: Community, person_id: PersonId, number: str) -> Credential:
    with unit_of_work(platform.database, system_actor(community.tenant_id, {community.site_id})) as work:
        holder = Holder(person_id=person_id)
        return credentials.issue_card(work, platform.crypto, community.scope, holder, number, Assurance.LOW)


def spouse_of(platform: Platform, community: Community) -> PersonId:
    with unit_of_work(platform.database, system_actor(community.tenant_id, {community.site_id})) as work:
        site = sites.get_site(work.session, community.scope, community.site_id)
        person_id = people.add_person(work, platform.crypto, site, "李小红")
        people.add_member(work, community.scope, community.household_id, person_id, Relation.FAMILY, MOVED_IN)
    return person_id


def test_a_resident_sees_their_own_cards_by_their_tail(
    platform: Platform, community: Community, resident: Phone
) -> None:
    issue(platform, community, community.person_id, "04A22B1C")
    [card] = resident.get("/credentials").get_json()["items"]
    assert (card["kind"], card["tail"], card["state"], card["reason"]) == ("card", "2B1C", "issued", None)


def test_a_card_reported_lost_stops_at_once_and_saying_it_again_changes_nothing(
    platform: Platform, community: Community, resident: Phone
) -> None:
    card = issue(platform, community, community.person_id, "04A22B1C")
    first = resident.post(f"/credentials/{card.id}/lost", key="lost-card-1").get_json()
    assert (first["state"], first["reason"]) == ("lost", "lost")
    assert resident.post(f"/credentials/{card.id}/lost", key="lost-card-1").get_json() == first
    assert resident.post(f"/credentials/{card.id}/lost").get_json() == first


def test_nobody_reports_a_spouses_card_lost_or_even_sees_it(
    platform: Platform, community: Community, resident: Phone
) -> None:
    card = issue(platform, community, spouse_of(platform, community), "04A22B1C")
    assert resident.get("/credentials").get_json()["items"] == []
    assert code_of(resident.post(f"/credentials/{card.id}/lost")) == (404, "not_found")


def test_without_an_approved_home_there_is_nothing_to_see(
    platform: Platform, community: Community, candidate: Phone, stranger: Phone
) -> None:
    card = issue(platform, community, community.person_id, "04A22B1C")
    for phone in (candidate, stranger):
        assert phone.get("/credentials").get_json()["items"] == []
        assert phone.post(f"/credentials/{card.id}/lost").status_code == 404
