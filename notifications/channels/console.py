"""Messages written to a stream, for an installation without a provider: somebody reads them out."""

from datetime import date
from typing import TextIO

from notifications.catalogue import checked_template
from notifications.contracts import (
    Accepted,
    LookUpResult,
    Message,
    MessageInvalid,
    Recipient,
    Rejected,
    SendResult,
    Unanswered,
)


class ConsoleChannel:
    """Writes one line a message to a stream that the caller answers for: a terminal, never a log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, message: Message) -> SendResult:
        try:
            text = checked_template(message).render(message.params)
        except MessageInvalid as invalid:
            return Rejected(code=invalid.code, permanent=True)
        self._stream.write(f"{_masked(message.to)} {text}\n")
        self._stream.flush()
        return Accepted(f"console-{message.out_id}")

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        return Unanswered("unsupported")


def _masked(to: Recipient) -> str:
    if to.phone is not None:
        return f"{to.phone[:3]}****{to.phone[-4:]}"
    return f"微信 …{to.openid[-4:]}" if to.openid else "无收件人"
