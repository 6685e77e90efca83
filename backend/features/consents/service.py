"""One purpose, one word; withdrawn as easily as given, and from the next look on."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.consents import store
from backend.features.consents.errors import ConsentTextOutdated
from backend.features.consents.model import TEXTS, USUAL, VERSION, Consent, ConsentPurpose
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.ids import uuid7


def list_of(session: Session, resident_id: UUID) -> list[Consent]:
    """Every purpose, with what holds for this resident now."""
    said = {ConsentPurpose(row.purpose): row for row in store.newest_of(session, resident_id)}
    found = []
    for purpose in ConsentPurpose:
        row = said.get(purpose)
        given = USUAL[purpose] if row is None else row.given and row.version == VERSION
        found.append(Consent(purpose, TEXTS[purpose], VERSION, given, None if row is None else row.at))
    return found


def is_given(session: Session, resident_id: UUID, purpose: ConsentPurpose) -> bool:
    return next(one.given for one in list_of(session, resident_id) if one.purpose is purpose)


def decide(work: Work, resident_id: UUID, purpose: ConsentPurpose, *, given: bool, version: int) -> Consent:
    """Keeps the word and the text that it was said to. A no needs no particular text. Raises ConsentTextOutdated."""
    if given and version != VERSION:
        raise ConsentTextOutdated(version=VERSION)
    values = {"id": uuid7(), "purpose": purpose.value, "given": given, "text": TEXTS[purpose], "version": VERSION}
    store.add(work.session, resident_id, values | {"at": work.now})
    action = "consent.given" if given else "consent.withdrawn"
    work.record(action, Subject("resident", resident_id), purpose_of=purpose.value, version=VERSION)
    return Consent(purpose, TEXTS[purpose], VERSION, given, work.now)
