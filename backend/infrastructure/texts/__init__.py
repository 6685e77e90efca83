"""Texts that people read. Chinese is the source; `en.po` beside this file is the other catalogue."""

from backend.infrastructure.texts.catalogue import choose_language, decision_text, fault_text, problem_text, translate

__all__ = ["choose_language", "decision_text", "fault_text", "problem_text", "translate"]
