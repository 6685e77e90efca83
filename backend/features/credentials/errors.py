from backend.kernel.errors import Refusal, RefusalKind


class CardNumberInvalid(Refusal):
    code = "card_number_invalid"


class CardTaken(Refusal):
    """Somebody of the site holds a card with this number."""

    kind = RefusalKind.CONFLICT
    code = "card_taken"


class ActiveCardExists(Refusal):
    """One person, one active card."""

    kind = RefusalKind.CONFLICT
    code = "active_card_exists"


class HolderGone(Refusal):
    """Neither lives nor works here today."""

    kind = RefusalKind.CONFLICT
    code = "holder_gone"


class PinTooSimple(Refusal):
    code = "pin_too_simple"


class CredentialOver(Refusal):
    """It was returned or revoked, and stays so."""

    kind = RefusalKind.CONFLICT
    code = "credential_over"


class NotInForce(Refusal):
    """Only an active card is replaced, suspended or reported lost; only one that was stopped is taken up again."""

    kind = RefusalKind.CONFLICT
    code = "credential_not_in_force"


class ReasonNotAllowed(Refusal):
    """A card is taken out of use for reasons of a closed list; debts and others' wishes are none."""

    kind = RefusalKind.FORBIDDEN
    code = "reason_not_allowed"


class HolderMustAsk(Refusal):
    """A landlord, a spouse or anybody else cannot stop somebody's way home."""

    kind = RefusalKind.FORBIDDEN
    code = "holder_must_ask"


class StillAtHome(Refusal):
    """The register has the holder living or working here."""

    kind = RefusalKind.CONFLICT
    code = "still_at_home"


class AccountNeeded(Refusal):
    code = "account_needed"


class ManagementMustDecide(Refusal):
    kind = RefusalKind.FORBIDDEN
    code = "management_must_decide"


class DeviceIsNoDoor(Refusal):
    kind = RefusalKind.CONFLICT
    code = "device_is_no_door"


class AlarmAcknowledged(Refusal):
    kind = RefusalKind.CONFLICT
    code = "alarm_acknowledged"
