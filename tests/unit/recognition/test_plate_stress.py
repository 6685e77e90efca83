"""Hard scenes that anybody can draw again."""

from pathlib import Path

from PIL import Image

from recognition.plates.grammar import matches
from tests.builders.stress import GROUPS, NO_PLATE, write_stress_set


def drawn(folder: Path, count: int, seed: int) -> dict[str, bytes]:
    write_stress_set(folder, count, first_seed=seed)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jpg")}


def test_a_round_draws_each_group_once_and_every_name_is_a_plate_or_none(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, len(GROUPS), seed=12)
    assert {name.split("/")[0] for name in pictures} == set(GROUPS)
    truths = {Path(name).stem.split("-")[0] for name in pictures}
    assert all(matches(truth) or truth == NO_PLATE for truth in truths)
    assert {Image.open(path).size for path in tmp_path.rglob("*.jpg")} == {(1280, 960)}


def test_the_same_seed_draws_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    first = drawn(tmp_path / "first", 3, seed=7)
    assert drawn(tmp_path / "again", 3, seed=7) == first
    assert set(drawn(tmp_path / "other", 3, seed=8)).isdisjoint(first)
