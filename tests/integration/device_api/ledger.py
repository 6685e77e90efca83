"""What a refusal must look like, and that it left everything as it was."""

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.bootstrap import METADATA
from backend.infrastructure.http.platform import Platform

CHINESE = re.compile("[\u4e00-\u9fff]")
AUDIT = frozenset({"audit_entry", "audit_head"})

_CONTENT = " UNION ALL ".join(
    f"SELECT '{table.name}', count(*), md5(coalesce(string_agg(row::text, '\n' ORDER BY row::text), ''))"
    f' FROM "{table.name}" AS row'
    for table in METADATA.sorted_tables
)


def content_of(platform: Platform) -> dict[str, tuple[int, str]]:
    """Rows and a hash of every row of each table, and of the media store."""
    with platform.database.engine.connect() as connection:
        found = {name: (count, content) for name, count, content in connection.execute(text(_CONTENT))}
    return found | {"media files": _files(Path(urlparse(platform.settings.media_url).path))}


def _files(folder: Path) -> tuple[int, str]:
    names = sorted(str(file) for file in folder.rglob("*") if file.is_file())
    return len(names), hashlib.md5("\n".join(names).encode(), usedforsecurity=False).hexdigest()


@contextmanager
def nothing_changes(platform: Platform, *, but: Collection[str] = ()) -> Iterator[None]:
    """Fails when any table or the media store differs afterwards, except the tables named."""
    before = content_of(platform)
    yield
    after = content_of(platform)
    changed = {name for name in after if after[name] != before[name]} - set(but)
    assert changed == set(), {name: (before[name][0], after[name][0]) for name in changed}


def problem_of(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem document (RFC 9457) that tells a Chinese reader what happened and what to do."""
    assert answer.mimetype == "application/problem+json", (answer.status, answer.mimetype, answer.data[:200])
    document = answer.get_json()
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:anlin:problem:{document['code']}"
    assert CHINESE.search(document["title"]) and CHINESE.search(document["detail"]), document
    return answer.status_code, document["code"]
