"""Things that must be complete: handlers of jobs, texts of refusals, terms of personal data, scopes of queries."""

import ast
import inspect
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import Enum
from types import ModuleType
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import pytest

from backend.features.credentials.model import Denial
from backend.features.gate_lists.model import OfflineReason
from backend.features.passages.model import AdmitReason, AskReason
from backend.features.passes.model import PassFault
from backend.features.visits.model import VisitFault
from backend.features.walk_ins.model import WalkInRefusal
from backend.infrastructure.database import Row
from backend.infrastructure.texts.decisions import DECISIONS
from backend.infrastructure.texts.problems import PROBLEMS
from backend.kernel.errors import Refusal
from backend.kernel.identity import ROLE_PERMISSIONS, Permission, Role, Scope
from backend.kernel.jobs import Job, Queue
from backend.retention import RETENTION
from backend.tables import METADATA
from recognition import images
from recognition.documents import number, reader
from tests.architecture.source import files, modules, subclasses, tree
from workers.recognition_registry import RECOGNITION
from workers.registry import COMMON

OWN_KEYS = frozenset(
    {"token_hash", "link_hash", "openid_hash", "device_id", "resident_id", "staff_id", "username", "household_id"}
    | {"site_id", "tenant_id"}
)
"""Parameters that narrow as a scope does: a secret, the actor's own id, or a place the caller has reached already."""

UNSCOPED = {
    "accounts.insert_staff": "a new row; the policy has judged its tenant and sites",
    "gate_lists.places_with_terminals": "the watch makes a scope of each site, and looks no further than that",
    "gate_lists.add_issue": "a new row of a terminal that was found within a scope",
    "gate_lists.add_terminal": "a new row of a device that was found within a scope",
    "intercom.add_call": "a new row at the place of a device",
    "intercom.add_line": "a new row of a call that was found within a scope",
    "intercom.add_ring": "a new row of a call that was found within a scope",
    "media.owned": "asks which bytes nobody's row owns; answers names alone",
    "passages.add": "a new row at the place of a device",
    "passages.add_capture": "a new row at the place of a device",
    "assets.asset_of": "shapes a row that was found within a scope",
    "assets.fields_of": "shapes a row that was found within a scope",
    "employees.fields_of": "shapes a row that was found within a scope",
    "imports.fill": "a row that was found within a scope",
    "imports.finish": "a row that was found within a scope",
    "imports.import_of": "shapes a row that was found within a scope",
    "children.child_of": "shapes a row that was found within a scope",
    "children.fact_of": "shapes a row that was found within a scope",
    "credentials.credential_of": "shapes a row that was found within a scope",
    "credentials.holder_of": "shapes a row that was found within a scope",
    "identity_records.record_of": "shapes a row that was found within a scope",
    "matters.details_json": "writes what was asked, reads nothing",
    "matters.matter_of": "shapes a row that was found within a scope or as the resident's own",
    "people.residency_of": "shapes a row that was found within a scope",
    "people.fields_of": "shapes a row that was found within a scope",
    "passages.add_reading": "a new row of a capture that was found within a scope",
    "passages.add_review": "a new row of a passage that was found within a scope",
    "rights.find_promised": "the job's own export; whose it is decides what is read",
    "people.insert_member": "a new row; household and person were found within a scope",
    "people.insert_vehicle": "a new row; the household was found within a scope",
    "people.memberships_by_phone": "makes a resident's scope: whoever proves the number on file may ask for the home",
    "people.memberships_of": "makes a resident's scope from the bindings",
    "training.add_consent": "a new row of a site that was found within a scope",
}
"""Queries of a store without a scope, each with the reason."""


def every_job() -> list[type[Job]]:
    list(modules("backend.features", "jobs"))
    return sorted((job for job in subclasses(Job) if job.__module__.startswith("backend.")), key=lambda job: job.kind)


def test_every_job_has_exactly_one_handler() -> None:
    registries = (COMMON, RECOGNITION)
    held = [(kind, route.job) for registry in registries for kind, route in registry.items()]
    assert sorted(held, key=lambda pair: pair[0]) == [(job.kind, job) for job in every_job()]


def test_a_job_is_handled_by_the_workers_of_its_queue() -> None:
    assert {route.job.queue for route in RECOGNITION.values()} == {Queue.RECOGNITION}
    assert {route.job.queue for route in COMMON.values()} == {Queue.DEFAULT}


