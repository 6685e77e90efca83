from backend.kernel.errors import Refusal, RefusalKind


class ConsentNeeded(Refusal):
    """Identity data is sensitive: without the visitor's own consent the host's confirmation is asked for instead."""

    code = "identity_consent_needed"


class HostNotConfirmed(Refusal):
    """Neither a document nor the host's word."""

    code = "identity_host_needed"


class AlreadyConfirmed(Refusal):
    kind = RefusalKind.CONFLICT
    code = "identity_already_confirmed"


class NotReadYet(Refusal):
    kind = RefusalKind.CONFLICT
    code = "identity_not_read_yet"


class PhotoMissing(Refusal):
    code = "identity_photo_missing"


class ValidityInvalid(Refusal):
    """It ends before it begins."""

    code = "identity_validity_invalid"


class KeepDaysOutOfRange(Refusal):
    code = "identity_keep_days_out_of_range"


class FingerprintNotAllowed(Refusal):
    """No legal basis is on record at this site."""

    kind = RefusalKind.CONFLICT
    code = "fingerprint_not_allowed"


class FingerprintReferenceInvalid(Refusal):
    """A reference number is short; whatever is longer may be a template, which is never taken."""

    code = "fingerprint_reference_invalid"


class LegalBasisNeeded(Refusal):
    code = "legal_basis_needed"


class DeviceIsNoReader(Refusal):
    kind = RefusalKind.CONFLICT
    code = "device_is_no_reader"
