"""Identity documents at the counter: read by a reader, from a photo or typed; kept sealed, shown masked, for a term.

Nobody is refused for want of a document: `note_none` records that the host has vouched instead.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.devices.model import Device, DeviceKind
from backend.features.identity_records import rules, store
from backend.features.identity_records.errors import (
    AlreadyConfirmed,
    ConsentNeeded,
    DeviceIsNoReader,
    HostNotConfirmed,
    NotReadYet,
    PhotoMissing,
)
from backend.features.identity_records.jobs import DropIdentityPhoto, ReadIdentityCard
from backend.features.identity_records.model import (
    CardData,
    CardReading,
    Confirmation,
    IdentityRecord,
    IdentityRecordId,
    RecordState,
    RecordSubject,
    Source,
    SubjectKind,
)
from backend.features.identity_records.policies import get_policy
from backend.features.identity_records.tables import IdentityRecordRow
from backend.features.media.errors import ImageTooLarge, UnusableImage
from backend.features.media.service import TOO_LARGE
from backend.features.passages import service as passages
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import ActorKind, Scope
from backend.kernel.ids import SiteId, TenantId, uuid7
from recognition.images import ImageRefused, inspect

NUMBER_CONTEXT = "identity-number"
SUBJECT = "identity_record"
NOTHING_SAID = CardData("", "")
LAPSED = "identity_photo_lapsed"
"""The problem of a photo that was not read within its term."""


def take_reading(work: Work, crypto: Crypto, device: Device, card: CardData) -> IdentityRecordId:
    """What a card reader has out of a chip; it waits for the guard. The same card held again replaces itself.

    Raises DeviceIsNoReader, NameInvalid, DocumentNumberInvalid, ValidityInvalid.
    """
    if device.kind is not DeviceKind.CARD_READER:
        raise DeviceIsNoReader
    checked = rules.checked(card)
    hashed = crypto.look_up_hash(checked.number, NUMBER_CONTEXT)
    store.lock_card(work.session, device.site_id, hashed)
    store.drop_offered(work.session, device.site_id, hashed)
    row = _new(work, device.tenant_id, device.site_id, Source.READER, RecordState.OFFERED)
    row.device_id = device.id
    _fill(row, crypto, checked)
    return _added(work, row, "identity_record.read")


def take_photo(work: Work, within: Scope, site_id: UUID, body: bytes) -> IdentityRecordId:
    """Keeps the photo, sealed, for ten minutes at most, and promises both its reading and its end.

    Raises NotFound, PhotoMissing, UnusableImage.
    """
    site = sites.get_site(work.session, within, site_id)
    _check_photo(body)
    row = _new(work, site.tenant_id, site.id, Source.PHOTO, RecordState.READING)
    record_id = _added(work, row, "identity_record.photographed")
    store.add_photo(work.session, site.id, record_id, body, work.now)
    work.later(ReadIdentityCard(record_id), site_id=site.id)
    work.later(DropIdentityPhoto(record_id), site_id=site.id, not_before=work.now + rules.PHOTO_DROPPED_AFTER)
    return record_id


def _check_photo(body: bytes) -> None:
    if not body:
        raise PhotoMissing
    try:
        inspect(body)
    except ImageRefused as refused:
        refusal = ImageTooLarge if refused.code in TOO_LARGE else UnusableImage
        raise refusal(refused.code) from None


def photo_to_read(session: Session, within: Scope, record_id: UUID, now: datetime) -> bytes | None:
    """The bytes of a photo within its term; None where it is gone, or past it."""
    found = store.find_photo(session, within, record_id)
    return None if found is None or rules.has_lapsed(found[1], now) else found[0]


def note_reading(work: Work, crypto: Crypto, within: Scope, record_id: UUID, reading: CardReading) -> None:
    """The fields for a person to compare, in the transaction that ends the photo."""
    row = store.locked_row(work.session, within, record_id)
    if row is not None and row.state == RecordState.READING.value:
        row.state = RecordState.OFFERED.value
        row.name, row.number = reading.name, reading.number
        row.number_hash = crypto.look_up_hash(reading.number, NUMBER_CONTEXT) if reading.number else None
        row.doubts = {one.value: doubt.value for one, doubt in reading.doubts.items()}
    store.drop_photo(work.session, within, record_id)


def note_unreadable(work: Work, within: Scope, record_id: UUID, problem: str) -> None:
    """Why nothing could be read; the photo ends with the same transaction."""
    row = store.locked_row(work.session, within, record_id)
    if row is not None and row.state == RecordState.READING.value:
        row.state, row.problem = RecordState.UNREADABLE.value, problem
    store.drop_photo(work.session, within, record_id)


def drop_photo(work: Work, within: Scope, record_id: UUID) -> None:
    """What is still there after the term goes unread."""
    if store.find_photo(work.session, within, record_id) is not None:
        note_unreadable(work, within, record_id, LAPSED)
        work.record("identity_record.photo_lapsed", Subject(SUBJECT, record_id))


def confirm(work: Work, crypto: Crypto, within: Scope, record_id: UUID, said: Confirmation) -> None:
    """The guard has compared the fields with the document.

    Raises ConsentNeeded, NotFound, AlreadyConfirmed, NotReadYet, and the refusals of the fields.
    """
    _need_consent(said)
    row = _locked(work, within, record_id)
    if row.state == RecordState.CONFIRMED.value:
        raise AlreadyConfirmed
    if row.state == RecordState.READING.value:
        raise NotReadYet
    if row.source != Source.READER.value:
        _fill(row, crypto, rules.checked(said.card or NOTHING_SAID))
    _settle(work, within, row, said.about)


def type_in(work: Work, crypto: Crypto, within: Scope, site_id: UUID, said: Confirmation) -> IdentityRecordId:
    """A document that a person has read. Raises ConsentNeeded, NotFound, and the refusals of the fields."""
    _need_consent(said)
    site = sites.get_site(work.session, within, site_id)
    row = _new(work, site.tenant_id, site.id, Source.TYPED, RecordState.OFFERED)
    _fill(row, crypto, rules.checked(said.card or NOTHING_SAID))
    record_id = _added(work, row, "identity_record.typed")
    _settle(work, within, row, said.about)
    return record_id


def note_none(work: Work, within: Scope, site_id: UUID, about: RecordSubject, host_confirmed: bool) -> IdentityRecordId:
    """No document, or none that the visitor wants to show: the host's word is enough. Raises HostNotConfirmed."""
    if not host_confirmed:
        raise HostNotConfirmed
    site = sites.get_site(work.session, within, site_id)
    row = _new(work, site.tenant_id, site.id, Source.NONE, RecordState.OFFERED)
    record_id = _added(work, row, "identity_record.host_vouched")
    _settle(work, within, row, about)
    return record_id


