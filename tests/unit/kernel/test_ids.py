import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from backend.kernel.ids import random_digits, random_token, uuid7


def test_ids_are_version_7_and_never_the_same() -> None:
    made = [uuid7() for _ in range(5000)]
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == len(made)


def test_ids_sort_by_the_millisecond_of_their_making() -> None:
    made = []
    for _ in range(20):
        made.append(uuid7())
        time.sleep(0.002)
    assert made == sorted(made)


def test_an_id_tells_when_it_was_made() -> None:
    told = datetime.fromtimestamp((uuid7().int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=1)


@pytest.mark.parametrize("count", [1, 6, 12])
def test_random_digits_keep_their_leading_zeros(count: int) -> None:
    for _ in range(200):
        assert re.fullmatch(rf"[0-9]{{{count}}}", random_digits(count))


def test_tokens_hold_256_bits_for_an_address() -> None:
    made = {random_token() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in made)
