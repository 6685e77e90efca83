"""A copy of one's data as a file: JSON for machines, a page for people."""

import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from backend.features.rights.model import Deletion, Section
from backend.kernel.clock import LOCAL_ZONE

EXPORT_LIFE = timedelta(days=3)
"""Long enough for a week-end's reading, short enough for a file with everything in it."""
EXPORTS_A_DAY = 3
JSON_NAME, PAGE_NAME = "my-data.json", "my-data.html"

DELETIONS: Mapping[Deletion, str] = {
    Deletion.WITH_ACCOUNT: "注销账号时删除",
    Deletion.ON_REQUEST: "可以申请删除",
    Deletion.KEPT: "到期前不能删除",
}
_STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d273b}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}td,th{border:1px solid #dce1e7;padding:.4rem .6rem;"
    "text-align:left;vertical-align:top}th{background:#f6f8fb}p{color:#49566c;margin:.2rem 0}"
)


def archive(sections: Sequence[Section], made_at: datetime) -> bytes:
    """A zip of both forms."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(JSON_NAME, machine_readable(sections, made_at))
        file.writestr(PAGE_NAME, readable(sections, made_at))
    return body.getvalue()


def machine_readable(sections: Sequence[Section], made_at: datetime) -> str:
    """Stable keys in English, instants in UTC: another operator's program can read it (PIPL 45)."""
    document = {
        "format": "anlin-own-data",
        "version": 1,
        "made_at": _plain(made_at),
        "sections": [
            {
                "kind": one.kind,
                "title": one.title,
                "basis": one.basis,
                "kept": one.kept,
                "deletion": one.deletion.value,
                "labels": dict(one.labels),
                "items": [{name: _plain(value) for name, value in item.items()} for item in one.items],
            }
            for one in sections
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


def readable(sections: Sequence[Section], made_at: datetime) -> str:
    """One page that needs nothing from anywhere."""
    parts = [
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>我的数据</title><style>{_STYLE}</style>',
        f"<h1>我的数据</h1><p>整理于 {_shown(made_at)}（北京时间）。请妥善保管，不要转发给他人。</p>",
    ]
    for one in sections:
        parts.append(f"<h2>{html.escape(one.title)}（{len(one.items)}）</h2>")
        parts.append(f"<p>为什么保存：{html.escape(one.basis)}</p>")
        parts.append(f"<p>保存到：{html.escape(one.kept)}，{DELETIONS[one.deletion]}</p>")
        parts.append(_table(one) if one.items else "<p>没有记录。</p>")
    return "".join([*parts, "</html>"])


def _table(section: Section) -> str:
    head = "".join(f"<th>{html.escape(label)}</th>" for label in section.labels.values())
    rows = (
        "<tr>" + "".join(f"<td>{html.escape(_shown(item.get(name)))}</td>" for name in section.labels) + "</tr>"
        for item in section.items
    )
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"
    return str(_plain(value))
