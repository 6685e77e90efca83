from marshmallow import fields

from backend.features.credentials.model import CredentialKind, CredentialState, Reason
from backend.infrastructure.http.schema_base import Instant, JsonSchema


class CredentialResponse(JsonSchema):
    id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    kind = fields.Enum(CredentialKind, by_value=True, required=True)
    tail = fields.String(
        required=True, metadata={"description": "The last four characters of a card's number; empty for a PIN."}
    )
    state = fields.Enum(CredentialState, by_value=True, required=True)
    reason = fields.Enum(Reason, by_value=True, required=True, allow_none=True)
    issued_at = Instant(required=True)
    changed_at = Instant(required=True, metadata={"description": "When it came into its present state."})


class CredentialsResponse(JsonSchema):
    items = fields.List(fields.Nested(CredentialResponse), required=True)
