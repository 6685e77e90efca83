"""A resident's phone with the mini-program on it, over HTTP."""

import secrets
from typing import Any

import requests


class Phone:
    def __init__(self, base_url: str, sandbox_url: str, openid: str, number: str) -> None:
        self._base_url = base_url
        self._sandbox_url = sandbox_url
        self.openid = openid
        self.number = number
        self._session = requests.Session()
        self._session.headers["Host"] = "api.localhost"

    def log_in(self) -> "Phone":
        answer = self.post("/sessions", {"code": self._wechat("login-code", openid=self.openid)})
        self._session.headers["Authorization"] = f"Bearer {answer['token']}"
        return self

    def share_number(self) -> "Phone":
        self.post("/me/phone", {"code": self._wechat("phone-code", phone=self.number)})
        return self

    def _wechat(self, kind: str, **subject: str) -> str:
        answer = requests.post(f"{self._sandbox_url}/control/wechat/{kind}", json=subject, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["code"])

    def get(self, path: str, **query: Any) -> Any:
        answer = self._session.get(f"{self._base_url}/api/v1{path}", params=query, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        answer = self.try_post(path, body, key)
        assert answer.ok, answer.text
        return answer.json()

    def try_post(self, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(16)}
        return self._session.post(f"{self._base_url}/api/v1{path}", json=body, headers=headers, timeout=20)
