from marshmallow import fields

from backend.features.devices.model import Direction
from backend.features.visits.model import VisitState
from backend.infrastructure.http.schema_base import Between, Instant, JsonSchema, PageQuery, Text, page_schema

MAX_ENTRIES = 20


class VisitRequest(JsonSchema):
    household_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a resident of several homes."}
    )
    visitor_name = Text(40, required=True)
    visitor_phone = Text(20, load_default=None, allow_none=True)
    plate = Text(12, load_default=None, allow_none=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True)
    max_entries = fields.Integer(load_default=1, strict=True, validate=Between(min=1, max=MAX_ENTRIES))


class VisitsQuery(PageQuery):
    state = fields.Enum(VisitState, by_value=True, load_default=None)


class VisitPassageResponse(JsonSchema):
    direction = fields.Enum(Direction, by_value=True, required=True)
    occurred_at = Instant(required=True)
    gate = fields.String(required=True)


class VisitResponse(JsonSchema):
    id = fields.UUID(required=True)
    household_id = fields.UUID(required=True)
    visitor_name = fields.String(required=True)
    visitor_phone = fields.String(required=True, allow_none=True)
    plate = fields.String(required=True, allow_none=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True)
    max_entries = fields.Integer(required=True)
    entries = fields.Integer(required=True)
    state = fields.Enum(VisitState, by_value=True, required=True)
    created_at = Instant(required=True)
    passages = fields.List(
        fields.Nested(VisitPassageResponse),
        required=True,
        metadata={"description": "Arrivals and departures, oldest first."},
    )


VisitPage = page_schema(VisitResponse)


class PassResponse(JsonSchema):
    """What the resident gives to the visitor: any one of the three opens."""

    link = fields.String(required=True, metadata={"format": "uri"})
    code = fields.String(required=True, metadata={"description": "Six digits to read aloud."})
    qr_text = fields.String(required=True, metadata={"description": "The signed pass, at most 200 characters."})


class VisitDetailResponse(VisitResponse):
    access = fields.Nested(
        PassResponse,
        required=True,
        allow_none=True,
        data_key="pass",
        metadata={"description": "Null once the visit is cancelled or over."},
    )
