"""Forms of the registers: the same cells, with the same words about what is wrong, as the columns of an import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from backend.features.imports.cells import Cells
from backend.features.imports.model import RowFault
from backend.features.imports.reading import Line
from backend.infrastructure.texts import fault_text
from backend.kernel.errors import Refusal

CLEAR = "无"
"""Written into a field whose value shall go: an empty one keeps what is on file."""


@dataclass(frozen=True)
class Field:
    name: str
    """As its column is called in an import."""
    value: str = ""
    kind: str = "text"
    """text, tel, date, number or choice."""
    choices: Sequence[str] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Form:
    fields: Sequence[Field]
    problems: Mapping[str, str]

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems)


def posted_cells() -> tuple[Cells, frozenset[str]]:
    """What was sent, blanks around it taken off, and the fields whose value shall go."""
    sent = {name: text.strip()[:500] for name, text in request.form.items()}
    cleared = frozenset(name for name, text in sent.items() if text == CLEAR)
    return Cells(Line(1, {name: "" if name in cleared else text for name, text in sent.items()})), cleared


def problems_of(faults: Sequence[RowFault]) -> dict[str, str]:
    """By field; the first of each."""
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.column, fault_text(fault.code, fault.facts))
    return found


def problem_at(column: str, refusal: Refusal) -> dict[str, str]:
    return {column: fault_text(refusal.code, refusal.facts)}


def refilled(fields: Sequence[Field]) -> list[Field]:
    """The fields as they were sent: nobody types twice."""
    return [
        Field(one.name, request.form.get(one.name, one.value), one.kind, one.choices, one.required, one.hint)
        for one in fields
    ]
