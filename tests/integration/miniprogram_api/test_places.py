from backend.features.sites import service as sites
from backend.features.sites.model import SiteKind
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import system_actor
from tests.builders.community import Community, build_community
from tests.integration.miniprogram_api.phone import Phone, code_of


def names(phone: Phone, path: str, **query: object) -> list[str]:
    return [place["name"] for place in phone.get(path, **query).get_json()["items"]]


def test_a_resident_finds_home_step_by_step(stranger: Phone, community: Community) -> None:
    [site] = stranger.get("/sites", query="安邻").get_json()["items"]
    [building] = stranger.get(f"/sites/{site['id']}/buildings").get_json()["items"]
    [unit] = stranger.get(f"/buildings/{building['id']}/units").get_json()["items"]
    assert (site["name"], building["name"], unit["name"]) == ("安邻花园", "3幢", "2单元")
    assert names(stranger, f"/units/{unit['id']}/rooms") == ["501", "502", "503"]


def test_pages_follow_one_another_to_the_end(stranger: Phone, platform: Platform) -> None:
    expected = [f"{n}号小区" for n in range(5)]
    for number, name in enumerate(expected):
        build_community(platform, name, phone=f"1380000000{number}")
    seen, cursor = [], {}
    while True:
        page = stranger.get("/sites", limit=2, **cursor).get_json()
        seen += [place["name"] for place in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == expected


def test_the_second_building_comes_before_the_tenth_on_whatever_page(
    stranger: Phone, platform: Platform, community: Community
) -> None:
    with unit_of_work(platform.database, system_actor()) as work:
        for number in (10, 2, 1, 11):
            sites.add_building(work, community.site_id, f"{number}幢")
    path = f"/sites/{community.site_id}/buildings"
    first = stranger.get(path, limit=3).get_json()
    assert [place["name"] for place in first["items"]] == ["1幢", "2幢", "3幢"]
    assert names(stranger, path, cursor=first["next"]) == ["10幢", "11幢"]


def test_wildcards_in_a_query_are_letters(stranger: Phone, community: Community) -> None:
    assert names(stranger, "/sites", query="%") == []


def test_a_school_is_nobodys_home(stranger: Phone, platform: Platform, community: Community) -> None:
    with unit_of_work(platform.database, system_actor()) as work:
        sites.add_site(work, community.tenant_id, "安邻幼儿园", SiteKind.CAMPUS)
    assert names(stranger, "/sites") == ["安邻花园"]


def test_a_made_up_cursor_is_refused(stranger: Phone) -> None:
    assert code_of(stranger.get("/sites", cursor="bm90IGEgY3Vyc29y")) == (422, "bad_cursor")
