from enum import Enum

from marshmallow import fields

from backend.features.intercom.model import CallState, Happening
from backend.infrastructure.http.schema_base import Instant, JsonSchema, PageQuery, page_schema


class DoorState(Enum):
    """What is known of the door after it was told to open."""

    NOT_TOLD = "not_told"
    TOLD = "told"
    OPENED = "opened"
    FAILED = "failed"
    SILENT = "silent"


class CallsQuery(PageQuery):
    ringing = fields.Boolean(load_default=False, metadata={"description": "only those that wait for an answer now"})


class CallLineResponse(JsonSchema):
    what = fields.Enum(Happening, by_value=True, required=True)
    at = Instant(required=True)
    by_me = fields.Boolean(required=True)


class CallResponse(JsonSchema):
    id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    household_id = fields.UUID(required=True)
    station = fields.String(required=True, metadata={"description": "the door or gate where somebody rings"})
    state = fields.Enum(CallState, by_value=True, required=True)
    started_at = Instant(required=True)
    ends_at = Instant(required=True, metadata={"description": "after this instant the guard decides"})
    answered_by_me = fields.Boolean(required=True)
    has_picture = fields.Boolean(required=True, metadata={"description": "shown for a day"})
    door = fields.Enum(DoorState, by_value=True, required=True)
    history = fields.List(fields.Nested(CallLineResponse), required=True)


CallPage = page_schema(CallResponse)
