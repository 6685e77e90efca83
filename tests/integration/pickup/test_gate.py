"""What happens at the kindergarten's gate, through the device API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from backend.features.children import service as children
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Asker, Assurance, Reason, Withdrawal
from backend.features.devices import service as devices
from backend.features.people.model import Document, PersonFields
from backend.features.pickup import gate, service
from backend.features.pickup.errors import AlertAcknowledged
from backend.infrastructure.http.platform import Platform
from backend.kernel.errors import NotFound
from backend.kernel.identity_numbers import DocumentKind
from tests.integration.device_api.terminal import Terminal
from tests.integration.pickup.kindergarten import PIN, Kindergarten, build_kindergarten

MOTHERS, FATHERS, GRANNYS, LOST = "04A1B2C3", "04A1B2C4", "04A1B2C5", "04A1B2C6"
WAIT = {"admitted": False, "text": "请稍等，老师马上来。"}


def said(answer: dict[str, object]) -> dict[str, object]:
    return {name: answer[name] for name in ("admitted", "text")}


def test_a_grandmother_without_a_phone_comes_in_with_card_and_pin_for_both_twins(school: Kindergarten) -> None:
    granny = school.adult("王奶奶")
    school.stand_by(granny, school.older, school.younger)
    school.card(granny, GRANNYS)
    school.pin(granny)
    assert said(school.tap(card=GRANNYS, pin=PIN)) == {"admitted": True, "text": "欢迎，请进。"}
    assert school.decisions() == {school.older: "admit", school.younger: "admit"}
    assert [command["kind"] for command in school.gate.commands()] == ["open_door"]


def test_whoever_is_refused_hears_what_everybody_hears_who_waits(school: Kindergarten) -> None:
    """The same bytes but for the event's own id and instant, for an excluded parent, a stranger and a forgotten PIN."""
    school.card(school.mother, MOTHERS)
    excluded = school.card(school.father, FATHERS)
    school.pin(school.father)
    school.keep_away(school.father, school.older)
    school.keep_away(school.father, school.younger)
    answers = [
        school.tap(card=FATHERS, pin=PIN),
        school.tap(card=MOTHERS),
        school.tap(card="04FFFFFF"),
        school.tap(card="不是卡号"),
        school.tap(qr="A" * 168),
    ]
    assert [said(answer) for answer in answers] == [WAIT] * 5
    assert len({tuple(answer) for answer in answers}) == 1
    alerts = school.rows("SELECT credential_id FROM pickup_check WHERE alerts_head")
    assert [row["credential_id"] for row in alerts] == [excluded.id]
    assert school.gate.commands() == []


def test_the_head_sees_to_an_alert_once_and_no_other_school_does(school: Kindergarten, platform: Platform) -> None:
    school.card(school.father, FATHERS)
    school.keep_away(school.father, school.older, None)
    school.tap(card=FATHERS)
    elsewhere = build_kindergarten(platform, "别处幼儿园")
    with pytest.raises(NotFound), elsewhere.work() as work:
        gate.acknowledge(work, elsewhere.within, school.latest_check())
    with school.work() as work:
        gate.acknowledge(work, school.within, school.latest_check())
    with pytest.raises(AlertAcknowledged), school.work() as work:
        gate.acknowledge(work, school.within, school.latest_check())


def test_the_heads_decision_runs_out_by_itself_and_one_with_a_document_does_not(school: Kindergarten) -> None:
    school.card(school.father, FATHERS)
    school.pin(school.father)
    fact_id = school.keep_away(school.father, school.older, None)
    school.keep_away(school.father, school.younger, None)
    school.clock.pass_by(hours=71)
    with school.work() as work:
        children.add_document(work, school.within, fact_id, "(2026)苏01民保令8号")
    school.clock.pass_by(hours=1)
    school.tap(card=FATHERS, pin=PIN)
    assert school.decisions() == {school.older: "custody", school.younger: "admit"}


def test_a_card_reported_lost_is_dead_at_the_next_tap_and_the_head_hears_of_it(school: Kindergarten) -> None:
    card = school.card(school.mother, LOST)
    school.pin(school.mother)
    assert school.tap(card=LOST, pin=PIN)["admitted"]
    with school.work() as work:
        credentials.suspend(work, school.within, card.id, Withdrawal(Reason.LOST, Asker.HOLDER))
    assert said(school.tap(card=LOST, pin=PIN)) == WAIT
    assert set(school.decisions().values()) == {"card_lost"}
    assert school.rows("SELECT alerts_head FROM pickup_check ORDER BY id")[-1]["alerts_head"]


