from marshmallow import fields

from backend.features.visits.model import VisitKind
from backend.features.walk_ins.model import Answerer, WalkInState
from backend.infrastructure.http.schema_base import Instant, JsonSchema, Text


class WalkInResponse(JsonSchema):
    """Somebody stands, or stood, at the gate unannounced and asks for the home."""

    id = fields.UUID(required=True)
    household_id = fields.UUID(required=True)
    as_backup = fields.Boolean(required=True, metadata={"description": "Asked as another household's backup contact."})
    room = fields.String(required=True, metadata={"description": "As people say it: 3幢2单元501."})
    visitor_name = fields.String(required=True)
    phone_tail = fields.String(required=True, allow_none=True, metadata={"description": "Four digits."})
    plate = fields.String(required=True, allow_none=True)
    kind = fields.Enum(VisitKind, by_value=True, required=True)
    gate = fields.String(required=True)
    state = fields.Enum(WalkInState, by_value=True, required=True)
    is_open = fields.Boolean(required=True, metadata={"description": "May still be answered; the first answer counts."})
    answer_by = Instant(required=True, allow_none=True, metadata={"description": "Then the next one is asked."})
    answered_by_me = fields.Boolean(required=True)
    answerer = fields.Enum(Answerer, by_value=True, required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)
    advice = fields.String(required=True, metadata={"description": "One sentence: how it stands and what to do."})


class WalkInsResponse(JsonSchema):
    items = fields.List(fields.Nested(WalkInResponse), required=True)


class WalkInAnswerRequest(JsonSchema):
    approve = fields.Boolean(required=True, truthy={True}, falsy={False})


class BackupContactRequest(JsonSchema):
    name = Text(40, required=True)
    phone = Text(20, required=True)


class BackupContactResponse(JsonSchema):
    name = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "Masked: enough to recognise the number."})
