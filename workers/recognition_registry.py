"""Jobs that need an engine; imported by the recognition worker alone."""

from backend.features.passages.jobs import RecognisePlate
from workers.handlers import passages
from workers.running import Registry, Route

RECOGNITION: Registry = {RecognisePlate.kind: Route(RecognisePlate, passages.recognise_plate)}
