from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from backend.features.residents.rules import TOKEN_LIFE
from backend.features.residents.tables import ResidentRow, ResidentTokenRow
from backend.infrastructure.http.platform import Platform
from tests.drivers.sandbox import Sandbox
from tests.integration.miniprogram_api.phone import Phone, code_of

LOG_IN = "/sns/jscode2session"


def test_wechat_vouches_for_who_logs_in(stranger: Phone) -> None:
    me = stranger.get("/me")
    assert me.status_code == 200
    assert me.get_json()["phone"] is None


def test_the_same_wechat_user_is_the_same_resident_on_a_second_phone(app: Flask, wechat: Sandbox) -> None:
    first, second = (Phone(app, wechat, "openid-li").log_in() for _ in range(2))
    assert first.token != second.token
    assert first.get("/me").get_json()["id"] == second.get("/me").get_json()["id"]


def test_a_log_in_code_works_once(app: Flask, wechat: Sandbox) -> None:
    phone, code = Phone(app, wechat, "openid-li"), wechat.login_code("openid-li")
    assert phone.post("/sessions", {"code": code}).status_code == 201
    assert code_of(phone.post("/sessions", {"code": code})) == (422, "wechat_code_invalid")


def test_a_made_up_log_in_code_is_refused_in_chinese(app: Flask, wechat: Sandbox) -> None:
    answer = Phone(app, wechat, "openid-li").post("/sessions", {"code": "made-up"})
    assert code_of(answer) == (422, "wechat_code_invalid")
    assert answer.get_json()["title"] == "微信凭证已失效"


def test_too_many_questions_to_wechat_are_answered_with_a_wait(app: Flask, wechat: Sandbox) -> None:
    code = wechat.login_code("openid-li")
    wechat.inject(LOG_IN, "throttle")
    answer = Phone(app, wechat, "openid-li").post("/sessions", {"code": code})
    assert code_of(answer) == (429, "wechat_rate_limited")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_unavailable_wechat_is_said_to_be_so(app: Flask, wechat: Sandbox) -> None:
    code = wechat.login_code("openid-li")
    wechat.inject(LOG_IN, "unavailable")
    answer = Phone(app, wechat, "openid-li").post("/sessions", {"code": code})
    assert code_of(answer) == (503, "provider_unavailable")


def test_a_logged_out_token_is_refused_at_the_next_request(stranger: Phone) -> None:
    assert stranger.delete("/sessions/current").status_code == 204
    assert code_of(stranger.get("/me")) == (401, "unauthenticated")


def test_without_a_token_nothing_is_shown(app: Flask, wechat: Sandbox) -> None:
    answer = Phone(app, wechat, "openid-li").get("/me")
    assert code_of(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_is_used_lives_on_and_one_left_alone_ends(platform: Platform, stranger: Phone) -> None:
    def age(by: timedelta) -> None:
        with platform.database.sessions.begin() as session:
            session.scalars(select(ResidentTokenRow)).one().expires_at -= by

    age(TOKEN_LIFE - timedelta(hours=1))
    assert stranger.get("/me").status_code == 200
    age(TOKEN_LIFE - timedelta(hours=1))
    assert stranger.get("/me").status_code == 200
    age(TOKEN_LIFE)
    assert stranger.get("/me").status_code == 401


def test_the_number_that_wechat_vouches_for_is_kept_sealed_and_shown_masked(
    platform: Platform, app: Flask, wechat: Sandbox
) -> None:
    phone = Phone(app, wechat, "openid-li", "13812345678").log_in().share_number()
    assert phone.get("/me").get_json()["phone"] == "138****5678"
    with platform.database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT row_to_json(resident)::text FROM resident").scalar_one()
    assert "13812345678" not in stored
    assert "openid-li" not in stored
    assert b"13812345678".hex() not in stored


def test_a_token_is_stored_as_its_keyed_hash_only(platform: Platform, stranger: Phone) -> None:
    with platform.database.sessions() as session:
        stored = session.scalars(select(ResidentTokenRow.token_hash)).one()
        assert session.scalars(select(ResidentRow)).one().openid == "openid-stranger"
    assert str(stranger.token).encode() not in stored
    assert len(stored) == 32
