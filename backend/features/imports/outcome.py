"""What an import has come to, counted while it goes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.features.imports.model import RowFault
from backend.features.people.intake import Outcome

SHOWN_FAULTS = 500


@dataclass
class Tally:
    counts: Counter[str] = field(default_factory=Counter)

    def row(self, outcomes: Sequence[Outcome]) -> None:
        """A row is what the weightiest of its parts is."""
        heaviest = next((one for one in Outcome if one in outcomes), Outcome.UNCHANGED)
        self.counts[heaviest.value] += 1

    def also(self, what: str) -> None:
        """Something else that came with a row: a room, a vehicle."""
        self.counts[what] += 1


@dataclass(frozen=True)
class Result:
    row_count: int
    counts: dict[str, int]
    faults: tuple[RowFault, ...]

    @property
    def is_good(self) -> bool:
        return not self.faults
