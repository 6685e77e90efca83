"""Whether a site's corrected readings may teach the engine: the management's word, off until it is given."""

from uuid import UUID

from flask import Blueprint, Response, g, render_template, request

from backend.features.training import service as trainings
from backend.features.training.model import CONSENT_TEXT
from backend.infrastructure.texts import translate as _
from backend.kernel.errors import Refusal
from backend.kernel.identity import Permission
from backend.pages.training_consents import list_consents
from backend.portals.shared.page import POST, page, page_work, toast, with_events

training = Blueprint("training", __name__)
WORDS = {"yes": True, "no": False}


@page(training, "/training", Permission.TRAINING_CONSENT)
def show() -> str:
    return _rendered("training.html")


@page(training, "/training/<uuid:site_id>", Permission.TRAINING_CONSENT, POST)
def decide(site_id: UUID) -> Response:
    word = request.form.get("given", "")
    if word not in WORDS:
        raise Refusal
    with page_work() as work:
        trainings.decide_consent(work, work.actor.scope, site_id, given=WORDS[word])
    said = _("已开启，从现在起核对的车牌可以导出。") if WORDS[word] else _("已关闭，不再导出。")
    return with_events(_rendered("training_list.html"), toast=toast(said))


def _rendered(template: str) -> str:
    with page_work() as work:
        found = list_consents(work.session, g.actor.scope)
    return render_template(template, consents=found, text=CONSENT_TEXT)
