"""What `make accuracy-faces` says of a folder, on templates whose likeness is known."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.evaluation.faces import Outcome, main, pairs_of, report
from recognition.face_contracts import FaceModel
from recognition.faces.templates import template_of
from tests.builders.portraits import FATHER, MOTHER, portrait_jpeg

MODEL = FaceModel("plane", "1", 2)


def outcome(person: str, degrees: float) -> Outcome:
    angle = np.radians(degrees)
    template = template_of(MODEL, np.array([np.cos(angle), np.sin(angle)]))
    return Outcome(person, template, advice=("blurred",) if person == "b" else (), detect_ms=40, embed_ms=60)


OUTCOMES = [
    outcome("a", 0),
    outcome("a", 10),
    outcome("b", 80),
    outcome("b", 120),
    outcome("c", 14),
    Outcome("c", None, "no_face", ("no_face",), 30),
    Outcome("d", None, "image_truncated"),
]


def test_every_two_pictures_are_a_pair_of_one_person_or_of_two() -> None:
    pairs = pairs_of(OUTCOMES)
    assert sorted(pairs.genuine) == pytest.approx(sorted(1 - np.sin(np.radians([5, 20]))), abs=1e-6)
    assert (len(pairs.impostor), pairs.count) == (8, 10)
    # The picture of `a` at 10° is likest to `c`; `c` has no second picture that could be found.
    assert (pairs.first_is_right, pairs.first_asked) == (3, 4)


def test_the_report_counts_both_errors_and_names_nobody() -> None:
    lines = report(OUTCOMES, match_at=0.9, grey_at=0.6).splitlines()
    assert lines[-1] == "faces pairs 10 fmr 0.125000 fnmr 0.5000 threshold 0.9000 p50_ms 100"
    assert lines[0] == "pictures 7 used 5 persons 3"
    assert {"left_out image_truncated 1", "left_out no_face 1", "advice blurred 2", "first 3/4"} <= set(lines)
    assert "grey fmr 0.250000 fnmr 0.0000 threshold 0.6000" in lines
    assert any(re.fullmatch(r"proven fmr_at_most 0\.47 from 1 of 8", line) for line in lines)
    assert any(line.startswith("equal_error fmr ") for line in lines)
    assert not any(re.search(r"\b[abcd]\b", line) for line in lines)


def test_with_one_picture_a_person_there_is_no_rate_of_misses() -> None:
    last = report([outcome("a", 0), outcome("b", 90)], 0.9, 0.6).splitlines()[-1]
    assert last == "faces pairs 1 fmr 0.000000 fnmr nan threshold 0.9000 p50_ms 100"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["faces", *arguments])
    return main()


@pytest.mark.skipif(importlib.util.find_spec("dlib") is None, reason="PROFILE=light has no dlib")
def test_a_folder_a_person_is_measured_by_the_real_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, looks in (("father", FATHER), ("mother", MOTHER)):
        (tmp_path / name).mkdir()
        for seed in range(2):
            (tmp_path / name / f"{seed}.jpg").write_bytes(portrait_jpeg(looks, 240, seed=seed))
    (tmp_path / "mother" / "wall.jpg").write_bytes((tmp_path / "mother" / "0.jpg").read_bytes()[:3000])
    assert run(monkeypatch, str(tmp_path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"pictures 5 used 4 persons 2", "left_out image_truncated 1", "first 4/4"} <= set(lines)
    assert re.fullmatch(r"faces pairs 6 fmr 0\.000000 fnmr 0\.0000 threshold 0\.8300 p50_ms \d+", lines[-1])


def test_nothing_to_measure_and_no_engine_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(tmp_path)) == 2
    Image.new("RGB", (64, 64)).save(tmp_path / "somebody.png")
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")
    assert run(monkeypatch, str(tmp_path), "--engine", "onnx") == 3
    assert "weights_missing" in capsys.readouterr().err
