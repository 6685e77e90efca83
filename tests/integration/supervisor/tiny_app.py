"""A web application of one answer, for the supervisor to start."""

from collections.abc import Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """200 for /readyz of the property host, else 404."""
    ready = environ["PATH_INFO"] == "/readyz" and environ["HTTP_HOST"] == "property.localhost"
    start_response("200 OK" if ready else "404 Not Found", [("Content-Type", "text/plain")])
    return [b"ready\n"]
