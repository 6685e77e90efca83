"""A resident's phone with the mini-program on it."""

import secrets
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.drivers.sandbox import Sandbox


class Phone:
    """Calls the API as the mini-program does; `openid` is the WeChat user that holds it."""

    def __init__(self, app: Flask, sandbox: Sandbox, openid: str, number: str | None = None) -> None:
        self._app = app
        self._sandbox = sandbox
        self.openid = openid
        self.number = number
        self.token: str | None = None

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._app.test_client().get(f"/api/v1{path}", query_string=query, headers=self._headers())

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> TestResponse:
        """With an idempotency key of its own unless one is given."""
        chosen = {"Idempotency-Key": key or secrets.token_urlsafe(16)}
        return self._app.test_client().post(f"/api/v1{path}", json=body, headers=self._headers() | chosen | headers)

    def delete(self, path: str) -> TestResponse:
        return self._app.test_client().delete(f"/api/v1{path}", headers=self._headers())

    def log_in(self) -> "Phone":
        answer = self.post("/sessions", {"code": self._sandbox.login_code(self.openid)})
        assert answer.status_code == 201, answer.text
        self.token = answer.get_json()["token"]
        return self

    def share_number(self) -> "Phone":
        answer = self.post("/me/phone", {"code": self._sandbox.phone_code(str(self.number))})
        assert answer.status_code == 200, answer.text
        return self

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def code_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]