def test_a_revoked_guardian_may_not_collect_the_child(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    with school.work() as work:
        children.revoke_guardian(work, school.within, school.older, school.mother)
    school.tap(card=MOTHERS, pin=PIN)
    assert school.decisions() == {school.older: "revoked", school.younger: "admit"}
    with school.work() as work:
        children.restore_guardian(work, school.within, school.older, school.mother)
    school.tap(card=MOTHERS, pin=PIN)
    assert school.decisions() == {school.older: "admit", school.younger: "admit"}


def test_a_big_brother_is_no_adult_until_his_birthday(school: Kindergarten) -> None:
    number = Document(DocumentKind.RESIDENT_CARD, "11010120081125001X")
    brother = school.adult("哥哥", fields=PersonFields("王哥哥", document=number))
    school.stand_by(brother, school.older)
    school.card(brother, GRANNYS)
    school.pin(brother)
    school.tap(card=GRANNYS, pin=PIN)
    assert school.decisions() == {school.older: "minor"}
    school.clock.pass_by(days=2)
    school.tap(card=GRANNYS, pin=PIN)
    assert school.decisions() == {school.older: "admit"}


def test_a_card_that_can_be_copied_and_a_photo_without_an_engine_are_for_the_teacher(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS, Assurance.LOW)
    school.pin(school.mother)
    assert said(school.tap(card=MOTHERS, pin=PIN)) == WAIT
    assert set(school.decisions().values()) == {"confirm_person"}
    school.card(school.father, FATHERS)
    photo = school.gate.uploaded()
    assert said(school.tap(card=FATHERS, media_ids=[photo])) == WAIT
    assert set(school.decisions().values()) == {"compare_portrait"}
    assert str(school.rows("SELECT photo_id FROM pickup_check ORDER BY id")[-1]["photo_id"]) == photo


def test_guesses_at_a_pin_are_counted_and_then_nothing_helps(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    for guess in range(5):
        assert not school.tap(card=MOTHERS, pin=f"55512{guess}")["admitted"]
    assert said(school.tap(card=MOTHERS, pin=PIN)) == WAIT
    assert set(school.decisions().values()) == {"pin_locked"}
    school.clock.pass_by(minutes=16)
    assert school.tap(card=MOTHERS, pin=PIN)["admitted"]


def test_sent_twice_it_is_one_check_one_command_and_one_answer(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    body = school.envelope(card=MOTHERS, pin=PIN)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: school.gate.post("/v1/pickup-checks", body).get_json(), range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert len(school.rows("SELECT 1 FROM pickup_check")) == 1
    assert len(school.gate.commands()) == 1
    changed = school.gate.post("/v1/pickup-checks", body | {"pin": "111112"})
    assert (changed.status_code, changed.get_json()["code"]) == (409, "event_changed")


def test_another_schools_card_and_pass_are_nobodys_here(school: Kindergarten, platform: Platform) -> None:
    elsewhere = build_kindergarten(platform, "别处幼儿园")
    elsewhere.card(elsewhere.mother, MOTHERS)
    elsewhere.pin(elsewhere.mother)
    _, qr = elsewhere.delegate(elsewhere.mother, elsewhere.older)
    for shown in ({"card": MOTHERS, "pin": PIN}, {"qr": qr}):
        assert said(school.tap(**shown)) == WAIT
        assert school.decisions() == {}
    assert elsewhere.tap(card=MOTHERS, pin=PIN)["admitted"]


def test_a_check_that_comes_late_opens_nothing(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    minute_ago = (school.clock.now - timedelta(minutes=1)).isoformat()
    assert said(school.tap(card=MOTHERS, pin=PIN, occurred_at=minute_ago)) == WAIT
    assert set(school.decisions().values()) == {"call_back"}


def test_what_a_gate_decided_without_us_is_kept_and_a_contradiction_is_shown_to_a_person(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    issued_at = (school.clock.now - timedelta(hours=9)).isoformat()
    word = {"admitted": True, "list_issued_at": issued_at}
    earlier = (school.clock.now - timedelta(minutes=20)).isoformat()
    assert school.tap(card=MOTHERS, pin=PIN, occurred_at=earlier, offline=word)["admitted"]
    assert school.gate.commands() == []
    with school.work() as work:
        children.revoke_guardian(work, school.within, school.older, school.mother)
        children.revoke_guardian(work, school.within, school.younger, school.mother)
    school.tap(card=MOTHERS, pin=PIN, occurred_at=earlier, offline=word)
    kept = school.rows("SELECT admitted, gate_admitted, alerts_head FROM pickup_check ORDER BY id")
    assert [tuple(row.values()) for row in kept] == [(True, True, False), (False, True, True)]
    future = word | {"list_issued_at": (school.clock.now + timedelta(hours=1)).isoformat()}
    assert not school.tap(card=MOTHERS, pin=PIN, occurred_at=earlier, offline=future)["admitted"]


def test_the_second_opinion_of_a_delegate_is_the_other_guardians(school: Kindergarten) -> None:
    delegation_id, qr = school.delegate(school.mother, school.older, school.younger)
    assert said(school.tap(qr=qr)) == WAIT
    assert set(school.decisions().values()) == {"check_delegate"}
    with school.work() as work:
        [shown] = service.delegates_of_own(work, school.within, school.father)
        assert (shown.id, shown.name, shown.id_tail) == (delegation_id, "周阿姨", "103X")
        service.veto(work, school.within, school.father, delegation_id)
    school.tap(qr=qr)
    assert set(school.decisions().values()) == {"vetoed"}


def test_an_excluded_parent_names_nobody_sees_nobody_and_vetoes_nobody(school: Kindergarten) -> None:
    delegation_id, _ = school.delegate(school.mother, school.older)
    _, fathers_qr = school.delegate(school.father, school.older)
    school.keep_away(school.father, school.older)
    with school.work() as work:
        assert service.delegates_of_own(work, school.within, school.father) == []
    with pytest.raises(NotFound), school.work() as work:
        service.veto(work, school.within, school.father, delegation_id)
    with pytest.raises(NotFound):
        school.delegate(school.father, school.older)
    school.tap(qr=fathers_qr)
    assert set(school.decisions().values()) == {"revoked"}


def test_nobody_names_a_delegate_for_anothers_child(school: Kindergarten) -> None:
    for child_id in (school.other_child, school.mother):
        with pytest.raises(NotFound):
            school.delegate(school.mother, school.older, child_id)  # type: ignore[arg-type]


def test_a_device_without_a_gate_and_a_photo_of_another_device_are_refused(school: Kindergarten) -> None:
    with school.work() as work:
        enrolled = devices.enrol(work, school.platform.crypto, school.tenant_id, school.site_id, "没有闸的设备")
    stray = Terminal(school.app, enrolled.device_id, enrolled.token)
    answer = stray.post("/v1/pickup-checks", school.envelope(stray, card=MOTHERS))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "device_is_no_gate")
    photo = school.side_gate.uploaded()
    answer = school.gate.post("/v1/pickup-checks", school.envelope(card=MOTHERS, media_ids=[photo]))
    assert answer.status_code == 404


def test_neither_card_nor_pin_nor_name_is_kept_in_clear(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    school.delegate(school.mother, school.older)
    school.tap(card=MOTHERS, pin=PIN)
    tables = ("device_event", "pickup_check", "pickup_delegation", "child", "audit_entry", "feed")
    kept = [str(dict(row)) for table in tables for row in school.rows(f"SELECT * FROM {table}")]
    assert len(kept) > 6
    assert [row for row in kept if any(word in row for word in (MOTHERS, PIN, "豆豆", "周阿姨", "103X"))] == []


def test_whoever_is_kept_from_a_child_is_announced_to_the_head_when_coming_for_another(school: Kindergarten) -> None:
    uncle = school.adult("王叔叔")
    school.stand_by(uncle, school.other_child)
    school.keep_away(uncle, school.older)
    school.card(uncle, GRANNYS)
    school.pin(uncle)
    assert school.tap(card=GRANNYS, pin=PIN)["admitted"]
    assert school.decisions() == {school.other_child: "admit", school.older: "custody"}
    assert school.rows("SELECT alerts_head FROM pickup_check") == [{"alerts_head": True}]


def test_a_child_who_has_left_is_nobodys_to_collect_and_the_card_ends_with_it(school: Kindergarten) -> None:
    school.card(school.mother, MOTHERS)
    school.pin(school.mother)
    with school.work() as work:
        for child_id in (school.older, school.younger):
            children.end_stay(work, school.within, child_id, date(2026, 11, 23))
    assert said(school.tap(card=MOTHERS, pin=PIN)) == WAIT
    assert school.decisions() == {}
