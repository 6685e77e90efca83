import pytest
from flask import Flask

from tests.integration.miniprogram_api.phone import Phone, code_of

CHINESE = ("请先登录", "登录已失效或尚未登录，请重新登录。")
ENGLISH = ("Please log in first", "You are not logged in, or your login is no longer valid. Please log in again.")


def said_to(app: Flask, languages: str | None) -> tuple[str, str]:
    headers = {} if languages is None else {"Accept-Language": languages}
    answer = app.test_client().get("/api/v1/visits", headers=headers)
    assert code_of(answer) == (401, "unauthenticated")
    return answer.get_json()["title"], answer.get_json()["detail"]


@pytest.mark.parametrize("languages", ["en", "en-GB", "EN-us,en;q=0.9,zh;q=0.5", "fr,en;q=0.8", "zh;q=0,en"])
def test_who_asks_for_english_reads_a_problem_in_english(app: Flask, languages: str) -> None:
    assert said_to(app, languages) == ENGLISH


@pytest.mark.parametrize(
    "languages",
    [None, "", "*", "zh", "zh-CN", "zh-CN,zh-Hans;q=0.9,en;q=0.8", "zh-Hant-TW,en;q=0.9", "fr", "en;q=0", "=;,q"],
)
def test_who_asks_for_chinese_or_for_nothing_we_speak_reads_it_in_chinese(app: Flask, languages: str | None) -> None:
    assert said_to(app, languages) == CHINESE


def test_what_is_wrong_is_said_in_english_at_its_field(stranger: Phone) -> None:
    answer = stranger.post("/sessions", {"code": "x" * 129, "openid": "another"}, **{"Accept-Language": "en"})
    assert answer.get_json()["errors"]["json"] == {
        "code": ["The length should be 1 to 128 characters"],
        "openid": ["This field is not known"],
    }
