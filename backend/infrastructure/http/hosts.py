"""One host an app: `property.example.cn`, `device.example.cn`. Cookies and origins keep them apart."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


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
    body = b'{"type":"urn:anlin:problem:unknown_host","title":"unknown host","status":421,"code":"unknown_host"}'
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    start_response("421 Misdirected Request", headers)
    return [body]
