from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import g, has_request_context
from werkzeug.datastructures import LanguageAccept

from backend.infrastructure.texts.decisions import DECISIONS
from backend.infrastructure.texts.faults import FAULTS
from backend.infrastructure.texts.problems import PROBLEMS

CHINESE = "zh"
ENGLISH = "en"


def choose_language(accepted: LanguageAccept) -> str:
    """Chinese, unless the reader would rather have English; zh-Hans-CN is Chinese and en-GB English."""
    wanted = (tag.lower().split("-")[0] for tag, quality in accepted if quality > 0)
    return next((language for language in wanted if language in (CHINESE, ENGLISH)), CHINESE)


def translate(text: str) -> str:
    """The text in the language of the current request; the Chinese source where no translation stands."""
    language = g.get("language", CHINESE) if has_request_context() else CHINESE
    return text if language == CHINESE else _english().get(text, text)


def problem_text(code: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Title (what happened) and detail (what to do) for a problem's code."""
    title, detail = PROBLEMS.get(code, PROBLEMS["http_error"])
    return translate(title), translate(detail).format_map(_Facts(facts))


def fault_text(code: str, facts: dict[str, Any]) -> str:
    """One sentence about a cell of an imported file; a refusal of the register itself keeps its own words."""
    if code in FAULTS:
        return translate(FAULTS[code]).format_map(_Facts(facts))
    return "：".join(problem_text(code, facts))


def decision_text(reason: str) -> str:
    """One sentence for the visitor about a decision at the gate, by its reason's code."""
    return translate(DECISIONS[reason])


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _english() -> dict[str, str]:
    with (Path(__file__).parent / "en.po").open("rb") as file:
        catalogue = read_po(file, locale=ENGLISH)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
