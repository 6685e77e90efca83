from marshmallow import fields

from backend.features.residents.model import BindingReason, BindingState
from backend.infrastructure.http.schema_base import Instant, JsonSchema, PageQuery, Text, page_schema


class CodeRequest(JsonSchema):
    """What `wx.login` or the phone button gave to the mini-program."""

    code = Text(128, required=True)


class ResidentResponse(JsonSchema):
    id = fields.UUID(required=True)
    phone = fields.String(
        required=True, allow_none=True, metadata={"description": "Masked: enough to recognise one's own number."}
    )


class SessionResponse(JsonSchema):
    token = fields.String(required=True)
    expires_at = Instant(required=True)
    resident = fields.Nested(ResidentResponse, required=True)


class PlaceResponse(JsonSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class SitesQuery(PageQuery):
    query = Text(40, load_default=None)


PlacePage = page_schema(PlaceResponse)


class BindingRequest(JsonSchema):
    room_id = fields.UUID(required=True)


class BindingResponse(JsonSchema):
    id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    household_id = fields.UUID(required=True)
    state = fields.Enum(BindingState, by_value=True, required=True)
    requested_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    reason = fields.Enum(BindingReason, by_value=True, required=True, allow_none=True)


BindingPage = page_schema(BindingResponse)


class VehicleResponse(JsonSchema):
    id = fields.UUID(required=True)
    plate = fields.String(required=True)


class HouseholdResponse(JsonSchema):
    id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    site = fields.String(required=True)
    room = fields.String(required=True, metadata={"description": "As people say it: 3幢2单元501."})
    vehicles = fields.List(fields.Nested(VehicleResponse), required=True)


class HouseholdsResponse(JsonSchema):
    items = fields.List(fields.Nested(HouseholdResponse), required=True)
