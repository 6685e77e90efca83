from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, render_template, request

from backend.features.accounts.model import Portal
from backend.features.sites.model import Site
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.changes import Change
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission
from backend.pages.change_list import history
from backend.portals.shared.looks import LookPurpose
from backend.portals.shared.registers import masking, words

registers = Blueprint("registers", __name__)


@dataclass(frozen=True)
class Place:
    """One of the registers, in the row of links below the menu."""

    endpoint: str
    title: str
    permission: Permission = Permission.REGISTER_READ
    campus: bool = True


PLACES = (
    Place("search", "查找"),
    Place("residents", "住户", campus=False),
    Place("rooms", "房屋", campus=False),
    Place("vehicles", "车辆", campus=False),
    Place("employees_list", "员工"),
    Place("assets_list", "设施设备"),
    Place("places", "区域周界"),
    Place("imports_list", "导入", Permission.REGISTER_IMPORT),
)


def rendered(template: str, **values: Any) -> str:
    """A page of the registers, with what all of them need."""
    return render_template(f"registers/{template}", words=words, mask=masking.mask_for(g.actor), **values)


@registers.context_processor
def _surroundings() -> dict[str, Any]:
    """Nothing on the page of a refusal that came before anybody was known."""
    if "actor" not in g:
        return {}
    campus = current_app.config["ANLIN_FACE"].portal is Portal.CAMPUS
    places = [place for place in PLACES if g.actor.may(place.permission) and (place.campus or not campus)]
    return {
        "places": places,
        "may_edit": g.actor.may(Permission.REGISTER_EDIT),
        "may_clear": g.actor.may(Permission.REGISTER_CLEAR),
        "query": request.args,
    }


def in_clear() -> bool:
    """Whether this reader asked for whole numbers, and may have them."""
    return request.args.get("clear") == "1" and bool(g.actor.may(Permission.REGISTER_CLEAR))


def looked(work: Work, kind: str, subject_id: UUID) -> None:
    """Keeps who looked at whose record; whole numbers are another look than masked ones."""
    record_look(work, Subject(kind, subject_id), LookPurpose.REGISTER_CHECK.value)
    if in_clear():
        work.record(f"{kind}.looked_in_clear", Subject(kind, subject_id), purpose=LookPurpose.REGISTER_CHECK.value)


def told_history(work: Work, *subjects: UUID) -> Sequence[tuple[Change, str]]:
    """Each change with who made it."""
    return history(work.session, work.actor.scope, subjects)


def chosen_site(sites: Sequence[Site], wanted: UUID | None) -> Site | None:
    """The one that was asked for, or the only one."""
    if wanted is None:
        return sites[0] if len(sites) == 1 else None
    return next((site for site in sites if site.id == wanted), None)
