from backend.kernel.errors import Forbidden
from backend.kernel.identity import Actor, ActorKind, Permission


def check_may(actor: Actor, permission: Permission) -> None:
    """The installation itself (imports, demonstrations) keeps registers too. Raises Forbidden."""
    if actor.kind is not ActorKind.SYSTEM and not actor.may(permission):
        raise Forbidden