def test_a_process_with_a_direct_runner_handles_every_urgent_job() -> None:
    run_directly = {kind for registry in (COMMON, RECOGNITION) for kind in registry}
    assert [job.kind for job in every_job() if job.urgent and job.kind not in run_directly] == []


@pytest.mark.parametrize("job", every_job(), ids=lambda job: job.kind)
def test_a_job_survives_its_payload(job: type[Job]) -> None:
    samples: dict[Any, Any] = {UUID: uuid4(), datetime: datetime(2026, 11, 22, tzinfo=UTC), str: "x", int: 3}
    values = {f.name: samples[get_type_hints(job)[f.name]] for f in fields(job) if f.default is MISSING}
    made = job(**values)
    assert job.from_payload(made.to_payload()) == made


def test_every_refusal_has_a_text_that_says_what_to_do() -> None:
    for package in ("backend", "miniprogram_api"):
        list(modules(package, "errors"))
    codes = {refusal.code for refusal in subclasses(Refusal) if not refusal.__module__.startswith("tests.")}
    assert sorted(codes - PROBLEMS.keys()) == []
    assert [code for code, (title, detail) in PROBLEMS.items() if not title or not detail] == []


@pytest.mark.parametrize(
    ("module", "refusal", "at_least"),
    [(images, "ImageRefused", 6), (reader, "DocumentRefused", 5), (number, "NumberRefused", 4)],
)
def test_every_refused_picture_and_number_has_a_text(module: ModuleType, refusal: str, at_least: int) -> None:
    codes = {part.split('"', 1)[0] for part in inspect.getsource(module).split(f'{refusal}("')[1:]}
    assert len(codes) >= at_least
    assert sorted(codes - PROBLEMS.keys()) == []


def test_every_decision_at_the_gate_has_a_sentence_for_the_visitor() -> None:
    enums: tuple[type[Enum], ...] = (
        AdmitReason,
        AskReason,
        VisitFault,
        PassFault,
        Denial,
        OfflineReason,
        WalkInRefusal,
    )
    reasons = {member.value for enum in enums for member in enum}
    assert sorted(reasons - DECISIONS.keys()) == []


def test_every_personal_column_has_a_term() -> None:
    known = {retention.kind for retention in RETENTION}
    marked = {
        f"{table.name}.{column.name}": column.info["personal"]
        for table in METADATA.sorted_tables
        for column in table.columns
        if "personal" in column.info
    }
    assert len(marked) > 10
    assert {column: kind for column, kind in marked.items() if kind not in known} == {}


def test_sealed_columns_are_marked_as_personal_or_secret() -> None:
    secrets = {"code", "link_token", "totp_secret", "new_totp_secret"}
    unmarked = [
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if type(column.type).__name__ == "SealedText" and "personal" not in column.info and column.name not in secrets
    ]
    assert unmarked == []


def store_functions() -> list[tuple[str, inspect.Signature]]:
    return [
        (f"{module.__name__.split('.')[-2]}.{name}", inspect.signature(function))
        for module in modules("backend.features", "store")
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


def test_every_query_of_a_store_is_narrowed() -> None:
    functions = store_functions()
    assert len(functions) > 50
    unscoped = [
        name
        for name, signature in functions
        if not any(p.annotation is Scope for p in signature.parameters.values())
        and not OWN_KEYS & signature.parameters.keys()
    ]
    assert sorted(unscoped) == sorted(UNSCOPED)


def test_every_role_stands_in_the_table_and_nobody_holds_public() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert [role for role, held in ROLE_PERMISSIONS.items() if Permission.PUBLIC in held] == []


def test_a_register_is_written_through_its_rows_alone() -> None:
    """Only what passes through the session is kept as a change: no UPDATE, DELETE or INSERT of a register's table."""
    registers = {mapper.class_.__name__ for mapper in Row.registry.mappers if "register" in mapper.local_table.info}
    assert len(registers) >= 15
    by_itself = [
        f"{path.name}:{node.lineno} {node.args[0].id}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("update", "delete", "insert")
        and node.args
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in registers
    ]
    by_text = [
        f"{path.name}:{node.lineno} {node.args[1].id}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("insert_row", "insert_if_absent")
        and isinstance(node.args[1], ast.Name)
        and node.args[1].id in registers
    ]
    assert by_itself + by_text == []
