"""The review queue in Chromium: one key, a phone's thumb, two guards, and typing that nothing disturbs."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.infrastructure import feed
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.builders.scenes import gate_scene
from tests.drivers.browser import DESK, PHONE, Screen, screen, serving
from tests.integration.passages.ledger import commands, entries, messages, passage, reviews
from tests.integration.portals.gatehouse import PASSWORD, Gatehouse, StaffMember
from tests.integration.portals.test_review import HOME, doubtful

pytestmark = pytest.mark.slow

SETTLED_MS = 700
"""A key counts once the reading has been looked at."""


class Post:
    """Two guards of one gatehouse, the first at a desk, the second with a phone."""

    def __init__(self, house: Gatehouse, members: list[StaffMember], first: Screen, second: Screen) -> None:
        self.house = house
        self.members = members
        self.desk = first.page
        self.phone = second.page

    def comes(self, text: str, seed: int = 0) -> str:
        arrival = self.house.arrives(gate_scene(HOME, seed=seed))
        self.house.read(arrival.job, doubtful(text))
        self.tell()
        return str(arrival.passage_id)

    def tell(self) -> None:
        """What the sequencer does all the time."""
        with self.house.platform.database.sessions.begin() as session:
            feed.assign_positions(session)


@pytest.fixture
def post(house: Gatehouse, platform: Platform, browser: Browser) -> Iterator[Post]:
    guards = [house.hire("guard-li", Role.GUARD, "李保安"), house.hire("guard-wang", Role.GUARD, "王保安")]
    with ExitStack() as stack:
        served = stack.enter_context(serving(platform))
        screens = [stack.enter_context(screen(browser, size)) for size in (DESK, PHONE)]
        for one, member in zip(screens, guards, strict=True):
            one.enter(served.settings.origin("property"), member.username, PASSWORD, member.totp_secret)
            one.page.goto(f"{served.settings.origin('property')}/review")
            expect(one.page.locator(".live-state")).to_have_text("实时")
        yield Post(house, guards, *screens)
        assert [one.complaints for one in screens] == [[], []]


def shows(page: Page, passage_id: str) -> None:
    expect(page.locator("#item [data-item]")).to_have_attribute("data-item", passage_id)
    page.wait_for_timeout(SETTLED_MS)


def test_a_reading_appears_by_itself_and_one_key_opens(post: Post) -> None:
    expect(post.desk.get_by_text("没有等待核对的车牌，新的会自动出现。")).to_be_visible()
    car = post.comes("苏A12346")
    shows(post.desk, car)
    expect(post.desk.locator("mark")).to_have_text("662%")
    assert post.desk.locator(".review-whole img").evaluate("one => one.decode().then(() => one.naturalWidth)") == 1280
    box = post.desk.locator(".review-crop").bounding_box()
    assert box is not None
    assert box["height"] >= 80
    expect(post.desk.locator('[data-key="2"]')).to_contain_text("住户车辆")
    post.desk.keyboard.press("2")
    expect(post.desk.locator(".toast-good")).to_have_text("已放行：登记车辆。")
    assert commands(post.house) == 1
    assert [(one.read, one.said) for one in reviews(post.house)] == [("苏A12346", HOME)]


def test_enter_confirms_and_a_second_press_does_not_reach_the_next_car(post: Post) -> None:
    first = post.comes(HOME)
    second = post.comes("鲁B77777", seed=1)
    shows(post.desk, first)
    post.desk.keyboard.press("Enter")
    post.desk.keyboard.press("Enter")
    shows(post.desk, second)
    assert [one.said for one in reviews(post.house)] == [HOME]
    assert passage(post.house, reviews(post.house)[0].passage_id).state == "opened"


def test_typing_replaces_the_doubtful_character(post: Post) -> None:
    car = post.comes("苏A12348")
    shows(post.desk, car)
    box = post.desk.get_by_label("更正车牌")
    box.focus()
    post.desk.keyboard.type("5")
    assert box.input_value() == HOME
    post.desk.keyboard.press("Enter")
    expect(post.desk.locator(".toast-good")).to_have_text("已放行：登记车辆。")


def test_escape_leaves_it_for_others(post: Post) -> None:
    first = post.comes("鲁B77777")
    second = post.comes("鲁C88888", seed=1)
    shows(post.desk, first)
    post.desk.keyboard.press("Escape")
    shows(post.desk, second)
    post.desk.keyboard.press("Escape")
    shows(post.desk, first)
    assert reviews(post.house) == []


def test_a_colleague_who_was_faster_is_named_and_nothing_doubles(post: Post) -> None:
    car = post.comes(HOME)
    shows(post.desk, car)
    shows(post.phone, car)
    post.desk.keyboard.press("1")
    expect(post.desk.locator(".toast-good")).to_be_visible()
    post.phone.locator('[data-key="1"]').click()
    expect(post.phone.locator(".toast-warn")).to_have_text("已由李保安处理。")
    assert commands(post.house) == 1


def test_a_page_hears_that_a_colleague_took_it(post: Post) -> None:
    car = post.comes(HOME)
    shows(post.desk, car)
    shows(post.phone, car)
    post.desk.keyboard.press("1")
    expect(post.desk.locator(".toast-good")).to_be_visible()
    post.tell()
    expect(post.phone.locator("#item")).to_contain_text("已由李保安处理。")
    post.phone.get_by_role("button", name="下一个").click()
    expect(post.phone.locator("#item")).to_contain_text("没有等待核对的车牌")


def test_what_is_being_typed_survives_the_next_car(post: Post) -> None:
    car = post.comes("苏A12346")
    shows(post.desk, car)
    box = post.desk.get_by_label("更正车牌")
    box.focus()
    post.desk.keyboard.press("Delete")
    post.comes("鲁B77777", seed=1)
    expect(post.desk.locator("#queue li button")).to_have_count(2)
    assert box.input_value() == "苏A1234"
    shows(post.desk, car)


def test_one_key_for_a_doubtful_letter_lets_the_visitor_in_and_tells_the_host(post: Post) -> None:
    visit = post.house.expect("陈访客", "浙C6T2K8")
    car = post.comes("浙C6T2KB")
    shows(post.desk, car)
    expect(post.desk.locator("mark")).to_have_text("B62%")
    expect(post.desk.locator('[data-key="2"]')).to_contain_text("访客预约")
    post.desk.keyboard.press("2")
    expect(post.desk.locator(".toast-good")).to_have_text("已放行：访客在预约时间内。")
    opened = passage(post.house, UUID(car))
    assert (opened.state, opened.visit_id, commands(post.house), messages(post.house)) == ("opened", visit.id, 1, 1)
    [said] = entries(post.house, "passage.plate_corrected")
    [opening] = entries(post.house, "passage.opened")
    guard = post.members[0].id
    assert (said.actor_id, said.subject_id, opening.actor_id, opened.decided_by) == (guard, UUID(car), guard, guard)
    assert said.facts["decision"] == "visitor"


def test_every_control_is_large_enough_for_a_thumb(post: Post) -> None:
    shows(post.phone, post.comes("苏A12346"))
    controls = post.phone.locator("#content :is(a, button, input:not([type=hidden]))")
    heights = controls.evaluate_all(
        """all => all.filter(one => one.checkVisibility())
            .map(one => [one.getBoundingClientRect().height, one.outerHTML])"""
    )
    assert len(heights) > 5
    assert [html for height, html in heights if height < 44] == []
    assert post.phone.evaluate("document.documentElement.scrollWidth") == 390
