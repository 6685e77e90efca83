"""Sending one notice, and finding out what became of it. The network call stands between two transactions."""

from datetime import timedelta
from typing import assert_never

from backend.features.notices import service as notices
from backend.features.notices.jobs import FetchReceipt, SendNotice
from backend.features.notices.model import Notice, NoticeState
from backend.infrastructure.metrics import SENDS
from backend.kernel.clock import local_day
from backend.kernel.jobs import WhenUncertain
from notifications.contracts import (
    Accepted,
    Delivered,
    Failed,
    Message,
    MessageInvalid,
    NotFound,
    Rejected,
    Unanswered,
    Unknown,
    Waiting,
)
from workers.channels import channel_for
from workers.letters import compose
from workers.running import GiveUp, JobRun, TryAgain, Uncertain

LOOK_UP_AFTER = timedelta(seconds=5)
"""The provider's index may lag a send by seconds."""
NEXT_RECEIPT = timedelta(minutes=1)


def send_notice(job: SendNotice, run: JobRun) -> None:
    with run.look() as work:
        notice = notices.get(work.session, run.within, job.notice_id)
        message = compose(work, run.within, notice)
    if notice.state is not NoticeState.PROMISED:
        return
    if message is None:
        _fail(run, notice, "recipient_gone")
        return
    if run.uncertain and _found(job, run, notice, message):
        return
    _send(run, notice, message)


def _send(run: JobRun, notice: Notice, message: Message) -> None:
    channel = channel_for(run.platform.settings, message)
    run.begin_attempt()
    try:
        result = channel.send(message)
    except MessageInvalid as invalid:
        _fail(run, notice, invalid.code)
        return
    SENDS.labels(notice.kind.value, type(result).__name__).inc()
    match result:
        case Accepted():
            _accepted(run, notice, result.provider_id)
        case Rejected(permanent=True):
            _fail(run, notice, result.code)
        case Rejected():
            wait = result.retry_after_seconds
            raise TryAgain(result.code, timedelta(seconds=wait) if wait else None)
        case Unknown():
            raise Uncertain(result.reason, LOOK_UP_AFTER)
        case _:
            assert_never(result)


def _found(job: SendNotice, run: JobRun, notice: Notice, message: Message) -> bool:
    """Whether the provider has the message of an earlier attempt. Raises Uncertain to ask again, GiveUp."""
    channel = channel_for(run.platform.settings, message)
    result = channel.look_up(message.out_id, message.to, local_day(run.claim.created_at))
    match result:
        case Delivered() | Waiting():
            _accepted(run, notice, result.provider_id or "")
            return True
        case Failed():
            _fail(run, notice, result.code)
            return True
        case NotFound() | Unanswered(reason="unsupported"):
            if job.when_uncertain is WhenUncertain.RESEND:
                return False
            raise GiveUp("uncertain")
        case Unanswered():
            raise Uncertain(result.reason, LOOK_UP_AFTER)
        case _:
            assert_never(result)


def _accepted(run: JobRun, notice: Notice, provider_id: str) -> None:
    with run.work() as work:
        notices.note_accepted(work, run.within, notice, "provider", provider_id)
        run.done(work)


def _fail(run: JobRun, notice: Notice, code: str) -> None:
    with run.work() as work:
        notices.note_failed(work, run.within, notice, code)
        run.give_up(work, code)


def fetch_receipt(job: FetchReceipt, run: JobRun) -> None:
    with run.look() as work:
        notice = notices.get(work.session, run.within, job.notice_id)
        message = compose(work, run.within, notice)
    if notice.state is not NoticeState.ACCEPTED or message is None:
        return
    channel = channel_for(run.platform.settings, message)
    result = channel.look_up(message.out_id, message.to, local_day(run.claim.created_at))
    match result:
        case Delivered():
            with run.work() as work:
                notices.note_delivered(work, run.within, notice)
                run.done(work)
        case Failed():
            _fail(run, notice, result.code)
        case Unanswered(reason="unsupported"):
            return
        case Waiting() | NotFound() | Unanswered():
            raise TryAgain("no_receipt_yet", NEXT_RECEIPT)
        case _:
            assert_never(result)
