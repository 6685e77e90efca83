from marshmallow import fields

from backend.features.matters.model import DataField, MatterKind, MatterState
from backend.features.people.model import Relation
from backend.infrastructure.http.schema_base import Instant, JsonSchema, Text, page_schema
from miniprogram_api.schemas.residents import VehicleResponse


class MemberResponse(JsonSchema):
    person_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"example": "王小明"})
    relation = fields.Enum(Relation, by_value=True, required=True)
    from_on = fields.Date(required=True)
    stay_until_on = fields.Date(required=True, allow_none=True)
    until_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The day from which on they live there no more, once that is known."},
    )
    is_me = fields.Boolean(required=True)


class MembersResponse(JsonSchema):
    items = fields.List(fields.Nested(MemberResponse), required=True)


class MemberRequest(JsonSchema):
    name = Text(40, required=True, metadata={"example": "李小红"})
    phone = Text(
        20,
        load_default=None,
        allow_none=True,
        metadata={"example": "13800000003", "description": "With it they can bind their own mini-program."},
    )
    relation = fields.Enum(Relation, by_value=True, required=True, metadata={"example": "tenant"})
    stay_until_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"example": "2027-06-30", "description": "Needed for a tenant; the first day after the stay."},
    )


class ExplanationRequest(JsonSchema):
    explanation = Text(300, required=True, metadata={"example": "租约已于本月到期，人已搬走。"})


class LeaveRequest(JsonSchema):
    until_on = fields.Date(
        required=True, metadata={"example": "2026-12-31", "description": "The first day on which you live elsewhere."}
    )


class VehicleRequest(JsonSchema):
    plate = Text(12, required=True, metadata={"example": "苏A12345"})


class CorrectionRequest(JsonSchema):
    person_id = fields.UUID(load_default=None, metadata={"description": "Needed only by a resident of several homes."})
    field = fields.Enum(DataField, by_value=True, required=True, metadata={"example": "phone"})
    value = Text(120, required=True, metadata={"example": "13900000001", "description": "What it should be."})
    explanation = Text(300, load_default="", metadata={"example": "换了手机号。"})


class DeletionRequest(ExplanationRequest):
    person_id = fields.UUID(load_default=None, metadata={"description": "Needed only by a resident of several homes."})


class MatterResponse(JsonSchema):
    id = fields.UUID(required=True)
    kind = fields.Enum(MatterKind, by_value=True, required=True)
    household_id = fields.UUID(required=True, attribute="place.household_id")
    person_id = fields.UUID(required=True, allow_none=True, attribute="place.person_id")
    state = fields.Enum(MatterState, by_value=True, required=True)
    subject = fields.String(
        required=True, attribute="details.subject", metadata={"example": "苏A12345", "description": "What is asked."}
    )
    explanation = fields.String(required=True, attribute="details.explanation")
    asked_at = Instant(required=True)
    due_on = fields.Date(
        required=True, metadata={"description": "The last day for an answer; of corrections and deletions the law's."}
    )
    decided_at = Instant(required=True, allow_none=True)
    answer = fields.String(
        required=True, metadata={"example": "已核对并更正。", "description": "The property's words; empty before."}
    )


MatterPage = page_schema(MatterResponse)


class VehicleAnswer(JsonSchema):
    """Exactly one of them: the car, or the request that waits for the property's word."""

    vehicle = fields.Nested(VehicleResponse, required=True, allow_none=True)
    matter = fields.Nested(MatterResponse, required=True, allow_none=True)
