from backend.features.credentials.errors import ManagementMustDecide
from backend.features.credentials.model import Reason
from backend.kernel.identity import Actor, Permission


def check_may_suspend(actor: Actor, reason: Reason) -> None:
    """Only the management judges misuse. Raises ManagementMustDecide."""
    if reason is Reason.MISUSE and not actor.may(Permission.BINDING_DECIDE):
        raise ManagementMustDecide
