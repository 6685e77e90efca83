from marshmallow import fields

from backend.features.consents.model import ConsentPurpose
from backend.features.devices.model import Direction
from backend.features.rights.model import Deletion, ExportState
from backend.infrastructure.http.schema_base import Between, Instant, JsonSchema, page_schema
from backend.kernel.identity import Role
from backend.pages.own_passages import OwnKind


class OwnPassageResponse(JsonSchema):
    id = fields.UUID(required=True)
    kind = fields.Enum(OwnKind, by_value=True, required=True)
    at = Instant(required=True)
    direction = fields.Enum(Direction, by_value=True, required=True, allow_none=True)
    place = fields.String(required=True, metadata={"example": "东门"})
    admitted = fields.Boolean(required=True)
    who = fields.String(
        required=True,
        metadata={"example": "苏A12345", "description": "The plate, the visitor's name or the card's last four."},
    )
    has_photo = fields.Boolean(
        required=True, metadata={"description": "Of an own car, with the consent `passage_photos`."}
    )


OwnPassagePage = page_schema(OwnPassageResponse)


class ConsentResponse(JsonSchema):
    purpose = fields.Enum(ConsentPurpose, by_value=True, required=True)
    text = fields.String(required=True, metadata={"example": "您预约的访客到达或离开时，用短信或微信通知您。"})
    version = fields.Integer(required=True)
    given = fields.Boolean(required=True, metadata={"description": "Whether it holds now."})
    at = Instant(required=True, allow_none=True, metadata={"description": "Your last word; null without any."})


class ConsentsResponse(JsonSchema):
    items = fields.List(fields.Nested(ConsentResponse), required=True)


class ConsentRequest(JsonSchema):
    purpose = fields.Enum(ConsentPurpose, by_value=True, required=True)
    given = fields.Boolean(required=True, truthy={True}, falsy={False})
    version = fields.Integer(
        required=True,
        strict=True,
        validate=Between(min=1, max=10_000),
        metadata={"example": 1, "description": "Of the text that was shown."},
    )


class DataKindResponse(JsonSchema):
    kind = fields.String(required=True, metadata={"example": "passage"})
    title = fields.String(required=True, metadata={"example": "通行记录"})
    basis = fields.String(required=True, metadata={"example": "小区公共安全，出入口设有提示"})
    kept = fields.String(required=True, metadata={"example": "文字 180 天，照片 30 天"})
    deletion = fields.Enum(Deletion, by_value=True, required=True)
    count = fields.Integer(required=True)


class DataKindsResponse(JsonSchema):
    items = fields.List(fields.Nested(DataKindResponse), required=True)


class LookResponse(JsonSchema):
    at = Instant(required=True)
    by = fields.List(
        fields.Enum(Role, by_value=True), required=True, metadata={"description": "The roles of whoever looked."}
    )
    action = fields.String(required=True, metadata={"example": "person.looked"})
    subject = fields.String(required=True, metadata={"example": "person"})
    purpose = fields.String(required=True, metadata={"example": "register_check"})


LookPage = page_schema(LookResponse)


class ExportResponse(JsonSchema):
    id = fields.UUID(required=True)
    state = fields.Enum(ExportState, by_value=True, required=True)
    asked_at = Instant(required=True)
    expires_at = Instant(required=True)
    byte_count = fields.Integer(required=True)


class ExportsResponse(JsonSchema):
    items = fields.List(fields.Nested(ExportResponse), required=True)
