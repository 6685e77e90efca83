from enum import Enum
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from backend.features.devices.model import Direction
from backend.features.visits.model import RefusalReason, VisitKind, VisitState
from backend.features.visits.rules import MOST_ENTRIES_A_DAY
from backend.infrastructure.http.schema_base import (
    Between,
    Instant,
    ItemCount,
    JsonSchema,
    LocalDay,
    PageQuery,
    Shape,
    Text,
    page_schema,
)
from backend.infrastructure.texts import translate

MAX_ENTRIES = 20
MOST_DAYS_OFF = 60
CLOCK = Shape("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", error="时间格式应为 08:30")


class AnnouncedKind(Enum):
    """What residents may announce: every `VisitKind` but the one that begins at the gate."""

    GUEST = VisitKind.GUEST.value
    CARER = VisitKind.CARER.value
    TUTOR = VisitKind.TUTOR.value
    HELPER = VisitKind.HELPER.value
    COURIER = VisitKind.COURIER.value


class SeriesRequest(JsonSchema):
    """Who comes again and again: a carer, a tutor. Days and hours are local (Asia/Shanghai)."""

    weekdays = fields.List(
        fields.Integer(strict=True, validate=Between(min=1, max=7)),
        required=True,
        validate=ItemCount(max=7),
        metadata={"description": "1 is Monday", "example": [1, 3, 5]},
    )
    from_time = fields.String(required=True, validate=CLOCK, metadata={"example": "08:00"})
    until_time = fields.String(
        required=True,
        validate=CLOCK,
        metadata={"description": "An end that is not after the begin is on the next day.", "example": "18:00"},
    )
    first_on = LocalDay(required=True)
    last_on = LocalDay(required=True, metadata={"description": "The last day, itself included."})
    except_on = fields.List(LocalDay(), load_default=list, validate=ItemCount(max=MOST_DAYS_OFF))
    entries_a_day = fields.Integer(load_default=1, strict=True, validate=Between(min=1, max=MOST_ENTRIES_A_DAY))


class VisitRequest(JsonSchema):
    """Either a window, or a series."""

    household_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a resident of several homes."}
    )
    visitor_name = Text(40, required=True)
    visitor_phone = Text(20, load_default=None, allow_none=True)
    plate = Text(12, load_default=None, allow_none=True)
    kind = fields.Enum(AnnouncedKind, by_value=True, load_default=AnnouncedKind.GUEST)
    valid_from = Instant(load_default=None)
    valid_until = Instant(load_default=None)
    max_entries = fields.Integer(load_default=1, strict=True, validate=Between(min=1, max=MAX_ENTRIES))
    series = fields.Nested(SeriesRequest, load_default=None, allow_none=True)

    @validates_schema
    def window_or_series(self, data: dict[str, Any], **_: object) -> None:
        window = [data.get("valid_from"), data.get("valid_until")]
        whole, none = None not in window, window == [None, None]
        if not (none if data.get("series") else whole):
            raise ValidationError(translate("须提供起止时间或长期通行，且只提供一项"), "valid_from")


class TimedVisitRequest(JsonSchema):
    """A pass from now on, for a courier or somebody who helps out: so many minutes, one entry unless told otherwise."""

    household_id = fields.UUID(load_default=None)
    minutes = fields.Integer(load_default=30, strict=True, validate=Between(min=5, max=240))
    visitor_name = Text(40, load_default="快递外卖")
    visitor_phone = Text(20, load_default=None, allow_none=True)
    plate = Text(12, load_default=None, allow_none=True)
    max_entries = fields.Integer(load_default=1, strict=True, validate=Between(min=1, max=MAX_ENTRIES))


class DayOffRequest(JsonSchema):
    on = LocalDay(required=True)


class VisitsQuery(PageQuery):
    state = fields.Enum(VisitState, by_value=True, load_default=None)


class VisitPassageResponse(JsonSchema):
    direction = fields.Enum(Direction, by_value=True, required=True)
    occurred_at = Instant(required=True)
    gate = fields.String(required=True)


class SeriesResponse(JsonSchema):
    weekdays = fields.List(fields.Integer(), required=True)
    from_time = fields.String(required=True)
    until_time = fields.String(required=True)
    except_on = fields.List(LocalDay(), required=True)
    entries_a_day = fields.Integer(required=True)
    entries_today = fields.Integer(required=True)


class VisitResponse(JsonSchema):
    id = fields.UUID(required=True)
    household_id = fields.UUID(required=True)
    visitor_name = fields.String(required=True)
    visitor_phone = fields.String(required=True, allow_none=True)
    plate = fields.String(required=True, allow_none=True)
    kind = fields.Enum(VisitKind, by_value=True, required=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True)
    max_entries = fields.Integer(required=True)
    entries = fields.Integer(required=True)
    series = fields.Nested(SeriesResponse, required=True, allow_none=True)
    state = fields.Enum(VisitState, by_value=True, required=True)
    refusal = fields.Enum(RefusalReason, by_value=True, required=True, allow_none=True)
    advice = fields.String(required=True, metadata={"description": "One sentence: how it stands and what to do."})
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
    qr_text = fields.String(
        required=True,
        metadata={"description": "The signed pass, at most 200 characters; of a series for the day at hand."},
    )


class VisitDetailResponse(VisitResponse):
    access = fields.Nested(
        PassResponse,
        required=True,
        allow_none=True,
        data_key="pass",
        metadata={"description": "Null while the visit waits for approval, and once it is cancelled or over."},
    )
