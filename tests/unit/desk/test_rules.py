from datetime import UTC, datetime

import pytest

from backend.features.desk import rules
from backend.features.desk.errors import ShiftsInvalid
from backend.kernel.clock import LOCAL_ZONE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In China."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL_ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (at(22, 9), at(22, 20, 15)),
        (at(22, 19, 40), at(22, 20, 15)),
        (at(22, 19, 50), at(23, 8, 15)),
        (at(22, 20, 5), at(23, 8, 15)),
        (at(23, 2), at(23, 8, 15)),
        (at(22, 23, 59), at(23, 8, 15)),
    ],
)
def test_a_session_lasts_until_a_quarter_after_the_next_change_of_shifts(begins: datetime, ends: datetime) -> None:
    assert rules.session_end(begins, (8, 20)) == ends


def test_with_one_change_a_day_a_session_ends_with_the_day() -> None:
    assert rules.session_end(at(22, 8, 30), (8,)) == at(23, 8, 15)


def test_hours_are_written_in_any_order_and_with_any_comma() -> None:
    assert rules.parse_shifts("20 8") == rules.parse_shifts("8，20") == rules.parse_shifts("8、20") == (8, 20)


@pytest.mark.parametrize("typed", ["", "24", "8 8", "-1", "8:00", "八", "1 2 3 4 5 6 7", "٨"])
def test_other_hours_are_refused(typed: str) -> None:
    with pytest.raises(ShiftsInvalid):
        rules.parse_shifts(typed)
