from datetime import timedelta

from werkzeug.test import TestResponse

from backend.kernel.clock import utc_now
from tests.integration.device_api.terminal import Terminal


def in_english(gate: Terminal, path: str, **event: object) -> TestResponse:
    return gate.send("POST", path, json=gate.envelope(**event), headers={"Accept-Language": "en"})


def test_a_problem_in_english_holds_its_facts(gate: Terminal) -> None:
    long_ago = (utc_now() - timedelta(days=400)).isoformat()
    found = in_english(gate, "/v1/captures", media_ids=[gate.uploaded()], occurred_at=long_ago).get_json()
    assert found["code"] == "event_too_old"
    assert found["detail"] == f"Only events of the last {found['facts']['remembered_days']} days are accepted."


def test_a_display_that_asks_for_english_tells_the_visitor_in_english_what_to_do(gate: Terminal) -> None:
    found = in_english(gate, "/v1/pass-checks", qr="A" * 168).get_json()
    assert found["reason"] == "pass_malformed"
    assert found["text"] == "The QR code could not be read. Please show your pass or give your visitor code."


def test_what_is_wrong_with_a_code_is_said_in_english(gate: Terminal) -> None:
    errors = in_english(gate, "/v1/pass-checks", code="12345x").get_json()["errors"]["json"]
    assert errors == {"code": ["This should be six digits"]}
    both = in_english(gate, "/v1/pass-checks", code="123456", qr="A" * 168).get_json()["errors"]["json"]
    assert both == {"code": ["Send either qr or code, and only one of them"]}


def test_a_number_out_of_range_and_one_without_end_are_said_in_english(gate: Terminal) -> None:
    for speed, said in ((251, "This should be from 0 to 250"), ("inf", "This is not a finite number")):
        answer = in_english(gate, "/v1/captures", media_ids=[gate.uploaded()], vehicle={"speed_kmh": speed})
        assert answer.get_json()["errors"]["json"]["vehicle"] == {"speed_kmh": [said]}
