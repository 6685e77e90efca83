"""Jobs that need an engine; imported by the recognition worker alone."""

from backend.features.passages.jobs import RecogniseLatePlate, RecognisePlate
from workers.handlers import passages
from workers.running import Registry, Route

RECOGNITION: Registry = {job.kind: Route(job, passages.recognise_plate) for job in (RecognisePlate, RecogniseLatePlate)}
