"""Texts that people read. Chinese is the source; `en.po` beside this file is the other catalogue.

It holds whatever the JSON APIs answer: problems, decisions at a gate or door, faults of files, messages at fields.
The pages, staff's and visitors', are Chinese by design, whatever the browser asks for: nothing of theirs is in it.
"""

from backend.infrastructure.texts.catalogue import (
    CHINESE,
    choose_language,
    decision_text,
    fault_text,
    problem_text,
    translate,
)

__all__ = ["CHINESE", "choose_language", "decision_text", "fault_text", "problem_text", "translate"]
