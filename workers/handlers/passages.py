"""A photo's plate: read outside any transaction, decided inside one."""

from backend.features.media import service as media
from backend.features.media.errors import MediaGone
from backend.features.passages import service as passages
from backend.features.passages.jobs import RecognisePlate
from backend.features.passages.model import Character, PlateBox, PlateObservation
from backend.features.passages.readings import apply_reading, note_unusable
from backend.features.sites import service as sites
from backend.infrastructure.settings import Settings
from recognition.contracts import Band, EngineState, PlateReader, PlateReading, PlateReadings, band_for
from recognition.images import DecodedImage, ImageRefused, decode
from recognition.plates import default_reader
from workers.running import JobRun

SHOWN_ALTERNATIVES = 3
NO_ENGINE = "none"


def reader(settings: Settings) -> PlateReader:
    """The reader that the settings ask for, with the packs that the operator imported."""
    return default_reader(settings.plate_engine, settings.model_dir)


def engine_states(settings: Settings) -> list[EngineState]:
    """Of the engines that this process reads with; asking loads nothing."""
    return [reader(settings).state()]


def recognise_plate(job: RecognisePlate, run: JobRun) -> None:
    with run.look() as work:
        capture = passages.get_capture(work.session, run.within, job)
        picture = media.get(work.session, run.within, capture.media_id)
        home_province = sites.get_site(work.session, run.within, capture.site_id).home_province
    try:
        image = decode(media.read(run.platform.media, picture))
    except (ImageRefused, MediaGone):
        with run.work() as work:
            note_unusable(work, run.within, capture)
            run.done(work)
        return
    observation = observe(image, reader(run.platform.settings), home_province)
    with run.work() as work:
        apply_reading(work, run.within, capture, observation)
        run.done(work)


def observe(image: DecodedImage, plates: PlateReader, home_province: str | None = None) -> PlateObservation:
    readings = plates.read(image, home_province=home_province)
    best = readings.best
    if best is None or band_for(best) is Band.REJECT:
        return PlateObservation(None, False, 0.0, best.engine if best else NO_ENGINE, read_ms=_milliseconds(readings))
    return _observation(best, readings)


def _observation(best: PlateReading, readings: PlateReadings) -> PlateObservation:
    return PlateObservation(
        best.text,
        certain=band_for(best) is Band.ACCEPT,
        confidence_0_1=best.confidence_0_1,
        engine=best.engine,
        engine_version=best.engine_version,
        colour=best.colour.value,
        kind=best.kind.value,
        alternatives=best.alternatives[:SHOWN_ALTERNATIVES],
        read_ms=_milliseconds(readings),
        characters=tuple(Character(one.text, one.probability_0_1, one.alternatives) for one in best.characters),
        box=_box(best, readings),
    )


def _box(plate: PlateReading, readings: PlateReadings) -> PlateBox:
    """The upright rectangle around the plate, within the picture."""
    across, down = [x for x, _ in plate.corners], [y for _, y in plate.corners]
    return PlateBox(
        max(0, round(min(across))),
        max(0, round(min(down))),
        min(readings.image_width_px, round(max(across))),
        min(readings.image_height_px, round(max(down))),
    )


def _milliseconds(readings: PlateReadings) -> float:
    return round(sum(readings.timings_ms.values()), 1)
