"""The property's word on residents who ask to be bound to their household."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from backend.features.residents import service as residents
from backend.features.residents.model import BindingReason, BindingState
from backend.infrastructure.texts import translate as _
from backend.kernel.identity import Permission
from backend.pages.binding_list import list_bindings
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, choice, page, page_request, page_work, toast, with_events

bindings = Blueprint("bindings", __name__)
REASONS = [reason for reason in BindingReason if reason is not BindingReason.OWN_WISH]


@page(bindings, "/bindings", Permission.BINDING_DECIDE)
def show() -> str:
    return _rendered("bindings.html")


@page(bindings, "/bindings/<uuid:binding_id>/approve", Permission.BINDING_DECIDE, POST)
def approve(binding_id: UUID) -> Response:
    with page_work() as work:
        residents.decide_binding(work, work.actor.scope, binding_id, approve=True)
    return with_events(_rendered("bindings_list.html"), toast=toast(_("已通过，住户现在可以使用。")))


@page(bindings, "/bindings/<uuid:binding_id>/refuse", Permission.BINDING_DECIDE, POST)
def refuse(binding_id: UUID) -> Response:
    reason = choice(BindingReason, request.form.get("reason"))
    with page_work() as work:
        residents.decide_binding(work, work.actor.scope, binding_id, approve=False, reason=reason)
    return with_events(_rendered("bindings_list.html"), toast=toast(_("已拒绝。")))


def _rendered(template: str) -> str:
    state = choice(BindingState, request.args.get("state", BindingState.PENDING.value))
    with page_work() as work:
        found = list_bindings(work.session, work.actor.scope, state, page_request())
        record_list(work, "binding", (card.id for card in found.items), LookPurpose.REGISTER_CHECK)
    return render_template(template, found=found, state=state, states=BindingState, reasons=REASONS)
