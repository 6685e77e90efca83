"""Jobs that need an engine; imported by the recognition worker alone."""

from backend.features.identity_records.jobs import ReadIdentityCard
from backend.features.passages.jobs import RecogniseLatePlate, RecognisePlate
from workers.handlers import identity_records, passages
from workers.running import Registry, Route

RECOGNITION: Registry = {
    RecognisePlate.kind: Route(RecognisePlate, passages.recognise_plate),
    RecogniseLatePlate.kind: Route(RecogniseLatePlate, passages.recognise_plate),
    ReadIdentityCard.kind: Route(ReadIdentityCard, identity_records.read_card),
}
