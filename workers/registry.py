"""Which handler each kind of job has. A test holds it against every `Job` class of the features."""

from backend.features.gate_lists.jobs import BuildGateLists, WatchGateLists
from backend.features.identity_records.jobs import DropIdentityPhoto
from backend.features.imports.jobs import ApplyImport, CheckImport
from backend.features.intercom.jobs import EndCall, RingPhone
from backend.features.notices.jobs import FetchReceipt, SendNotice
from backend.features.rights.jobs import MakeExport
from backend.features.upkeep.jobs import ApplyRetention, PreparePartitions, SignCheckpoints, SweepMedia
from backend.features.walk_ins.jobs import EscalateWalkIn
from workers.handlers import gate_lists, identity_photos, imports, intercom, notices, rights, upkeep, walk_ins
from workers.running import Registry, Route

COMMON: Registry = {
    DropIdentityPhoto.kind: Route(DropIdentityPhoto, identity_photos.drop_photo),
    CheckImport.kind: Route(CheckImport, imports.check_import),
    ApplyImport.kind: Route(ApplyImport, imports.apply_import),
    RingPhone.kind: Route(RingPhone, intercom.ring),
    EndCall.kind: Route(EndCall, intercom.end_call),
    MakeExport.kind: Route(MakeExport, rights.make_export),
    EscalateWalkIn.kind: Route(EscalateWalkIn, walk_ins.escalate),
    SendNotice.kind: Route(SendNotice, notices.send_notice),
    FetchReceipt.kind: Route(FetchReceipt, notices.fetch_receipt),
    WatchGateLists.kind: Route(WatchGateLists, gate_lists.watch),
    BuildGateLists.kind: Route(BuildGateLists, gate_lists.build),
    SignCheckpoints.kind: Route(SignCheckpoints, upkeep.sign_checkpoints),
    PreparePartitions.kind: Route(PreparePartitions, upkeep.prepare_partitions),
    SweepMedia.kind: Route(SweepMedia, upkeep.sweep_media),
    ApplyRetention.kind: Route(ApplyRetention, upkeep.apply_retention),
}
"""Everything without a model: the default worker and the direct runner have no engine in memory."""
