"""The counter for visitors' documents: by reader, by photo, by hand, or the host's word; masked ever after."""

from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.identity_records import policies
from backend.features.identity_records import service as records
from backend.features.identity_records.model import (
    CardData,
    ClearPurpose,
    Confirmation,
    DocumentField,
    RecordSubject,
    Source,
    SubjectKind,
)
from backend.features.identity_records.rules import LONGEST_KEEP_DAYS, SHORTEST_KEEP_DAYS, is_expired
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Permission
from backend.pages.identity_desk import find_choice, list_choices, list_confirmed, read_desk, read_record
from backend.portals.shared import identity_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import (
    POST,
    choice,
    optional_id,
    optional_number,
    page,
    page_request,
    page_work,
    toast,
    with_events,
)
from recognition.images import DEFAULT_LIMITS

identity = Blueprint("identity", __name__)
RECORD = Permission.IDENTITY_RECORD
FORM_BYTES = 16 * 1024
LONGEST_FIELD = 64


@page(identity, "/identity", RECORD)
def show() -> str:
    """The counter; `about` names the visit or passage that one came here from."""
    about = request.args.get("about")
    with page_work() as work:
        within = work.actor.scope
        wanted = find_choice(work.session, within, _subject(about)) if about else None
        if about and wanted is None:
            raise NotFound
        reached = sites.list_sites(work.session, within)
        desk = read_desk(work.session, within, work.now)
        _note_waiting(work, [card.record.id for card in desk.waiting])
    return _page("identity/page.html", desk=desk, sites=reached, wanted=wanted)


@page(identity, "/identity/waiting", RECORD)
def waiting() -> str:
    """What waits for a word; the page asks for it again and again."""
    with page_work() as work:
        desk = read_desk(work.session, work.actor.scope, work.now)
        _note_waiting(work, [card.record.id for card in desk.waiting])
    return _page("identity/waiting.html", desk=desk)


def _note_waiting(work: Work, ids: list[UUID]) -> None:
    for record_id in ids:
        record_look(work, Subject(records.SUBJECT, record_id), LookPurpose.GATE_DUTY.value)


@page(identity, "/identity/records", RECORD)
def listed() -> str:
    with page_work() as work:
        found = list_confirmed(work.session, work.actor.scope, page_request())
        record_list(work, records.SUBJECT, (card.record.id for card in found.items), LookPurpose.REGISTER_CHECK)
        today = local_day(work.now)
    return _page("identity/records.html", found=found, today=today, is_expired=is_expired)


@page(identity, "/identity/photo", RECORD, POST, max_bytes=DEFAULT_LIMITS.max_bytes + FORM_BYTES)
def photograph() -> Response:
    """Raises PhotoMissing, UnusableImage."""
    file = request.files.get("photo")
    body = b"" if file is None else file.read()
    with page_work() as work:
        records.take_photo(work, work.actor.scope, _site(work).id, body)
    return _waiting_now(_("照片已上传，正在识别，识别后照片立即删除。"))


@page(identity, "/identity/typed", RECORD, POST)
def type_in() -> Response:
    with page_work() as work:
        records.type_in(work, platform().crypto, work.actor.scope, _site(work).id, _confirmation())
    return _waiting_now(_("证件已登记。"))


@page(identity, "/identity/none", RECORD, POST)
def without() -> Response:
    """No document: nobody is sent away for that."""
    about = _subject(request.form.get("about"))
    with page_work() as work:
        records.note_none(work, work.actor.scope, _site(work).id, about, request.form.get("host_confirmed") == "yes")
    return _waiting_now(_("已登记：没有证件，住户已确认。"))


@page(identity, "/identity/records/<uuid:record_id>", RECORD)
def sheet(record_id: UUID) -> str:
    return _sheet(record_id)


@page(identity, "/identity/records/<uuid:record_id>/confirm", RECORD, POST)
def confirm(record_id: UUID) -> Response:
    with page_work() as work:
        records.confirm(work, platform().crypto, work.actor.scope, record_id, _confirmation())
    return _waiting_now(_("证件已登记。"))


@page(identity, "/identity/records/<uuid:record_id>/discard", RECORD, POST)
def discard(record_id: UUID) -> Response:
    with page_work() as work:
        records.discard(work, work.actor.scope, record_id)
    return _waiting_now(_("已放弃，读到的内容已删除。"))


