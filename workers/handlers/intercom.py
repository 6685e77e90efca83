"""Telling one person that somebody rings, while the call still does; and the end of a call that nobody answered."""

from datetime import timedelta
from typing import assert_never

from backend.features.intercom import ringing
from backend.features.intercom import service as intercom
from backend.features.intercom.jobs import EndCall, RingPhone
from backend.features.intercom.model import Call, Ring, Way
from backend.features.people import service as people
from backend.features.residents.contacts import find_contact
from backend.features.sites import service as sites
from backend.infrastructure.metrics import SENDS
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import LOCAL_ZONE
from backend.kernel.identity import Scope
from backend.pages.stations import station_name
from notifications.contracts import Accepted, Message, Recipient, Rejected, TemplateKey, Unknown
from workers.channels import telephone, wechat
from workers.running import JobRun, TryAgain, Uncertain

LOOK_UP_AFTER = timedelta(seconds=1)
"""There is nothing to look up: a repeat may ring twice, silence leaves somebody at the door."""


def ring(job: RingPhone, run: JobRun) -> None:
    with run.look() as work:
        found, call = ringing.get_ring(work.session, run.within, job.ring_id)
        wanted = ringing.still_wanted(found, call, work)
        recipient = _recipient(work, run.within, found) if wanted else None
        message = None if recipient is None else _message(work, run.within, found, call, recipient)
    if not wanted:
        return
    if message is None:
        _failed(run, found, "recipient_gone")
        return
    _send(run, found, message)


def _send(run: JobRun, found: Ring, message: Message) -> None:
    settings = run.platform.settings
    channel = wechat(settings) if found.way is Way.WECHAT else telephone(settings)
    run.begin_attempt()
    result = channel.send(message)
    SENDS.labels("intercom_call", type(result).__name__).inc()
    match result:
        case Accepted():
            with run.work() as work:
                ringing.note_told(work, run.within, found, result.provider_id)
                run.done(work)
        case Rejected():
            _rejected(run, found, result)
        case Unknown():
            raise Uncertain(result.reason, LOOK_UP_AFTER)
        case _:
            assert_never(result)


def _rejected(run: JobRun, found: Ring, refusal: Rejected) -> None:
    """What passes within seconds is tried once more; anything else makes way for the next means."""
    wait = timedelta(seconds=refusal.retry_after_seconds or 1)
    if not refusal.permanent and wait <= ringing.PATIENCE and run.claim.tries < 2:
        raise TryAgain(refusal.code, wait)
    _failed(run, found, refusal.code)


def _failed(run: JobRun, found: Ring, code: str) -> None:
    with run.work() as work:
        ringing.note_not_told(work, run.within, found, code)
        run.give_up(work, code)


def _recipient(work: Work, within: Scope, found: Ring) -> Recipient | None:
    if found.resident_id is not None:
        contact = find_contact(work.session, within, found.resident_id)
        return None if contact is None else Recipient(openid=contact.openid)
    person = people.persons_by_id(work.session, within, [found.person_id or found.id]).get(found.person_id or found.id)
    return None if person is None or person.phone is None else Recipient(phone=person.phone)


def _message(work: Work, within: Scope, found: Ring, call: Call, recipient: Recipient) -> Message:
    there = call.started_at.astimezone(LOCAL_ZONE)
    params = {
        "community": sites.get_site(work.session, within, call.site_id).name[:35],
        "door": station_name(work.session, within, call.device_id)[:35],
        "time": f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}",
        "serial": found.serial,
    }
    return Message(template=TemplateKey.INTERCOM_CALL, to=recipient, params=params, out_id=found.out_id)


def end_call(job: EndCall, run: JobRun) -> None:
    with run.work() as work:
        intercom.end(work, run.within, job.call_id)
        run.done(work)
