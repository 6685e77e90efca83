import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

import pytest

from backend.kernel.ids import VisitId
from backend.kernel.jobs import Job

AT = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Everything(Job):
    kind: ClassVar[str] = "tests.everything"

    visit_id: VisitId
    at: datetime
    colour: Colour
    name: str
    count: int
    share: float
    urgent_now: bool


@dataclass(frozen=True)
class Unfit(Job):
    kind: ClassVar[str] = "tests.unfit"

    parts: dict[str, str]


def test_a_job_survives_its_travel_as_json() -> None:
    job = Everything(VisitId(UUID(int=9)), AT, Colour.RED, "x", 3, 0.5, True)
    assert Everything.from_payload(json.loads(json.dumps(job.to_payload()))) == job


@pytest.mark.parametrize(
    ("field", "value", "failure"),
    [("visit_id", "nonsense", ValueError), ("at", "soon", ValueError), ("colour", "blue", ValueError)],
)
def test_a_payload_of_another_shape_is_no_job(field: str, value: Any, failure: type[Exception]) -> None:
    payload = Everything(VisitId(UUID(int=9)), AT, Colour.RED, "x", 3, 0.5, True).to_payload()
    with pytest.raises(failure):
        Everything.from_payload(payload | {field: value})
    del payload[field]
    with pytest.raises(KeyError):
        Everything.from_payload(payload)


def test_a_job_carries_plain_values_only() -> None:
    with pytest.raises(TypeError):
        Unfit.from_payload({"parts": {"a": "b"}})
