"""A photo's plate: read outside any transaction, decided inside one."""

from functools import cache

from backend.features.media import service as media
from backend.features.media.errors import MediaGone
from backend.features.passages import service as passages
from backend.features.passages.jobs import RecognisePlate
from backend.features.passages.model import PlateObservation
from recognition.contracts import Band, PlateReader, PlateReading, PlateReadings, band_for
from recognition.images import DecodedImage, ImageRefused, decode
from recognition.plates import default_reader
from workers.running import JobRun

SHOWN_ALTERNATIVES = 3
NO_ENGINE = "none"


@cache
def reader() -> PlateReader:
    return default_reader()


def recognise_plate(job: RecognisePlate, run: JobRun) -> None:
    with run.look() as work:
        capture = passages.get_capture(work.session, run.within, job)
        picture = media.get(work.session, run.within, capture.media_id)
    try:
        image = decode(media.read(run.platform.media, picture))
    except (ImageRefused, MediaGone):
        with run.work() as work:
            passages.note_unusable(work, run.within, capture)
            run.done(work)
        return
    observation = observe(image)
    with run.work() as work:
        passages.apply_reading(work, run.within, capture, observation)
        run.done(work)


def observe(image: DecodedImage) -> PlateObservation:
    readings = reader().read(image)
    best = readings.best
    if best is None or band_for(best) is Band.REJECT:
        return PlateObservation(None, False, 0.0, best.engine if best else NO_ENGINE, read_ms=_milliseconds(readings))
    return _observation(best, readings)


def _observation(best: PlateReading, readings: PlateReadings) -> PlateObservation:
    return PlateObservation(
        best.text,
        certain=band_for(best) is Band.ACCEPT,
        confidence_0_1=best.confidence_0_1,
        engine=f"{best.engine} {best.engine_version}",
        colour=best.colour.value,
        kind=best.kind.value,
        alternatives=best.alternatives[:SHOWN_ALTERNATIVES],
        read_ms=_milliseconds(readings),
    )


def _milliseconds(readings: PlateReadings) -> float:
    return round(sum(readings.timings_ms.values()), 1)
