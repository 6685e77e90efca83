"""What `make accuracy` says of a folder whose file names are the truth."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.evaluation.__main__ import main, proven_share
from tests.builders.scenes import plate_picture


def run(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> int:
    monkeypatch.setattr(sys, "argv", ["evaluation", *map(str, folders)])
    return main()


def photograph(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    plate = plate_picture(text).resize((220, 70), Image.Resampling.LANCZOS)
    plate.save(folder / f"{name}.jpg", quality=95)


def test_names_are_the_truth_and_letter_o_is_the_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "crops"
    photograph(folder, "粤B12O45", "粤B12045")
    photograph(folder, "皖A·12345-2", "皖A12345")
    photograph(folder, "苏E05EV8", "苏E05EV9")
    (folder / "川A00001.jpg").write_bytes(b"\xff\xd8\xff torn")
    assert run(monkeypatch, folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"crops 2/4 50\.0% p50_ms \d+ p95_ms \d+ any 2 best 2", lines[0])
    assert re.fullmatch(r"plates 2/4 50\.0% p50_ms \d+ p95_ms \d+", lines[-1])
    assert any(line.startswith(f"wrong {folder}/苏E05EV8.jpg truth 苏E05EV8 read 苏E05EV9:") for line in lines)
    assert f"wrong {folder}/川A00001.jpg truth 川A00001 read image_truncated" in lines
    assert "province 粤 1/1" in lines
    assert "province 川 0/1" in lines
    assert "kind small 2/3" in lines
    assert any(line.startswith("band accept share 0.750 right 2/3") for line in lines)


def test_two_folders_have_a_line_each_and_one_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photograph(tmp_path / "one", "粤B12345", "粤B12345")
    photograph(tmp_path / "two", "皖A12345", "皖A12345")
    assert run(monkeypatch, tmp_path / "one", tmp_path / "two") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("one 1/1")
    assert lines[1].startswith("two 1/1")
    assert lines[-1].startswith("plates 2/2 100.0% ")


def test_nothing_to_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, tmp_path) == 2


def test_a_picture_of_nothing_is_read_as_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(np.full((200, 300, 3), 90, np.uint8)).save(tmp_path / "皖A12345.png")
    assert run(monkeypatch, tmp_path) == 0
    assert "read nothing" in capsys.readouterr().out


def test_a_board_that_is_no_plate_is_right_where_nothing_is_accepted_and_each_folder_has_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photograph(tmp_path / "plain", "粤B12345-1", "粤B12345")
    photograph(tmp_path / "plain", "苏E05EV8-2", "苏E05EV9")
    photograph(tmp_path / "boards", "none-1", "减速慢行停车收")
    photograph(tmp_path / "boards", "none-2", "皖A12345")
    assert run(monkeypatch, tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "group boards 1/2 accepted 1/2 others 1 precision_at_least 0.00%" in lines
    assert "group plain 1/2 accepted 2/2 others 1 precision_at_least 2.53%" in lines
    assert "accepted 3/4 others 2 precision_at_least 1.70%" in lines
    assert any(re.fullmatch(r"processor p50_ms \d+ p95_ms \d+", line) for line in lines)


@pytest.mark.parametrize(
    ("count", "wrong", "at_least"),
    [(0, 0, 0.0), (5, 5, 0.0), (3000, 0, 0.999002), (236, 1, 0.980058), (100_000, 400, 0.995656)],
)
def test_what_a_count_proves_is_the_exact_bound_and_without_errors_the_rule_of_three(
    count: int, wrong: int, at_least: float
) -> None:
    assert proven_share(count, wrong) == pytest.approx(at_least, abs=2e-6)
