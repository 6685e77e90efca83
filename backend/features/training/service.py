"""Corrected readings as a training set: only with the site's consent, only plates, nobody's name or hour."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.media import service as media
from backend.features.media.errors import MediaGone
from backend.features.passages import service as passages
from backend.features.passages.model import ReviewedReading
from backend.features.sites import service as sites
from backend.features.training import store
from backend.features.training.errors import ConsentNotGiven
from backend.features.training.model import CONSENT_TEXT, Consent, Sample, Written
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.media.store import MediaStore
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, uuid7
from recognition.crops import plate_png
from recognition.images import ImageRefused

COLUMNS = ("file", "text", "read", "engine", "version", "confidence", "month")
NO_TIME = (1980, 1, 1, 0, 0, 0)


def decide_consent(work: Work, within: Scope, site_id: UUID, *, given: bool) -> None:
    """Who agreed or withdrew, when, and to which text stays on record. Raises NotFound."""
    site = sites.get_site(work.session, within, site_id)
    consent_id = uuid7()
    row = {"id": consent_id, "site_id": site.id, "given": given, "text": CONSENT_TEXT}
    store.add_consent(work.session, row | {"decided_by": work.actor.id, "at": work.now})
    action = "training.consent_given" if given else "training.consent_withdrawn"
    work.record(action, Subject("site", site.id), tenant_id=site.tenant_id, consent=str(consent_id))


def find_consent(session: Session, within: Scope, site_id: SiteId) -> Consent | None:
    return store.find_consent(session, within, site_id)


def collect(work: Work, within: Scope, site_id: UUID) -> list[Sample]:
    """What may leave the site now: read by a person and taken since the consent. Raises NotFound, ConsentNotGiven."""
    site = sites.get_site(work.session, within, site_id)
    consent = store.find_consent(work.session, within, site.id)
    if consent is None or not consent.given:
        raise ConsentNotGiven
    read = passages.reviewed_since(work.session, within, site.id, consent.at)
    samples = [sample for reading in read if (sample := _sample(work.session, within, reading)) is not None]
    work.record("training.exported", Subject("site", site.id), tenant_id=site.tenant_id, plates=len(samples))
    return samples


def _sample(session: Session, within: Scope, reading: ReviewedReading) -> Sample | None:
    try:
        return Sample(reading, media.get(session, within, reading.media_id))
    except NotFound:  # past its term
        return None


def write_archive(pictures: MediaStore, samples: Sequence[Sample], target: BinaryIO) -> Written:
    """A zip of cut-out plates and their labels, in an order that tells nothing; no transaction is open."""
    cut = [(png, sample) for sample in samples if (png := _plate(pictures, sample)) is not None]
    cut.sort(key=lambda pair: pair[0])
    labels = io.StringIO()
    table = csv.writer(labels, lineterminator="\n")
    table.writerow(COLUMNS)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (png, sample) in enumerate(cut, 1):
            name = f"plates/{number:06d}.png"
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), png)
            table.writerow(_label(name, sample))
        archive.writestr(zipfile.ZipInfo("labels.csv", NO_TIME), labels.getvalue())
    return Written(len(cut), len(samples) - len(cut))


def _plate(pictures: MediaStore, sample: Sample) -> bytes | None:
    box = sample.reading.box
    try:
        return plate_png(media.read(pictures, sample.picture), (box.left, box.top, box.right, box.bottom))
    except (MediaGone, ImageRefused):
        return None


def _label(name: str, sample: Sample) -> tuple[str, ...]:
    reading = sample.reading
    month = f"{local_day(reading.occurred_at):%Y-%m}"
    confidence = f"{reading.confidence_0_1:.3f}"
    return name, reading.said, reading.read or "", reading.engine, reading.engine_version, confidence, month