@page(identity, "/identity/records/<uuid:record_id>/fingerprint", RECORD, POST)
def note_fingerprint(record_id: UUID) -> Response:
    with page_work() as work:
        records.note_fingerprint(work, work.actor.scope, record_id, request.form.get("reference", ""))
    return with_events(_sheet(record_id), toast=toast(_("指纹编号已记录，指纹本身只在设备上。")))


@page(identity, "/identity/records/<uuid:record_id>/clear", Permission.IDENTITY_CLEAR, POST)
def in_clear(record_id: UUID) -> str:
    """The whole number, each time with its purpose on record."""
    purpose = choice(ClearPurpose, request.form.get("purpose"))
    with page_work() as work:
        record = records.get(work.session, work.actor.scope, record_id)
        subject = Subject(records.SUBJECT, record.id)
        work.record("identity_record.looked_in_clear", subject, tenant_id=record.tenant_id, purpose=purpose.value)
    return _sheet(record_id, whole=True)


def _sheet(record_id: UUID, whole: bool = False) -> str:
    with page_work() as work:
        within = work.actor.scope
        card = read_record(work.session, within, record_id)
        if card is None:
            raise NotFound
        record_look(work, Subject(records.SUBJECT, record_id), LookPurpose.GATE_DUTY.value)
        return _page(
            "identity/sheet.html",
            card=card,
            whole=whole,
            choices=list_choices(work.session, within, work.now),
            earlier=records.count_earlier(work.session, platform().crypto, within, card.record),
            policy=policies.get_policy(work.session, within, card.record.site_id),
            expired=is_expired(card.record.valid_until, local_day(work.now)),
            purposes=ClearPurpose,
            may_clear=g.actor.may(Permission.IDENTITY_CLEAR),
        )


@page(identity, "/identity/settings/term", Permission.IDENTITY_MANAGE, POST)
def set_term() -> AnyResponse:
    days = optional_number(request.form.get("days"))
    with page_work() as work:
        site = _site(work)
        policies.set_keep_days(work, work.actor.scope, site.id, days or 0)
    return redirect(url_for("identity.settings", site=site.id), 303)


@page(identity, "/identity/settings/fingerprint", Permission.IDENTITY_MANAGE, POST)
def set_fingerprint() -> AnyResponse:
    """With a document it is allowed; without one, forbidden and forgotten."""
    document = request.form.get("document", "")[:200]
    with page_work() as work:
        site = _site(work)
        if request.form.get("allow") == "yes":
            policies.allow_fingerprints(work, work.actor.scope, site.id, document)
        else:
            policies.forbid_fingerprints(work, work.actor.scope, site.id)
    return redirect(url_for("identity.settings", site=site.id), 303)


@page(identity, "/identity/settings", Permission.IDENTITY_MANAGE)
def settings() -> str:
    with page_work() as work:
        within = work.actor.scope
        reached = sites.list_sites(work.session, within)
        chosen = _chosen(reached, optional_id(request.args.get("site")))
        policy = policies.get_policy(work.session, within, chosen.id)
    limits = (SHORTEST_KEEP_DAYS, LONGEST_KEEP_DAYS)
    return _page("identity/settings.html", sites=reached, site=chosen, policy=policy, limits=limits)


def _site(work: Work) -> Site:
    """The site that the form names, or the only one. Raises NotFound."""
    return _chosen(sites.list_sites(work.session, work.actor.scope), optional_id(request.form.get("site")))


def _chosen(reached: list[Site], wanted: UUID | None) -> Site:
    found = next((site for site in reached if wanted in (None, site.id)), None)
    if found is None:
        raise NotFound
    return found


def _subject(text: str | None) -> RecordSubject:
    """`visit:<id>` as a form offered it. Raises Refusal."""
    kind, _sign, subject_id = (text or "").partition(":")
    found = optional_id(subject_id)
    if found is None:
        raise Refusal
    return RecordSubject(choice(SubjectKind, kind), found)


def _confirmation() -> Confirmation:
    form = request.form
    card = None
    if form.get("source") != Source.READER.value:
        card = CardData(form.get("name", "")[:LONGEST_FIELD], form.get("number", "")[:LONGEST_FIELD])
    return Confirmation(card, _subject(form.get("about")), form.get("agreed") == "yes")


def _waiting_now(text: str) -> Response:
    return with_events(waiting(), toast=toast(text), acted={"good": True})


def _page(template: str, **values: object) -> str:
    return render_template(template, words=identity_wording, fields=DocumentField, **values)
