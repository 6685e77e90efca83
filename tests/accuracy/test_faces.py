"""The real engine on the shared portraits, where they are at hand: `pytest tests/accuracy`."""

import re
import sys
from pathlib import Path

import pytest

from recognition.evaluation import faces

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "faces"

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared portraits are not here"),
    pytest.mark.timeout(900),
]


def test_public_persons_are_told_apart(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["faces", str(DATA)])
    assert faces.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert "left_out several_faces 1" in lines
    assert "first 2/2" in lines
    assert re.fullmatch(r"faces pairs 3 fmr 0\.000000 fnmr 0\.0000 threshold 0\.\d{4} p50_ms \d+", lines[-1])
