"""A visitor's identity card: read outside any transaction; its photo goes in the one that keeps the fields."""

from backend.features.identity_records import service as records
from backend.features.identity_records.jobs import ReadIdentityCard
from backend.features.identity_records.model import CardReading, DocumentField, Doubt
from backend.kernel.clock import local_day, utc_now
from recognition.contracts import CardField, CardFront, CardSide, DocumentRefused, FieldStatus
from recognition.documents import read_identity_card
from recognition.images import ImageRefused
from workers.running import JobRun

DOUBTS = {FieldStatus.DOUBTFUL: Doubt.DOUBTFUL, FieldStatus.MISSING: Doubt.MISSING}


def read_card(job: ReadIdentityCard, run: JobRun) -> None:
    with run.look() as work:
        photo = records.photo_to_read(work.session, run.within, job.record_id, work.now)
    result = records.LAPSED if photo is None else read_photo(photo)
    with run.work() as work:
        if isinstance(result, str):
            records.note_unreadable(work, run.within, job.record_id, result)
        else:
            records.note_reading(work, run.platform.crypto, run.within, job.record_id, result)
        run.done(work)


def read_photo(photo: bytes) -> CardReading | str:
    """The name and the number, all that is kept of a card; or the code of why nothing could be read."""
    try:
        card = read_identity_card(photo, local_day(utc_now()), CardSide.FRONT)
    except (ImageRefused, DocumentRefused) as refused:
        return refused.code
    if not isinstance(card, CardFront):
        return "other_side"
    fields = {DocumentField.NAME: card.name, DocumentField.NUMBER: card.number}
    doubts = {name: DOUBTS[one.status] for name, one in fields.items() if one.status in DOUBTS}
    return CardReading(_text(card.name), _text(card.number), doubts)


def _text(field: CardField[str]) -> str:
    """The printed characters where they make no valid value: easier to correct than an empty field."""
    return field.value or field.printed
