"""A visitor's document at the counter: read, photographed, typed or left out; kept sealed, shown masked, deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.features.devices.model import DeviceKind
from backend.features.identity_records import service as records
from backend.features.identity_records.jobs import DropIdentityPhoto, ReadIdentityCard
from backend.features.identity_records.model import CardData, Confirmation, RecordSubject, SubjectKind
from backend.features.upkeep.jobs import ApplyRetention
from backend.infrastructure import outbox
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import utc_now
from backend.kernel.errors import Refusal
from backend.kernel.identity import Role
from tests.builders.cards import Card, a_card, front_of
from tests.builders.shots import Shot, photo_of
from tests.integration.identity_records.counter import (
    actions,
    card_reader,
    only_record,
    photographed,
    rows,
    run_jobs,
)
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, events_of, logged_in
from workers.registry import COMMON
from workers.running import Route

CARD: Card = a_card(5)
MASKED = f"{CARD.number[0]}***************{CARD.number[-2:]}"


@pytest.fixture
def guard(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("guard", Role.GUARD))


def shown_card(**changes: Any) -> dict[str, Any]:
    return {"name": CARD.name, "number": CARD.number, "valid_from": "2020-01-01", "valid_until": None} | changes


def said(house: Gatehouse, **changes: str) -> dict[str, str]:
    visit = house.expect()
    fields = {"about": f"visit:{visit.id}", "agreed": "yes", "name": CARD.name, "number": CARD.number}
    return fields | changes


def toast_of(answer: Any) -> str:
    return str(events_of(answer)["toast"]["text"])


def age_everything(platform: Platform, delta: timedelta) -> None:
    with platform.database.sessions.begin() as session:
        for column in ("created_at", "kept_until"):
            session.execute(text(f"UPDATE identity_record SET {column} = {column} - :delta"), {"delta": delta})
        session.execute(text("UPDATE identity_photo SET created_at = created_at - :delta"), {"delta": delta})


def test_a_card_held_to_the_reader_waits_for_the_guard_and_is_shown_masked(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    reader = card_reader(house)
    envelope = reader.envelope(**shown_card())
    assert [reader.post("/v1/identity-cards", envelope).status_code for _ in range(2)] == [200, 200]
    reader.post("/v1/identity-cards", reader.envelope(**shown_card()))  # the visitor holds it there again
    record = only_record(platform)
    sheet = guard.read(f"/identity/records/{record}")
    assert MASKED in sheet and CARD.number not in sheet and CARD.name not in sheet
    form = said(house, source="reader")
    refused = guard.press(f"/identity/records/{record}/confirm", **(form | {"agreed": ""}))
    assert refused.status_code == 422 and "需要访客本人同意" in toast_of(refused)
    done = guard.press(f"/identity/records/{record}/confirm", **form)
    assert done.status_code == 200 and "证件已登记" in toast_of(done)
    again = guard.press(f"/identity/records/{record}/confirm", **form)
    assert again.status_code == 409 and "已由他人确认" in toast_of(again)
    listed = guard.read("/identity/records")
    assert MASKED in listed and "陈访客" in listed and CARD.number not in listed
    with platform.database.sessions() as session:
        stored = session.execute(text("SELECT identity_record::text FROM identity_record")).scalar_one()
    assert CARD.name not in stored and CARD.number not in stored and CARD.number.encode().hex() not in stored


def test_a_reader_says_only_what_a_reader_may_say(house: Gatehouse, platform: Platform) -> None:
    reader, terminal = card_reader(house), card_reader(house, DeviceKind.GATE_TERMINAL)
    codes = {
        "document_number_invalid": reader.envelope(**shown_card(number="123456789012345678")),
        "name_invalid": reader.envelope(**shown_card(name="<b>")),
        "identity_validity_invalid": reader.envelope(**shown_card(valid_from="2026-01-02", valid_until="2026-01-01")),
        "invalid": reader.envelope(**shown_card(), photo="/9j/4AAQSkZJRg=="),
    }
    for code, body in codes.items():
        answer = reader.post("/v1/identity-cards", body)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)
        assert CARD.number not in answer.text
    answer = terminal.post("/v1/identity-cards", terminal.envelope(**shown_card()))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "device_is_no_reader")
    assert rows(platform, "identity_record") == []


def test_a_photo_is_read_marked_confirmed_and_gone_in_the_same_transaction(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    assert photographed(guard, photo_of(front_of(CARD), Shot())).status_code == 200
    record = only_record(platform)
    assert len(rows(platform, "identity_photo")) == 1
    with platform.database.sessions() as session:
        sealed = session.execute(text("SELECT content FROM identity_photo")).scalar_one()
    assert b"JFIF" not in bytes(sealed) and b"/9j/" not in bytes(sealed), "encrypted as it lies there"
    assert run_jobs(platform, ReadIdentityCard.kind) == 1
    assert rows(platform, "identity_photo") == []
    sheet = guard.read(f"/identity/records/{record}")
    assert f'value="{CARD.number}"' in sheet and f'value="{CARD.name}"' in sheet
    guard.press(f"/identity/records/{record}/confirm", **said(house, source="photo"))
    assert CARD.number not in guard.read(f"/identity/records/{record}")
    assert run_jobs(platform, DropIdentityPhoto.kind) == 1
    assert ("identity_record.photo_lapsed", "") not in actions(platform)


@pytest.mark.parametrize(("photo", "problem"), [(b"no picture", "不是照片"), (b"", "没有收到照片")])
def test_garbage_is_refused_before_it_is_kept(guard: Staff, platform: Platform, photo: bytes, problem: str) -> None:
    answer = photographed(guard, photo)
    assert answer.status_code == 422 and problem in toast_of(answer)
    assert rows(platform, "identity_photo") == [] == rows(platform, "identity_record")


def test_a_photo_of_something_else_says_so_and_the_guard_types(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    photographed(guard, photo_of(front_of(a_card(6)).resize((40, 26)), Shot()))
    run_jobs(platform, ReadIdentityCard.kind)
    assert rows(platform, "identity_photo") == []
    assert "没有读出" in guard.read("/identity/waiting")
    record = only_record(platform)
    assert guard.press(f"/identity/records/{record}/confirm", **said(house, source="photo")).status_code == 200


def test_a_killed_reading_leaves_no_photo_behind(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    """Every try of the reading dies; the promise made with the upload ends the photo all the same."""

    def dies(job: ReadIdentityCard, run: Any) -> None:
        with run.look():
            raise SystemError("killed")

    photographed(guard, photo_of(front_of(CARD), Shot()))
    for _ in range(3):
        run_jobs(platform, ReadIdentityCard.kind, {ReadIdentityCard.kind: Route(ReadIdentityCard, dies)})
    assert len(rows(platform, "identity_photo")) == 1
    [drop] = [row for row in rows(platform, "outbox_job") if row.kind == DropIdentityPhoto.kind]
    assert drop.not_before - drop.created_at <= timedelta(minutes=9), "a minute is left for a slow worker"
    assert run_jobs(platform, DropIdentityPhoto.kind) == 1
    assert rows(platform, "identity_photo") == []
    assert "证件照片已到期删除" in guard.read("/identity/waiting")


def test_a_photo_past_its_term_is_not_read_though_it_is_still_there(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    photographed(guard, photo_of(front_of(CARD), Shot()))
    age_everything(platform, timedelta(minutes=11))
    run_jobs(platform, ReadIdentityCard.kind)
    [record] = rows(platform, "identity_record")
    assert (record.state, record.problem, record.number) == ("unreadable", "identity_photo_lapsed", None)
    assert rows(platform, "identity_photo") == []


def test_nobody_is_refused_for_want_of_a_document(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    about = f"visit:{house.expect().id}"
    refused = guard.press("/identity/none", about=about)
    assert refused.status_code == 422 and "需要住户确认" in toast_of(refused)
    assert guard.press("/identity/none", about=about, host_confirmed="yes").status_code == 200
    [record] = rows(platform, "identity_record")
    assert (record.source, record.state, record.name, record.number) == ("none", "confirmed", None, None)
    assert "没有证件" in guard.read("/identity/records")


def test_two_guards_confirm_at_once_and_one_is_told(house: Gatehouse, platform: Platform) -> None:
    reader = card_reader(house)
    reader.post("/v1/identity-cards", reader.envelope(**shown_card()))
    record = only_record(platform)
    word = Confirmation(None, RecordSubject(SubjectKind.VISIT, house.expect().id), True)

    def confirm(_: int) -> str:
        try:
            with house.work() as work:
                records.confirm(work, platform.crypto, house.within, record, word)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(confirm, range(2))) == ["done", "identity_already_confirmed"]


def test_a_whole_number_is_shown_to_a_manager_for_a_purpose_that_is_kept(
    house: Gatehouse, portal: Flask, guard: Staff, platform: Platform
) -> None:
    guard.press("/identity/typed", **said(house))
    record = only_record(platform)
    assert guard.press(f"/identity/records/{record}/clear", purpose="dispute").status_code == 403
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, "赵经理"))
    assert manager.press(f"/identity/records/{record}/clear", purpose="").status_code == 422
    assert CARD.number in manager.press(f"/identity/records/{record}/clear", purpose="police_request").text
    assert ("identity_record.looked_in_clear", "police_request") in actions(platform)
    assert CARD.number not in str(rows(platform, "audit_entry"))


def test_another_tenant_finds_nothing(house: Gatehouse, portal: Flask, guard: Staff, platform: Platform) -> None:
    other = build_gatehouse(platform, "别处花园")
    with other.work() as work:
        about = RecordSubject(SubjectKind.VISIT, other.expect().id)
        card = CardData(CARD.name, CARD.number)
        theirs = records.type_in(
            work, platform.crypto, other.within, other.community.site_id, Confirmation(card, about, True)
        )
    assert guard.get(f"/identity/records/{theirs}").status_code == 404
    for verb in ("confirm", "discard", "fingerprint"):
        form = said(house, source="typed", reference="FP1")
        assert guard.press(f"/identity/records/{theirs}/{verb}", **form).status_code == 404
    assert guard.press("/identity/typed", **said(house, about=f"visit:{about.id}")).status_code == 404
    assert guard.press("/identity/typed", **said(house, site=str(other.community.site_id))).status_code == 404
    assert guard.get(f"/identity?about=visit:{about.id}").status_code == 404
    assert "还没有登记的证件" in guard.read("/identity/records")
    assert len(rows(platform, "identity_record")) == 1


def test_a_record_ends_with_its_term_and_an_unconfirmed_one_within_hours(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    guard.press("/identity/typed", **said(house))
    reader = card_reader(house)
    reader.post("/v1/identity-cards", reader.envelope(**shown_card(number=a_card(6).number)))
    age_everything(platform, timedelta(hours=2))
    _apply_retention(platform)
    assert [row.state for row in rows(platform, "identity_record")] == ["confirmed"]
    age_everything(platform, timedelta(days=30))
    _apply_retention(platform)
    assert rows(platform, "identity_record") == []


def _apply_retention(platform: Platform) -> None:
    with platform.database.sessions.begin() as session:
        outbox.promise(session, ApplyRetention(utc_now()), utc_now())
    assert run_jobs(platform, ApplyRetention.kind, COMMON) == 1


def test_a_shorter_term_counts_for_what_is_on_file_and_a_longer_one_does_not(
    house: Gatehouse, portal: Flask, guard: Staff, platform: Platform
) -> None:
    guard.press("/identity/typed", **said(house))
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER))
    assert guard.press("/identity/settings/term", days="7").status_code == 403

    def term() -> timedelta:
        [record] = rows(platform, "identity_record")
        kept: timedelta = record.kept_until - record.confirmed_at
        return kept

    terms = []
    for days in ("7", "60"):
        assert manager.post("/identity/settings/term", days=days).status_code == 303
        terms.append(term())
    assert terms == [timedelta(days=7)] * 2
    assert [manager.post("/identity/settings/term", days=bad).status_code for bad in ("0", "91", "x")] == [422] * 3


def test_a_fingerprint_number_needs_a_recorded_basis_and_goes_with_it(
    house: Gatehouse, portal: Flask, guard: Staff, platform: Platform
) -> None:
    guard.press("/identity/typed", **said(house))
    record = only_record(platform)
    address = f"/identity/records/{record}/fingerprint"
    refused = guard.press(address, reference="FP-0001")
    assert refused.status_code == 409 and "没有登记采集指纹的法律依据" in toast_of(refused)
    assert "指纹编号" not in guard.read(f"/identity/records/{record}")
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER))
    allow = {"allow": "yes", "document": "反恐怖主义法第三十二条"}
    assert manager.post("/identity/settings/fingerprint", **(allow | {"document": ""})).status_code == 422
    assert manager.post("/identity/settings/fingerprint", **allow).status_code == 303
    assert "反恐怖主义法第三十二条" in manager.read("/identity/settings")
    assert guard.press(address, reference="x" * 600).status_code == 422
    assert guard.press(address, reference="FP-0001").status_code == 200
    assert "FP-0001" in guard.read(f"/identity/records/{record}")
    manager.post("/identity/settings/fingerprint", allow="no")
    assert [row.fingerprint_reference for row in rows(platform, "identity_record")] == [None]
    assert guard.press(address, reference="FP-0001").status_code == 409


def test_a_record_that_nobody_wants_goes_at_once(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    photographed(guard, photo_of(front_of(CARD), Shot()))
    record = only_record(platform)
    assert guard.press(f"/identity/records/{record}/discard").status_code == 200
    assert rows(platform, "identity_record") == [] == rows(platform, "identity_photo")
    assert run_jobs(platform, ReadIdentityCard.kind) == 1, "the promised reading finds nothing, and is done"
    assert CARD.name not in guard.read("/identity/waiting")
