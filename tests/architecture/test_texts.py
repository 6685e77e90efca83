"""The English catalogue against the Chinese texts: none is missing, none is left over, none loses a fact."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from marshmallow.fields import Field

from backend.infrastructure.http.schema_base import JsonSchema
from backend.infrastructure.texts.decisions import DECISIONS
from backend.infrastructure.texts.faults import FAULTS
from backend.infrastructure.texts.problems import PROBLEMS
from tests.architecture.source import PROJECT, files, modules, subclasses, tree

CATALOGUE = PROJECT / "backend/infrastructure/texts/en.po"
JSON_APIS = ("backend/infrastructure/http", "backend/device_api", "backend/live", "miniprogram_api")
IN_NO_LANGUAGE = {
    "地址不对": "no app answers for an unknown host, so nobody has looked at the languages",
    "此域名下没有服务，请核对网址。": "no app answers for an unknown host, so nobody has looked at the languages",
}
"""Chinese of the JSON APIs' code that is never translated, each with the reason."""

_CHINESE = re.compile(r"[一-鿿]")
_PLACEHOLDER = re.compile(r"\{\w*\}")


def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def translations() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in english() if message.id}


def texts() -> set[str]:
    listed = {text for pair in PROBLEMS.values() for text in pair} | {*DECISIONS.values(), *FAULTS.values()}
    written = {text for path in files() if _of_an_api(path) for text in _chinese_of(tree(path))}
    assert written >= IN_NO_LANGUAGE.keys()
    return listed | written - IN_NO_LANGUAGE.keys()


def _of_an_api(path: Path) -> bool:
    return any(path.is_relative_to(PROJECT / folder) for folder in JSON_APIS)


def _chinese_of(node: ast.AST) -> Iterator[str]:
    """Every string with a Chinese character but docstrings and what documents a field."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CHINESE.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        remark = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        document = isinstance(child, ast.keyword) and child.arg == "metadata"
        if not remark and not document:
            yield from _chinese_of(child)


def test_every_text_of_the_json_apis_has_an_english_translation() -> None:
    translated = {text for text, said in translations().items() if said}
    assert len(texts()) > 250
    assert sorted(texts() - translated) == [], f"add them to {CATALOGUE.relative_to(PROJECT)}"


def test_no_translation_is_left_over_from_a_text_that_is_gone() -> None:
    assert sorted(translations().keys() - texts()) == []
    assert sorted(map(str, english().obsolete)) == []


def test_a_translation_keeps_every_fact_of_its_text() -> None:
    changed = {
        text: said
        for text, said in translations().items()
        if sorted(_PLACEHOLDER.findall(said)) != sorted(_PLACEHOLDER.findall(text))
    }
    assert changed == {}


def test_a_translation_is_another_text_and_has_no_blanks_around_it() -> None:
    assert [text for text, said in translations().items() if said in (text, "") or said != said.strip()] == []


def test_no_text_is_translated_twice() -> None:
    ids = re.findall(r'^msgid "(.+)"$', CATALOGUE.read_text(), re.MULTILINE)
    assert len(ids) == len(translations())
    assert [text for text in set(ids) if ids.count(text) > 1] == []


def test_no_field_of_the_json_apis_has_a_message_that_is_not_ours() -> None:
    """marshmallow brings English messages of its own; one that shows through would be English to everybody."""
    for package in ("backend.device_api", "miniprogram_api"):
        list(modules(package))
    schemas = [schema for schema in subclasses(JsonSchema) if not schema.__module__.startswith("tests.")]
    shown = {message for schema in schemas for field in schema().fields.values() for message in _messages(field)}
    assert len(shown) > 10
    assert sorted(shown - texts()) == []


def _messages(field: Field[Any]) -> set[str]:
    return set(map(str, field.error_messages.values()))
