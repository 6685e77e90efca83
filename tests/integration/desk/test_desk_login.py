"""Card and PIN at the guard's desk: who gets in, as whom, how far, and until when."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from backend.features.accounts import service as accounts
from backend.features.accounts.model import Portal
from backend.features.desk import service as desk
from backend.features.desk.errors import AccessTaken, NoGuard
from backend.features.employees.model import Duty
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Role
from tests.integration.credentials.house import CARD, OTHER_CARD, build_house
from tests.integration.desk.post import COOKIE, OTHER_PIN, PIN, Post, session_of


def kept(post: Post, action: str) -> list[tuple[str, str | None]]:
    with post.house.platform.database.sessions() as session:
        rows = session.execute(
            text("SELECT facts, subject_id FROM audit_entry WHERE action = :action ORDER BY sequence"),
            {"action": action},
        )
        return [(str(facts), str(subject)) for facts, subject in rows]


def test_a_guard_taps_and_types_and_the_log_names_the_person(post: Post, portal: Flask) -> None:
    browser = post.browser(portal)
    answer = post.tap(browser, "04:a2:2b:1c")
    assert (answer.status_code, answer.location) == (302, "/gate")
    assert browser.get("/gate").status_code == 200
    [(facts, subject)] = kept(post, "desk.logged_in")
    assert subject == str(post.zhao.id)
    assert "low" in facts, "a number that can be copied is marked as such"


def test_the_next_tap_ends_the_session_before_it(post: Post, portal: Flask) -> None:
    first = post.browser(portal)
    post.tap(first)
    second = post.browser(portal)
    assert post.tap(second, OTHER_CARD, OTHER_PIN).status_code == 302
    assert second.get("/gate").status_code == 200
    assert first.get("/gate").status_code == 302


@pytest.mark.parametrize(
    ("card", "pin"), [("04FFFFFF", PIN), ("", PIN), ("??", PIN), (CARD, ""), (CARD, OTHER_PIN), (OTHER_CARD, PIN)]
)
def test_a_wrong_card_or_pin_gets_one_calm_answer(post: Post, portal: Flask, card: str, pin: str) -> None:
    answer = post.tap(post.browser(portal), card, pin)
    assert answer.status_code == 401
    assert "请重新刷卡并输入密码" in answer.get_data(as_text=True)
    assert len(kept(post, "desk.login_failed")) == 1


def test_five_wrong_pins_lock_and_the_right_one_waits(post: Post, portal: Flask) -> None:
    browser = post.browser(portal)
    for _ in range(5):
        post.tap(browser, CARD, "999998")
    assert post.tap(browser).status_code == 401
    assert "locked" in kept(post, "desk.login_failed")[-1][0]
    assert post.tap(browser, OTHER_CARD, OTHER_PIN).status_code == 302, "the lock is one person's"


def test_card_and_pin_are_worth_nothing_in_another_browser(post: Post, portal: Flask) -> None:
    for token in ("", "nonsense", str(uuid4())):
        assert post.tap(post.browser(portal, token)).status_code == 401
    assert post.browser(portal, "nonsense").get("/desk").location == "/login?password=1"


def test_a_stolen_session_dies_without_the_desks_own_cookie(post: Post, portal: Flask) -> None:
    browser = post.browser(portal)
    post.tap(browser)
    stolen = session_of(browser.client)
    assert stolen is not None
    thief = portal.test_client()
    thief.set_cookie("anlin_property", stolen)
    assert thief.get("/gate").status_code == 302
    thief.set_cookie(COOKIE, "another")
    assert thief.get("/gate").status_code == 302


def test_at_the_desk_a_manager_is_a_guard(post: Post, portal: Flask) -> None:
    with post.house.work() as work:
        both = frozenset({Role.GUARD, Role.PROPERTY_MANAGER})
        accounts.set_roles(work, post.zhao.id, both, {post.house.community.site_id})
    browser = post.browser(portal)
    post.tap(browser)
    assert browser.get("/gate").status_code == 200
    assert browser.get("/audit").status_code == 403
    assert browser.get("/desks").status_code == 403


def test_a_lost_card_a_left_guard_and_a_disabled_account_get_in_no_more(post: Post, portal: Flask) -> None:
    browser = post.browser(portal)
    with post.house.work() as work:
        accounts.disable_staff(work, post.sun.id)
    assert post.tap(browser, OTHER_CARD, OTHER_PIN).status_code == 401
    with post.house.work() as work:
        work.session.execute(text("UPDATE credential SET state = 'lost' WHERE tail = :tail"), {"tail": CARD[-4:]})
    assert post.tap(browser).status_code == 401


def test_a_revoked_desk_ends_its_session_and_lets_nobody_in(post: Post, portal: Flask) -> None:
    browser = post.browser(portal)
    post.tap(browser)
    with unit_of_work(post.house.platform.database, post.manager()) as work:
        desk.revoke_terminal(work, post.house.within, post.terminal_id())
    assert browser.get("/gate").status_code == 302
    assert post.tap(browser).status_code == 401


def test_the_session_ends_with_the_shift(post: Post, portal: Flask) -> None:
    post.tap(post.browser(portal))
    with post.house.platform.database.sessions() as session:
        lasts = session.execute(
            text("SELECT expires_at - created_at, extract(minute FROM expires_at) FROM staff_session")
        ).one()
    assert lasts[0].total_seconds() <= 12.5 * 3600
    assert lasts[1] == 15


def test_only_guards_get_access_and_one_card_is_one_account(post: Post) -> None:
    crypto, within = post.house.platform.crypto, post.house.within
    cleaner, carer = post.house.hire(Duty.CLEANING), post.house.employ("clerk", Role.PROPERTY_CLERK)
    with unit_of_work(post.house.platform.database, post.manager()) as work:
        with pytest.raises(NoGuard):
            desk.give_access(work, crypto, within, post.sun.id, cleaner.id, PIN)
        with pytest.raises(AccessTaken):
            desk.give_access(work, crypto, within, post.sun.id, post.zhao_card.id, PIN)
        with pytest.raises(NotFound):
            desk.give_access(work, crypto, within, uuid4(), post.zhao_card.id, PIN)
    assert carer


def test_another_tenants_desk_and_people_do_not_exist(post: Post, portal: Flask) -> None:
    elsewhere = build_house(post.house.platform, portal, "远方花园", "苏B54321")
    crypto, theirs = post.house.platform.crypto, elsewhere.hire(Duty.GUARD)
    with unit_of_work(post.house.platform.database, post.manager()) as work:
        with pytest.raises(NotFound):
            desk.give_access(work, crypto, post.house.within, post.sun.id, theirs.id, PIN)
        with pytest.raises(NotFound):
            desk.register_terminal(
                work, crypto, post.house.within, elsewhere.community.site_id, Portal.PROPERTY, "岗亭", "8"
            )
        with pytest.raises(NotFound):
            desk.revoke_terminal(work, elsewhere.within, post.terminal_id())
