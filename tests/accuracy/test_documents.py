"""Many rendered specimens through the real engine: `pytest tests/accuracy`."""

from datetime import date
from pathlib import Path

import pytest

from recognition.contracts import FieldStatus
from recognition.evaluation.documents import measure, report
from tests.builders.specimens import write_specimens

pytestmark = pytest.mark.timeout(900)


def test_specimens_are_read_and_no_number_is_wrong_but_sure(tmp_path: Path) -> None:
    write_specimens(tmp_path, 40, first_seed=5000)
    outcomes = measure(tmp_path, threads=2, today=date(2026, 11, 23))
    fields = [field for outcome in outcomes for field in outcome.fields]
    assert [f.name for f in fields if f.status is FieldStatus.SURE and not f.is_right] == []
    assert sum(f.is_right for f in fields) / len(fields) >= 0.98
    assert report(outcomes).splitlines()[-1].startswith("documents ")
