"""One way after the other: WeChat first because it is free, SMS where the user has granted no message."""

from datetime import date

from notifications.contracts import (
    Channel,
    LookUpResult,
    Message,
    NotFound,
    Recipient,
    Rejected,
    SendResult,
    Unanswered,
)


class FallbackChannel:
    """Goes on to the next channel only where one has certainly not taken the message."""

    def __init__(self, first: Channel, *others: Channel) -> None:
        self._channels = (first, *others)

    def send(self, message: Message) -> SendResult:
        """The first result that is not Rejected, else the last channel's refusal."""
        result: SendResult = Rejected(code="no_channel", permanent=True)
        for channel in self._channels:
            result = channel.send(message)
            if not isinstance(result, Rejected):
                return result
        return result

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        """The first channel that knows the message; NotFound only where every one of them knows that it does not."""
        silent: Unanswered | None = None
        for channel in self._channels:
            result = channel.look_up(out_id, to, sent_on)
            if isinstance(result, Unanswered):
                silent = silent or result
            elif not isinstance(result, NotFound):
                return result
        return silent or NotFound()
