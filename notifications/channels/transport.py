"""What a failed HTTP call says about its message: certainly not sent, or perhaps delivered."""

from collections.abc import Iterator

import requests
from urllib3.exceptions import NewConnectionError

from notifications.contracts import Rejected, Unknown

RETRY_UNREACHABLE_SECONDS = 5


def outcome_of_failure(error: BaseException) -> Rejected | Unknown:
    """Rejected where no byte of the request can have left (no connection was made), else Unknown.

    The error's own text is dropped: it holds the address with the phone number or the app secret in it.
    """
    chain = list(_chain(error))
    if any(_before_sending(link) for link in chain):
        return Rejected(code="unreachable", permanent=False, retry_after_seconds=RETRY_UNREACHABLE_SECONDS)
    if any(isinstance(link, requests.Timeout) for link in chain):
        return Unknown("timeout")
    return Unknown("no_valid_answer")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # the SMS SDK keeps the cause in an attribute of its own
        error = getattr(error, "inner_exception", None) or error.__cause__ or error.__context__


def _before_sending(error: BaseException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectionError) and isinstance(reason, NewConnectionError)
