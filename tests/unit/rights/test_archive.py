"""A copy of one's data: the same content for programs and for people."""

import io
import json
import zipfile
from datetime import UTC, date, datetime

from backend.features.rights.model import Deletion, Section
from backend.features.rights.rules import archive

MADE_AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def unpacked(*sections: Section) -> tuple[dict[str, object], str]:
    with zipfile.ZipFile(io.BytesIO(archive(sections, MADE_AT))) as file:
        return json.loads(file.read("my-data.json")), file.read("my-data.html").decode()


def person(**item: object) -> Section:
    labels = {"name": "姓名", "from_on": "入住日期", "current": "在住", "at": "时间"}
    return Section("person", "住户登记", "合同", "居住期间", Deletion.ON_REQUEST, labels, [item])


def test_both_forms_hold_every_value() -> None:
    document, page = unpacked(person(name="王小明", from_on=date(2020, 1, 1), current=True, at=MADE_AT))
    [section] = document["sections"]  # type: ignore[misc]
    assert section["items"] == [  # type: ignore[index]
        {"name": "王小明", "from_on": "2020-01-01", "current": True, "at": "2026-11-23T04:00:00+00:00"}
    ]
    for shown in ("住户登记（1）", "王小明", "2020-01-01", "是", "2026-11-23 12:00", "可以申请删除"):
        assert shown in page


def test_what_somebody_typed_stays_text_on_the_page() -> None:
    _, page = unpacked(person(name="<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_kind_without_records_says_so() -> None:
    _, page = unpacked(Section("visit", "预约", "来访", "90 天", Deletion.KEPT, {"name": "姓名"}, []))
    assert "没有记录。" in page and "<table>" not in page
