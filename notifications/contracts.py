"""What a message is, and everything that may come of sending it. Values only: cheap to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol


class TemplateKey(StrEnum):
    """The messages the platform sends; `catalogue.py` has their texts."""

    LOGIN_CODE = "login_code"
    VISITOR_PASS_CODE = "visitor_pass_code"
    VISITOR_ARRIVED = "visitor_arrived"
    VISITOR_LEFT = "visitor_left"
    VISIT_DECIDED = "visit_decided"
    WALK_IN_ASKED = "walk_in_asked"
    WALK_IN_BACKUP_ASKED = "walk_in_backup_asked"
    CARD_CHANGED = "card_changed"
    INTERCOM_CALL = "intercom_call"
    CARD_STOPPED = "card_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where to reach one person: mainland phone number (11 digits), WeChat openid, or both.

    Neither shows in its repr, so that it cannot reach a log by accident.
    """

    phone: str | None = field(default=None, repr=False)
    openid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person; `out_id` is the sender's own id for it, the same on every attempt."""

    template: TemplateKey
    to: Recipient
    params: Mapping[str, str] = field(repr=False)
    out_id: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; `provider_id` is its own id for it."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The provider certainly did not take the message: repeating it cannot double it.

    `permanent`: the same message will never be taken. Otherwise it may be repeated, after
    `retry_after_seconds` where that is known.
    """

    code: str
    permanent: bool
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may have been delivered (no answer, or a broken one): look it up before any repeat."""

    reason: str


SendResult = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message reached the phone."""

    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The provider has the message and no receipt yet."""

    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider had the message and could not deliver it."""

    code: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The provider answered and knows nothing of the message; its index may lag a send by seconds."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The provider could not say: it has no look-up (`reason` "unsupported"), or the look-up failed."""

    reason: str


LookUpResult = Delivered | Waiting | Failed | NotFound | Unanswered


class MessageInvalid(ValueError):
    """The message cannot be sent as it is; `code` and the param's name say why, never the value."""

    def __init__(self, code: str, name: str | None = None) -> None:
        self.code = code if name is None else f"{code}.{name}"
        super().__init__(self.code)


@dataclass(frozen=True, slots=True)
class MiniProgramSession:
    """Who opened the mini-program. WeChat's session_key is not in it: it never leaves the client."""

    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


class ProviderFailure(Exception):
    """A question to a provider got no usable answer; `outcome` says why, by codes only."""

    def __init__(self, outcome: Rejected | Unknown) -> None:
        self.outcome = outcome
        super().__init__(outcome.code if isinstance(outcome, Rejected) else outcome.reason)


class Channel(Protocol):
    """One way to reach a person. Neither method raises for anything a provider or a network does."""

    def send(self, message: Message) -> SendResult:
        """Make one attempt, without any retry that could double the message."""
        ...

    def look_up(self, out_id: str, to: Recipient, sent_on: date) -> LookUpResult:
        """What became of an earlier attempt; `sent_on` is the local day (Asia/Shanghai) of that attempt."""
        ...
