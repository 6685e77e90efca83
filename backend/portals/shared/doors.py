"""Doors: alarms that wait for somebody, when each door last spoke, who was refused and why."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from backend.features.credentials import doors as door_events
from backend.infrastructure.texts import translate as _
from backend.kernel.identity import Permission
from backend.pages.door_board import read_board
from backend.pages.offline_review import count_open
from backend.portals.shared import credential_wording
from backend.portals.shared.page import POST, page, page_work, toast, with_events

doors = Blueprint("doors", __name__)


@page(doors, "/doors", Permission.DOOR_WATCH)
def show() -> str:
    return _rendered("doors.html")


@page(doors, "/doors/alarms/<uuid:event_id>/acknowledge", Permission.DOOR_WATCH, POST)
def acknowledge(event_id: UUID) -> Response:
    with page_work() as work:
        door_events.acknowledge(work, work.actor.scope, event_id)
    return with_events(_rendered("doors_list.html"), toast=toast(_("已记录：您已到场查看。")))


def _rendered(template: str) -> str:
    with page_work() as work:
        board = read_board(work.session, work.actor.scope)
        to_review = count_open(work.session, work.actor.scope)
    return render_template(template, board=board, words=credential_wording, to_review=to_review)
