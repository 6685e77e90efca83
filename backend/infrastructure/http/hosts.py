"""One host an app: `property.example.cn`, `device.example.cn`. Cookies and origins keep them apart."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

UNKNOWN_HOST = json.dumps(
    {
        "type": "urn:anlin:problem:unknown_host",
        "title": "地址不对",
        "status": 421,
        "code": "unknown_host",
        "detail": "此域名下没有服务，请核对网址。",
    },
    ensure_ascii=False,
).encode()
"""Made once and without an app: no app answers for this host."""


class HostDispatcher:
    def __init__(self, apps: Mapping[str, Flask], base_domain: str) -> None:
        self._apps = {f"{label}.{base_domain}": app for label, app in apps.items()}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0].lower()
        app = self._apps.get(host)
        if app is None:
            return _unknown_host(start_response)
        return app(environ, start_response)

    @property
    def apps(self) -> Mapping[str, Flask]:
        return self._apps


def _unknown_host(start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(UNKNOWN_HOST)))]
    start_response("421 Misdirected Request", headers)
    return [UNKNOWN_HOST]
