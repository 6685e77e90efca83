"""Schemathesis: whatever the document allows or forbids, the answer is one that the document names.

`FUZZ_EXAMPLES=2000` looks longer.
"""

import json
import os

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.infrastructure.http.openapi import openapi_document
from tests.integration.device_api.terminal import Terminal

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
]
OPERATIONS = [
    "/v1/media",
    "/v1/captures",
    "/v1/pass-checks",
    "/v1/access-checks",
    "/v1/door-events",
    "/v1/gate-list/key",
    "/v1/gate-list",
    "/v1/gate-list/held",
    "/v1/offline-decisions",
    "/v1/identity-cards",
    "/v1/intercom/calls",
    "/v1/intercom/calls/{call_id}",
    "/v1/pickup-checks",
    "/v1/commands",
    "/v1/commands/{command_id}/acknowledgement",
]


def test_the_document_names_these_operations(app: Flask) -> None:
    assert set(json.loads(openapi_document(app))["paths"]) == set(OPERATIONS)


@pytest.mark.parametrize("path", OPERATIONS)
def test_an_operation_answers_as_documented_and_never_with_a_server_error(
    app: Flask, gate: Terminal, path: str
) -> None:
    schema = schemathesis.openapi.from_dict(json.loads(openapi_document(app)))
    schema.app = app
    for result in schema.include(path=path).get_all_operations():

        @given(case=result.ok().as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def conforms(case: Case) -> None:
            headers = {"Authorization": f"Bearer {gate.token}"}
            answer = case.call(app=app, headers=headers)
            case.validate_response(answer, checks=CHECKS, headers=headers)

        conforms()