def discard(work: Work, within: Scope, record_id: UUID) -> None:
    """Not this visitor's, or not wanted: everything of it goes. Raises NotFound, AlreadyConfirmed."""
    row = _locked(work, within, record_id)
    if row.state == RecordState.CONFIRMED.value:
        raise AlreadyConfirmed
    work.session.delete(row)
    work.record("identity_record.discarded", Subject(SUBJECT, record_id), tenant_id=TenantId(row.tenant_id))


def note_fingerprint(work: Work, within: Scope, record_id: UUID, reference: str) -> None:
    """The number of a template that the device holds itself.

    Raises FingerprintNotAllowed without a recorded legal basis, FingerprintReferenceInvalid, NotFound, NotReadYet.
    """
    row = _locked(work, within, record_id)
    policy = get_policy(work.session, within, row.site_id)
    text = rules.checked_reference(policy, reference)
    if row.state != RecordState.CONFIRMED.value:
        raise NotReadYet
    row.fingerprint_reference = text
    work.record("identity_record.fingerprint_noted", Subject(SUBJECT, record_id), tenant_id=TenantId(row.tenant_id))


def get(session: Session, within: Scope, record_id: UUID) -> IdentityRecord:
    """Raises NotFound."""
    found = store.find(session, within, record_id)
    if found is None:
        raise NotFound
    return found


def count_earlier(session: Session, crypto: Crypto, within: Scope, record: IdentityRecord) -> int:
    """How often this document is on file besides; the number itself is compared with nothing."""
    if not record.number:
        return 0
    return store.count_earlier(session, within, record.id, crypto.look_up_hash(record.number, NUMBER_CONTEXT))


def _need_consent(said: Confirmation) -> None:
    if not said.agreed:
        raise ConsentNeeded


def _locked(work: Work, within: Scope, record_id: UUID) -> IdentityRecordRow:
    row = store.locked_row(work.session, within, record_id)
    if row is None:
        raise NotFound
    return row


def _new(work: Work, tenant_id: TenantId, site_id: SiteId, source: Source, state: RecordState) -> IdentityRecordRow:
    return IdentityRecordRow(
        id=uuid7(),
        tenant_id=tenant_id,
        site_id=site_id,
        source=source.value,
        state=state.value,
        doubts={},
        taken_by=work.actor.id if work.actor.kind is ActorKind.STAFF else None,
        created_at=work.now,
    )


def _added(work: Work, row: IdentityRecordRow, action: str) -> IdentityRecordId:
    work.session.add(row)
    work.session.flush()
    work.record(action, Subject(SUBJECT, row.id), tenant_id=TenantId(row.tenant_id))
    return IdentityRecordId(row.id)


def _fill(row: IdentityRecordRow, crypto: Crypto, card: CardData) -> None:
    row.name, row.number = card.name, card.number
    row.number_hash = crypto.look_up_hash(card.number, NUMBER_CONTEXT)
    row.valid_from, row.valid_until = card.valid_from, card.valid_until
    row.doubts = {}


def _settle(work: Work, within: Scope, row: IdentityRecordRow, about: RecordSubject) -> None:
    """Whose it is, and until when it is kept."""
    if _site_of(work.session, within, about) != row.site_id:
        raise NotFound
    policy = get_policy(work.session, within, row.site_id)
    row.state, row.problem = RecordState.CONFIRMED.value, None
    row.subject_kind, row.subject_id = about.kind.value, about.id
    row.consent = None if row.source == Source.NONE.value else rules.CONSENT_VERSION
    row.confirmed_by, row.confirmed_at = work.actor.id, work.now
    row.kept_until = rules.kept_until(work.now, policy)
    facts = {"source": row.source, "about": about.kind.value, "about_id": str(about.id)}
    work.record("identity_record.confirmed", Subject(SUBJECT, row.id), tenant_id=TenantId(row.tenant_id), **facts)


def _site_of(session: Session, within: Scope, about: RecordSubject) -> SiteId:
    """Raises NotFound for a visit or passage out of reach."""
    match about.kind:
        case SubjectKind.VISIT:
            return visits.get(session, within, about.id).site_id
        case SubjectKind.PASSAGE:
            return passages.get(session, within, about.id).site_id
