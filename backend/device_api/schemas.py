"""What devices send and get. Unknown fields are refused: a typo in a firmware must not pass unseen."""

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from backend.features.devices.model import CommandKind, CommandOutcome
from backend.features.passes.rules import TEXT_LENGTH


class Strict(Schema):
    class Meta:
        unknown = RAISE


class MediaResponse(Schema):
    media_id = fields.UUID(required=True)
    sha256 = fields.String(required=True, metadata={"description": "hex; compare it with what was sent"})


class Envelope(Strict):
    """The header of every event."""

    event_id = fields.UUID(required=True, metadata={"description": "made by the device, once for each event"})
    boot_id = fields.UUID(required=True)
    counter = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**53))
    occurred_at = fields.AwareDateTime(required=True, format="iso")
    sent_at = fields.AwareDateTime(
        required=True, format="iso", metadata={"description": "the device's clock at sending; checked against ours"}
    )


class CaptureRequest(Envelope):
    media_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(equal=1))
    payload = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 64)),
        values=fields.String(validate=validate.Length(0, 256)),
        load_default=dict,
        validate=validate.Length(max=32),
        metadata={"description": "what the camera itself reports; stored with its origin, opens nothing"},
    )


class PassCheckRequest(Envelope):
    """Exactly one of the two."""

    qr = fields.String(validate=validate.Length(equal=TEXT_LENGTH))
    code = fields.String(validate=validate.Regexp(r"^[0-9]{6}$"))

    @validates_schema
    def one_credential(self, data: dict[str, object], **_: object) -> None:
        if ("qr" in data) == ("code" in data):
            raise ValidationError("exactly one of qr and code", "code")


class EventResponse(Schema):
    event_id = fields.String(required=True)
    received_at = fields.String(required=True)


class CaptureResponse(EventResponse):
    passage_id = fields.String(required=True, metadata={"description": "commands that follow name it"})


class PassCheckResponse(EventResponse):
    admitted = fields.Boolean(required=True)
    reason = fields.String(required=True, metadata={"description": "stable code; `admitted` or why not"})
    text = fields.String(required=True, metadata={"description": "one calm sentence for the display, Chinese"})


class CommandResponse(Schema):
    id = fields.UUID(required=True)
    kind = fields.Enum(CommandKind, by_value=True, required=True)
    passage_id = fields.UUID(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(format="iso", required=True)
    expires_at = fields.AwareDateTime(
        format="iso", required=True, metadata={"description": "do not act after this instant"}
    )


class CommandsResponse(Schema):
    commands = fields.List(fields.Nested(CommandResponse), required=True)
    server_time = fields.AwareDateTime(format="iso", required=True)


class AcknowledgeRequest(Strict):
    outcome = fields.Enum(CommandOutcome, by_value=True, required=True)


class WaitQuery(Schema):
    wait_seconds = fields.Integer(load_default=0, validate=validate.Range(0, 25))
