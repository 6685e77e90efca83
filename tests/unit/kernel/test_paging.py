import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.paging import BadCursor, Cursor, PageRequest, page_of

at_any_time = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone


def cursor_at(number: int) -> Cursor:
    return Cursor(datetime(2026, 1, 1, tzinfo=UTC), UUID(int=number))


@given(at_any_time, st.uuids())
def test_a_cursor_comes_back_as_it_was(at: datetime, row_id: UUID) -> None:
    assert Cursor.decode(Cursor(at, row_id).encode()) == Cursor(at, row_id)


@given(st.text(max_size=200))
def test_no_text_breaks_a_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(text)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        None,
        7,
        "text",
        [1, 2],
        [None, None],
        ["2026-01-01T00:00:00+00:00"],
        ["2026-01-01T00:00:00+00:00", "no id"],
        ["2026-01-01T00:00:00+00:00", 5],
        ["2026-01-01T00:00:00", str(UUID(int=1))],
        ["soon", str(UUID(int=1))],
        ["2026-01-01T00:00:00+00:00", str(UUID(int=1)), "more"],
    ],
)
def test_what_no_page_gave_is_no_cursor(content: object) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())


def test_a_page_has_a_next_one_only_when_a_row_more_was_found() -> None:
    full = page_of([1, 2, 3], PageRequest(limit=2), cursor_at)
    assert (full.items, full.next) == ([1, 2], cursor_at(2))
    last = page_of([1, 2], PageRequest(limit=2), cursor_at)
    assert (last.items, last.next) == ([1, 2], None)
    assert page_of([], PageRequest(limit=2), cursor_at).next is None
