from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.kernel.ids import SiteId


class PassPurpose(Enum):
    VISIT = 1
    PICKUP = 3
    """Of a delegate, for collecting the children that a guardian has named."""


@dataclass(frozen=True)
class Pass:
    """What a signed QR says. No personal data: a finder learns a window and nothing about anybody."""

    id: UUID
    site_id: SiteId
    gates: int
    """Bitmap: bit n opens the gate whose `bit` is n."""
    valid_from: datetime
    valid_until: datetime
    uses: int
    """How many entries it allows, 1 to 255; a gate counts its own, the platform all of them."""
    purpose: PassPurpose


class PassFault(Enum):
    MALFORMED = "pass_malformed"
    UNKNOWN_KEY = "pass_unknown_key"
    FORGED = "pass_forged"
    WRONG_SITE = "pass_wrong_site"
    WRONG_GATE = "pass_wrong_gate"
    NOT_YET = "pass_not_yet"
    OVER = "pass_over"
