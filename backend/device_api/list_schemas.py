"""What terminals that can decide alone send and get. `docs/gate-list.md` tells the whole of it."""

from marshmallow import ValidationError, fields, validates_schema

from backend.device_api.schemas import HIGHEST_COUNTER
from backend.features.gate_lists.model import OfflineCredential, Outcome, Receipt
from backend.infrastructure.http.schema_base import Between, Instant, ItemCount, JsonSchema, Shape, Text
from backend.infrastructure.texts import translate

MOST_DECISIONS = 50
HIGHEST_VERSION = 2**53 - 1


class GateKeyRequest(JsonSchema):
    public_key = fields.String(
        required=True,
        validate=Shape("^[0-9a-f]{64}$", error="应为 64 位小写十六进制数字"),
        metadata={"description": "the public half of the terminal's X25519 key"},
    )


class GateKeyResponse(JsonSchema):
    site_id = fields.UUID(required=True)
    place_id = fields.UUID(required=True, metadata={"description": "the gate's or the door's id"})
    device_id = fields.UUID(required=True)
    gate_bit = fields.Integer(required=True, metadata={"description": "0 to 31; 255 for a door"})
    direction = fields.String(required=True, metadata={"enum": ["in", "out"]})
    list_keys = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Ed25519 public keys in hexadecimal digits, by version"},
    )


class GateListResponse(JsonSchema):
    version = fields.Integer(required=True)
    expires_at = Instant(required=True)
    sealed = fields.String(required=True, metadata={"description": "base64; HPKE (RFC 9180) to the terminal's key"})


class HeldRequest(JsonSchema):
    version = fields.Integer(required=True, strict=True, validate=Between(min=1, max=HIGHEST_VERSION))


class DecisionRequest(JsonSchema):
    """One decision that a terminal took alone."""

    event_id = fields.UUID(required=True, metadata={"description": "made by the device, once for each event"})
    boot_id = fields.UUID(required=True)
    counter = fields.Integer(required=True, strict=True, validate=Between(min=1, max=HIGHEST_COUNTER))
    occurred_at = Instant(required=True)
    list_version = fields.Integer(
        required=True,
        strict=True,
        allow_none=True,
        validate=Between(min=1, max=HIGHEST_VERSION),
        metadata={"description": "null: it held no list"},
    )
    credential = fields.Enum(OfflineCredential, by_value=True, required=True)
    shown = Text(
        256,
        min_length=0,
        load_default="",
        metadata={"description": "the pass's text, the card's number or the plate; left out where nothing was shown"},
    )
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    reason = fields.String(required=True, validate=Shape("^[a-z_]{1,40}$", error="应为小写字母和下划线"))
    unanswered = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=Between(min=1, max=HIGHEST_COUNTER),
        metadata={"description": "counter of the online check of the same arrival that got no answer"},
    )

    @validates_schema
    def something_shown(self, data: dict[str, object], **_: object) -> None:
        if (data["credential"] is OfflineCredential.HAND) == bool(data["shown"]):
            raise ValidationError(translate("除人工放行外，须写明出示的凭证"), "shown")


class DecisionsRequest(JsonSchema):
    sent_at = Instant(required=True, metadata={"description": "the device's clock at sending; checked against ours"})
    decisions = fields.List(fields.Nested(DecisionRequest), required=True, validate=ItemCount(max=MOST_DECISIONS))


class DecisionResult(JsonSchema):
    event_id = fields.UUID(required=True)
    receipt = fields.Enum(Receipt, by_value=True, required=True)


class DecisionsResponse(JsonSchema):
    received_at = Instant(required=True, metadata={"description": "for counting uses: see docs/gate-list.md"})
    results = fields.List(fields.Nested(DecisionResult), required=True)
