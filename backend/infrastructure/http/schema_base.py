"""What every JSON schema shares: unknown fields refused, text bounded and printable, messages people can read."""

import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from backend.infrastructure.texts import translate
from backend.kernel.paging import MAX_LIMIT, Cursor, PageRequest

MESSAGES = {
    "required": "此项必填",
    "null": "此项不能为空",
    "type": "格式不对",
    "unknown": "不支持此项",
    "validator_failed": "取值不对",
    "invalid": "格式不对",
    "invalid_utf8": "文字编码不对",
    "invalid_uuid": "编号格式不对",
    "invalid_awareness": "时间需带时区，例如 2026-01-31T08:00:00+08:00",
    "format": "格式不对",
    "too_large": "数值过大",
    "special": "不是有限的数值",
    "out_of_calendar": "时间超出范围",
    "unprintable": "不能包含控制字符",
}
UNPRINTABLE = r"\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Control characters, and those that make text read backwards on a guard's page; NUL is no text to PostgreSQL."""


_CALENDAR = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class Messages(dict[str, Any]):
    """Looked up in the language of the request that fails."""

    def __getitem__(self, key: str) -> str:
        return translate(str(super().__getitem__(key)))


class JsonSchema(Schema):
    class Meta:
        unknown = RAISE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages = Messages(MESSAGES)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.error_messages = Messages(field_obj.error_messages | MESSAGES)
        if isinstance(field_obj, fields.Enum):
            field_obj.error_messages["unknown"] = "可选值：{choices}"
        for inner in _inner_fields(field_obj):
            self.on_bind_field(field_name, inner)


def _inner_fields(field_obj: fields.Field[Any]) -> list[fields.Field[Any]]:
    if isinstance(field_obj, fields.List):
        return [field_obj.inner]
    if isinstance(field_obj, fields.Mapping):
        return [inner for inner in (field_obj.key_field, field_obj.value_field) if inner is not None]
    return []


class Bounds(validate.Length):
    message_min = "至少 {min} 个字"
    message_max = "最多 {max} 个字"
    message_all = "长度应为 {min} 到 {max} 个字"
    message_equal = "长度应为 {equal} 个字"

    def _format_error(self, value: Any, message: str) -> str:
        return super()._format_error(value, translate(message))


class ItemCount(Bounds):
    message_max = "最多 {max} 项"
    message_equal = "应有 {equal} 项"


class Between(validate.Range):
    def __init__(self, *, min: float | None = None, max: float | None = None) -> None:
        super().__init__(min, max)  # which fills messages of a class in once, before the language is known
        self.message_min = "不能小于 {min}"
        self.message_max = "不能大于 {max}"
        self.message_all = "应在 {min} 到 {max} 之间"

    def _format_error(self, value: Any, message: str) -> str:
        return super()._format_error(value, translate(message))


class Shape(validate.Regexp):
    """A pattern with its own message, which has to be a text of the catalogue."""

    def _format_error(self, value: str | bytes) -> str:
        return translate(self.error)


class Text(fields.String):
    """One line of `min_length` to `max_length` printable characters."""

    _FORBIDDEN = re.compile(f"[{UNPRINTABLE}]")

    def __init__(self, max_length: int, *, min_length: int = 1, **kwargs: Any) -> None:
        documented = {"pattern": f"^[^{UNPRINTABLE}]*$"} | kwargs.pop("metadata", {})
        super().__init__(validate=Bounds(min=min_length, max=max_length), metadata=documented, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self._FORBIDDEN.search(text):
            raise self.make_error("unprintable")
        return text


class Instant(fields.AwareDateTime):
    """ISO-8601 with an offset, before the year 2100; UTC once it is loaded."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant = super()._deserialize(value, attr, data, **kwargs)
        if not _CALENDAR[0] <= instant < _CALENDAR[1]:  # near its ends Python's calendar cannot change time zones
            raise self.make_error("out_of_calendar")
        return instant.astimezone(UTC)


class LocalDay(fields.Date):
    """A calendar day (Asia/Shanghai) before the year 2100."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not _CALENDAR[0].date() <= day < _CALENDAR[1].date():
            raise self.make_error("out_of_calendar")
        return day


class CursorText(fields.Field[Cursor]):
    def _serialize(self, value: Cursor | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.encode()


class PageQuery(JsonSchema):
    limit = fields.Integer(load_default=20, validate=Between(min=1, max=MAX_LIMIT))
    cursor = Text(200, load_default=None)


def page_request(query: dict[str, Any]) -> PageRequest:
    """Raises BadCursor for a cursor that no page gave."""
    after = None if query["cursor"] is None else Cursor.decode(query["cursor"])
    return PageRequest(query["limit"], after)


def page_schema(item: type[Schema]) -> type[Schema]:
    """`{items, next}`, where `next` is the cursor of the page behind, or null."""
    parts: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": CursorText(required=True, allow_none=True, metadata={"type": "string"}),
    }
    return JsonSchema.from_dict(parts, name=f"{item.__name__.removesuffix('Response')}Page")
