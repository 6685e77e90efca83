"""What devices send and get. Unknown fields are refused: a typo in a firmware must not pass unseen."""

from marshmallow import ValidationError, fields, validates_schema

from backend.features.credentials.model import DoorAlarm
from backend.features.devices.model import CommandKind, CommandOutcome
from backend.features.intercom.model import CallState
from backend.features.passages.model import BodyColour, Heading, VehicleType
from backend.features.passes.rules import TEXT_LENGTH
from backend.infrastructure.http.schema_base import Between, Bounds, Instant, ItemCount, JsonSchema, Shape, Text
from backend.infrastructure.texts import translate

HIGHEST_COUNTER = 2**31 - 1


class MediaResponse(JsonSchema):
    media_id = fields.UUID(required=True)
    sha256 = fields.String(required=True, metadata={"description": "hex; compare it with what was sent"})


class Envelope(JsonSchema):
    """The header of every event."""

    event_id = fields.UUID(required=True, metadata={"description": "made by the device, once for each event"})
    boot_id = fields.UUID(required=True)
    counter = fields.Integer(required=True, strict=True, validate=Between(min=0, max=HIGHEST_COUNTER))
    occurred_at = Instant(required=True)
    sent_at = Instant(required=True, metadata={"description": "the device's clock at sending; checked against ours"})


class VehicleRequest(JsonSchema):
    """What the camera's own analysis says; leave out what it does not know. Shown with its origin, opens nothing."""

    type = fields.Enum(VehicleType, by_value=True)
    colour = fields.Enum(BodyColour, by_value=True, metadata={"description": "of the body"})
    brand = Text(32, metadata={"description": "as the camera spells it, such as 比亚迪"})
    heading = fields.Enum(Heading, by_value=True, metadata={"description": "as the camera sees the car drive"})
    speed_kmh = fields.Float(validate=Between(min=0, max=250), metadata={"description": "kilometres an hour"})


class CaptureRequest(Envelope):
    media_ids = fields.List(fields.UUID(), required=True, validate=ItemCount(equal=1))
    vehicle = fields.Nested(
        VehicleRequest, load_default=dict, metadata={"description": "what the camera itself says of the vehicle"}
    )
    payload = fields.Dict(
        keys=Text(64),
        values=Text(256, min_length=0),
        load_default=dict,
        validate=ItemCount(max=32),
        metadata={"description": "what the camera itself reports; stored with its origin, opens nothing"},
    )


class PassCheckRequest(Envelope):
    """Exactly one of the two."""

    qr = Text(TEXT_LENGTH, min_length=TEXT_LENGTH)
    code = fields.String(validate=[Bounds(equal=6), Shape("^[0-9]{6}$", error="应为六位数字")])

    @validates_schema
    def one_credential(self, data: dict[str, object], **_: object) -> None:
        if ("qr" in data) == ("code" in data):
            raise ValidationError(translate("qr 与 code 须提供且只提供一项"), "code")


class EventResponse(JsonSchema):
    event_id = fields.String(required=True)
    received_at = fields.String(required=True)


class CaptureResponse(EventResponse):
    passage_id = fields.String(required=True, metadata={"description": "commands that follow name it"})


class PassCheckResponse(EventResponse):
    admitted = fields.Boolean(required=True)
    reason = fields.String(required=True, metadata={"description": "stable code; `admitted` or why not"})
    text = fields.String(
        required=True,
        metadata={"description": "one calm sentence for the display; English for `Accept-Language: en`, else Chinese"},
    )


class AccessCheckRequest(Envelope):
    card = Text(64, required=True, metadata={"description": "the card's number in hexadecimal digits"})
    pin = fields.String(validate=[Bounds(equal=6), Shape("^[0-9]{6}$", error="应为六位数字")])


class OfflineWordRequest(JsonSchema):
    """What the gate has decided by its signed daily list while it could not ask."""

    admitted = fields.Boolean(required=True)
    list_issued_at = Instant(required=True)


class PickupCheckRequest(Envelope):
    """Exactly one of `card` and `qr`."""

    card = Text(64, metadata={"description": "the card's number in hexadecimal digits"})
    qr = Text(TEXT_LENGTH, min_length=TEXT_LENGTH, metadata={"description": "a delegate's single-use pass"})
    pin = fields.String(validate=[Bounds(equal=6), Shape("^[0-9]{6}$", error="应为六位数字")])
    media_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=ItemCount(max=1),
        metadata={"description": "the photo taken at the same moment, uploaded before"},
    )
    offline = fields.Nested(
        OfflineWordRequest, metadata={"description": "only for a check that the gate has decided by itself"}
    )

    @validates_schema
    def one_credential(self, data: dict[str, object], **_: object) -> None:
        if ("card" in data) == ("qr" in data):
            raise ValidationError(translate("card 与 qr 须提供且只提供一项"), "card")


class PickupCheckResponse(EventResponse):
    """One bit. Whoever is refused, whoever waits and whoever nobody knows get the same answer."""

    admitted = fields.Boolean(required=True)
    text = fields.String(
        required=True,
        metadata={"description": "one calm sentence for the display; English for `Accept-Language: en`, else Chinese"},
    )


class DoorAlarmRequest(Envelope):
    kind = fields.Enum(DoorAlarm, by_value=True, required=True)


class IntercomCallRequest(Envelope):
    room = Text(32, required=True, metadata={"description": "as typed: 501, 2-501, 3-2-501 or 3幢2单元501"})
    media_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=ItemCount(max=1),
        metadata={"description": "the picture that the station took of whoever rings"},
    )


class IntercomStateResponse(JsonSchema):
    call_id = fields.UUID(required=True)
    state = fields.Enum(CallState, by_value=True, required=True)
    text = fields.String(
        required=True,
        metadata={"description": "one calm sentence for the display; English for `Accept-Language: en`, else Chinese"},
    )
    ends_at = Instant(required=True, metadata={"description": "the household has until then; later it is the guard's"})


class IntercomCallResponse(EventResponse):
    call_id = fields.String(required=True, metadata={"description": "ask for it, or wait at `/live/intercom/calls/`"})
    state = fields.String(required=True)
    text = fields.String(required=True)
    ends_at = fields.String(required=True)


class CallWaitQuery(JsonSchema):
    seen = fields.Enum(CallState, by_value=True, load_default=CallState.RINGING)
    wait_seconds = fields.Integer(load_default=0, validate=Between(min=0, max=25))


class IdentityCardRequest(Envelope):
    """As the reader's SDK gives it. There is no field for the photo in the chip."""

    name = Text(40, required=True)
    number = Text(18, min_length=18, required=True, metadata={"description": "eighteen places, the last a digit or X"})
    valid_from = fields.Date(load_default=None)
    valid_until = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "the last day; null for 长期"}
    )


class CommandResponse(JsonSchema):
    id = fields.UUID(required=True)
    kind = fields.Enum(CommandKind, by_value=True, required=True)
    passage_id = fields.UUID(required=True, allow_none=True)
    issued_at = Instant(required=True)
    expires_at = Instant(required=True, metadata={"description": "do not act after this instant"})


class CommandsResponse(JsonSchema):
    commands = fields.List(fields.Nested(CommandResponse), required=True)
    server_time = Instant(required=True)


class AcknowledgeRequest(JsonSchema):
    outcome = fields.Enum(CommandOutcome, by_value=True, required=True)


class WaitQuery(JsonSchema):
    wait_seconds = fields.Integer(load_default=0, validate=Between(min=0, max=25))
