from pathlib import Path

from flask import Flask

import miniprogram_api
from backend.infrastructure.http.openapi import openapi_document

COMMITTED = Path(miniprogram_api.__file__).parent / "openapi.json"


def test_the_committed_document_is_the_apps_own(app: Flask) -> None:
    assert openapi_document(app) == COMMITTED.read_text(), "write it anew: flask openapi"
