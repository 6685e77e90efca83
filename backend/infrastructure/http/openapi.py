"""flask-smorest as our JSON apps use it: OpenAPI 3.1 with problem documents, and no error handlers of its own."""

import json
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    instance = fields.String()
    facts = fields.Dict()
    errors = fields.Dict()


class JsonApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """`install_problems` answers every error."""

    def _register_responses(self) -> None:
        """The base class documents errors in the type of answers."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def create_api(app: Flask, title: str) -> JsonApi:
    """Every operation asks for a bearer token unless its `doc` says `security: []`. No page of Swagger UI."""
    app.config |= {"API_TITLE": title, "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}
    bearer = {"type": "http", "scheme": "bearer"}
    api = JsonApi(app, spec_kwargs={"security": [{"bearer": []}]})
    api.spec.components.security_scheme("bearer", bearer)
    return api


def openapi_document(app: Flask) -> str:
    """The app's OpenAPI document as it is committed: sorted, so that equal APIs are equal files."""
    api: Any = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return json.dumps(api.spec.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
