"""Corrected readings leave the site only with its word, and then as plates alone."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from backend.features.passages import desk
from backend.features.passages.model import PlateBox, PlateObservation
from backend.features.training import service as trainings
from backend.features.training.errors import ConsentNotGiven
from backend.features.training.model import CONSENT_TEXT
from backend.features.training.tables import TrainingConsentRow
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import local_day, utc_now
from backend.kernel.errors import NotFound
from backend.kernel.identity import Role
from backend.kernel.ids import PassageId
from backend.portals.property.app import create_app
from backend.retention import expired_media, purge_once
from tests.builders.scenes import gate_scene
from tests.integration.passages.ledger import count, entries
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, logged_in

BOX = PlateBox(560, 690, 770, 760)
HOME = "苏A12345"


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    return build_gatehouse(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def manager(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, "陈经理"))


def agree(house: Gatehouse, *, given: bool = True) -> None:
    with house.work() as work:
        trainings.decide_consent(work, house.within, house.community.site_id, given=given)


def reviewed(house: Gatehouse, *, box: PlateBox | None = BOX, read: str = "苏A12346", seed: int = 0) -> PassageId:
    """A car whose doubtful plate a guard has corrected."""
    arrival = house.arrives(gate_scene(HOME, seed=seed))
    house.read(arrival.job, PlateObservation(read, False, 0.6214, "ppocr", engine_version="v4", box=box))
    with house.work() as work:
        desk.review(work, house.within, arrival.passage_id, HOME)
    return arrival.passage_id


def exported(house: Gatehouse) -> tuple[zipfile.ZipFile, list[dict[str, Any]]]:
    with house.work() as work:
        samples = trainings.collect(work, house.within, house.community.site_id)
    target = io.BytesIO()
    trainings.write_archive(house.platform.media, samples, target)
    archive = zipfile.ZipFile(target)
    return archive, list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))


def test_without_a_word_nothing_comes_out(house: Gatehouse) -> None:
    reviewed(house)
    with house.work() as work, pytest.raises(ConsentNotGiven):
        trainings.collect(work, house.within, house.community.site_id)
    assert entries(house, "training.exported") == []


def test_after_the_word_was_taken_back_nothing_comes_out(house: Gatehouse) -> None:
    agree(house)
    reviewed(house)
    agree(house, given=False)
    with house.work() as work, pytest.raises(ConsentNotGiven):
        trainings.collect(work, house.within, house.community.site_id)


def test_what_comes_out_is_the_plate_its_text_and_the_month(house: Gatehouse) -> None:
    agree(house)
    reviewed(house)
    archive, labels = exported(house)
    month = f"{local_day(utc_now()):%Y-%m}"
    assert labels == [
        {
            "file": "plates/000001.png",
            "text": HOME,
            "read": "苏A12346",
            "engine": "ppocr",
            "version": "v4",
            "confidence": "0.621",
            "month": month,
        }
    ]
    assert sorted(archive.namelist()) == ["labels.csv", "plates/000001.png"]
    assert {info.date_time for info in archive.infolist()} == {trainings.NO_TIME}
    plate = Image.open(io.BytesIO(archive.read("plates/000001.png")))
    assert plate.size == (BOX.right - BOX.left + 20, BOX.bottom - BOX.top + 20)
    assert plate.info == {}
    [entry] = entries(house, "training.exported")
    assert entry.facts == {"plates": 1}


def test_what_was_taken_before_the_word_stays(house: Gatehouse) -> None:
    reviewed(house)
    agree(house)
    assert exported(house)[1] == []


@pytest.mark.parametrize("box", [None, PlateBox(0, 0, 1280, 960), PlateBox(5, 5, 5, 9)])
def test_a_picture_without_a_plates_place_never_leaves_as_a_whole(house: Gatehouse, box: PlateBox | None) -> None:
    agree(house)
    reviewed(house, box=box)
    archive, labels = exported(house)
    assert (archive.namelist(), labels) == (["labels.csv"], [])


def test_what_nobody_reviewed_stays(house: Gatehouse) -> None:
    agree(house)
    arrival = house.arrives(gate_scene(HOME))
    house.read(arrival.job, PlateObservation(HOME, True, 0.99, "ppocr", box=BOX))
    assert exported(house)[1] == []


def test_a_picture_past_its_term_is_left_out(house: Gatehouse) -> None:
    agree(house)
    reviewed(house)
    with house.platform.database.sessions.begin() as session:
        then = utc_now() + timedelta(days=31)
        gone = expired_media(session, then)
        for name in gone:
            house.platform.media.delete(name)
        purge_once(session, then, gone)
    assert gone
    assert exported(house)[1] == []


def test_another_sites_readings_are_not_found(house: Gatehouse, platform: Platform) -> None:
    other = build_gatehouse(platform, "另一小区")
    agree(house)
    reviewed(house)
    with other.work() as work, pytest.raises(NotFound):
        trainings.collect(work, other.within, house.community.site_id)
    with other.work() as work, pytest.raises(NotFound):
        trainings.decide_consent(work, other.within, house.community.site_id, given=True)


def test_the_manager_agrees_to_a_text_and_takes_it_back(house: Gatehouse, manager: Staff) -> None:
    page = manager.read("/training")
    assert CONSENT_TEXT in page
    assert "从未开启" in page
    address = f"/training/{house.community.site_id}"
    assert "已开启" in manager.press(address, given="yes").get_data(as_text=True)
    assert "已关闭" in manager.press(address, given="no").get_data(as_text=True)
    assert "陈经理" in manager.read("/training")
    assert count(house, TrainingConsentRow, TrainingConsentRow.text == CONSENT_TEXT) == 2
    assert len(entries(house, "training.consent_given")) == len(entries(house, "training.consent_withdrawn")) == 1
    assert manager.press(address, given="maybe").status_code == 422


def test_a_guard_decides_nothing_about_it(house: Gatehouse, portal: Flask) -> None:
    guard = logged_in(portal, house.hire("guard", Role.GUARD))
    assert guard.get("/training").status_code == 403
    assert guard.press(f"/training/{house.community.site_id}", given="yes").status_code == 403
