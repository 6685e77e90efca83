"""A visitor's identity document at the counter: how it was read, how sure that is, and whose visit it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.kernel.ids import SiteId, TenantId

IdentityRecordId = NewType("IdentityRecordId", UUID)


class Source(Enum):
    """How the fields came here."""

    READER = "reader"
    """A card reader at the counter, out of the card's chip."""
    PHOTO = "photo"
    """Read from a photo, and confirmed by a person."""
    TYPED = "typed"
    NONE = "none"
    """No document: the host has confirmed the visitor, which is enough."""


class RecordState(Enum):
    READING = "reading"
    """The photo waits to be read."""
    OFFERED = "offered"
    """Fields are there; a person has to compare them with the document."""
    UNREADABLE = "unreadable"
    """Nothing could be read: `problem` says why, and the photo is gone."""
    CONFIRMED = "confirmed"


class Doubt(Enum):
    """What a person has to do with a field."""

    DOUBTFUL = "doubtful"
    MISSING = "missing"


class DocumentField(Enum):
    NAME = "name"
    NUMBER = "number"


class SubjectKind(Enum):
    """What a record belongs to."""

    VISIT = "visit"
    PASSAGE = "passage"


@dataclass(frozen=True)
class RecordSubject:
    kind: SubjectKind
    id: UUID


@dataclass(frozen=True)
class CardData:
    """What a document says, as read or typed; unchecked."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    valid_from: date | None = None
    valid_until: date | None = None
    """The last day; None for 长期, and where it was not read."""


@dataclass(frozen=True)
class Confirmation:
    """A person's word: what the document says, whose visit it belongs to, and that the visitor agreed."""

    card: CardData | None
    """None for a reader's word, which nobody retypes."""
    about: RecordSubject
    agreed: bool


@dataclass(frozen=True)
class CardReading:
    """Fields out of a photo, the doubtful ones marked."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    doubts: Mapping[DocumentField, Doubt] = field(default_factory=dict)


@dataclass(frozen=True)
class IdentityRecord:
    id: IdentityRecordId
    tenant_id: TenantId
    site_id: SiteId
    source: Source
    state: RecordState
    name: str | None = field(repr=False)
    number: str | None = field(repr=False)
    valid_until: date | None
    doubts: Mapping[DocumentField, Doubt]
    problem: str | None
    subject: RecordSubject | None
    fingerprint_reference: str | None = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None
    kept_until: datetime | None


class ClearPurpose(Enum):
    """Why somebody wants to see a whole number; nobody sees one without."""

    LOST_CHILD_OR_EMERGENCY = "emergency"
    POLICE_REQUEST = "police_request"
    DISPUTE = "dispute"
    VISITORS_OWN_REQUEST = "own_request"


@dataclass(frozen=True)
class LegalBasis:
    """What allows fingerprints to be taken at a site: a document, and who put it on record when."""

    document: str
    recorded_by: UUID
    recorded_at: datetime


@dataclass(frozen=True)
class IdentityPolicy:
    """A site's own rules. Without a row: thirty days, no fingerprints."""

    keep_days: int
    fingerprint_basis: LegalBasis | None = None

    @property
    def takes_fingerprints(self) -> bool:
        return self.fingerprint_basis is not None
