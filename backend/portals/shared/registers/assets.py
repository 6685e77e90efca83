"""Facilities and fire equipment: list, record, form, checks, export."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.assets import service as assets
from backend.features.assets.errors import AssetCodeTaken, CheckInFuture
from backend.features.assets.model import AssetFields, AssetKind
from backend.features.imports import assets as columns
from backend.features.imports.cells import Cells
from backend.features.sites import service as sites
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.pages.staff_list import AssetFilter, every_asset, list_assets
from backend.portals.shared.page import GET, POST, choice, optional_id, page, page_request, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import chosen_site, registers, rendered, told_history
from backend.portals.shared.registers.exporting import record_export, send_workbook, write_workbook
from backend.portals.shared.registers.forms import Field, Form, posted_cells, problem_at, problems_of, refilled

SITE, RETIRED = "小区或校园", "已停用"
HEADINGS = ("小区", *columns.REQUIRED, "检查周期（天）", columns.CHECKED, "下次检查日期", "状态")


def _filter() -> AssetFilter:
    kind, site_id = request.args.get("kind"), optional_id(request.args.get("site"))
    due = request.args.get("due") == "1"
    return AssetFilter(site_id, choice(AssetKind, kind) if kind else None, due, request.args.get("text", "")[:40])


@page(registers, "/assets", Permission.REGISTER_READ)
def assets_list() -> str:
    wanted = _filter()
    with page_work() as work:
        found = list_assets(work.session, work.actor.scope, wanted, page_request(), local_day(work.now))
    return rendered("assets.html", found=found, wanted=wanted, kinds=AssetKind)


@page(registers, "/assets/export.xlsx", Permission.REGISTER_READ)
def export_assets() -> Response:
    with page_work() as work:
        cards = list(every_asset(work.session, work.actor.scope, _filter(), local_day(work.now)))
        file = write_workbook("设施设备", HEADINGS, (_export_row(card) for card in cards))
        record_export(work, "asset", len(cards), clear=False)
    return send_workbook(file, "设施设备")


def _export_row(card: Any) -> list[Any]:
    asset, fields = card.asset, card.asset.fields
    return [
        *(card.site_name, fields.code, words.ASSET_KINDS[fields.kind], fields.name, fields.place),
        *(fields.check_interval_days, fields.last_checked_on, asset.next_due_on, words.DUES[card.due]),
    ]


@page(registers, "/assets/<uuid:asset_id>", Permission.REGISTER_READ)
def asset(asset_id: UUID) -> str:
    with page_work() as work:
        found = assets.get_asset(work.session, work.actor.scope, asset_id)
        changes = told_history(work, asset_id)
        today = local_day(work.now)
    return rendered("asset.html", thing=found, due=assets.due_of(found, today), changes=changes, today=today)


@page(registers, "/assets/<uuid:asset_id>/check", Permission.REGISTER_EDIT, POST)
def check_asset(asset_id: UUID) -> AnyResponse:
    """Looked at today."""
    with page_work() as work:
        assets.record_check(work, work.actor.scope, asset_id, local_day(work.now))
    return redirect(url_for("registers.asset", asset_id=asset_id), 303)


@page(registers, "/assets/new", Permission.REGISTER_EDIT, (*GET, *POST))
def add_asset() -> str | AnyResponse:
    with page_work() as work:
        reached = sites.list_sites(work.session, work.actor.scope)
    names = {site.name: site.id for site in reached}
    site_fields = [Field(SITE, reached[0].name, "choice", tuple(names), required=True)] if len(reached) > 1 else []
    fields = [*site_fields, *_fields(None)]
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        cells, _ = posted_cells()
        site, given = chosen_site(reached, names.get(cells.text(SITE))), _given(cells)
        problems = problems_of(cells.faults)
        if not problems and site is not None and given is not None:
            problems = _refused(lambda work: assets.add_asset(work, work.actor.scope, site.id, given))
        if not problems:
            return redirect(url_for("registers.assets_list"), 303)
        fields = refilled(fields)
    back = url_for("registers.assets_list")
    return rendered("form.html", title="登记设施设备", about="", form=Form(fields, problems), back=back)


@page(registers, "/assets/<uuid:asset_id>/edit", Permission.REGISTER_EDIT, (*GET, *POST))
def edit_asset(asset_id: UUID) -> str | AnyResponse:
    with page_work() as work:
        on_file = assets.get_asset(work.session, work.actor.scope, asset_id).fields
    fields = _fields(on_file)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        cells, _ = posted_cells()
        given = _given(cells)
        problems = problems_of(cells.faults)
        if not problems and given is not None:
            problems = _refused(lambda work: assets.edit_asset(work, work.actor.scope, asset_id, given))
        if not problems:
            return redirect(url_for("registers.asset", asset_id=asset_id), 303)
        fields = refilled(fields)
    back = url_for("registers.asset", asset_id=asset_id)
    return rendered("form.html", title="修改设施设备", about=on_file.name, form=Form(fields, problems), back=back)


def _refused(save: Callable[[Work], object]) -> Mapping[str, str]:
    try:
        with page_work() as work:
            save(work)
    except AssetCodeTaken as refusal:
        return problem_at(columns.CODE, refusal)
    except CheckInFuture as refusal:
        return problem_at(columns.CHECKED, refusal)
    return {}


def _fields(on_file: AssetFields | None) -> list[Field]:
    kinds = tuple(words.ASSET_KINDS.values())
    if on_file is None:
        return [
            Field(columns.CODE, required=True),
            Field(columns.KIND, "", "choice", kinds, required=True),
            Field(columns.NAME, required=True),
            Field(columns.PLACE, required=True),
            Field(columns.INTERVAL, kind="number", hint="天；无需定期检查可不填"),
            Field(columns.CHECKED, kind="date"),
        ]
    interval = "" if on_file.check_interval_days is None else str(on_file.check_interval_days)
    return [
        Field(columns.CODE, on_file.code, required=True),
        Field(columns.KIND, words.ASSET_KINDS[on_file.kind], "choice", kinds, required=True),
        Field(columns.NAME, on_file.name, required=True),
        Field(columns.PLACE, on_file.place, required=True),
        Field(columns.INTERVAL, interval, "number", hint="天；无需定期检查可不填"),
        Field(columns.CHECKED, _day(on_file.last_checked_on), "date"),
        Field(RETIRED, "是" if on_file.retired else "否", "choice", ("是", "否")),
    ]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _given(cells: Cells) -> AssetFields | None:
    code, name, place = (
        cells.required(columns.CODE, 40),
        cells.required(columns.NAME),
        cells.required(columns.PLACE),
    )
    cells.required(columns.KIND)
    kind = cells.one_of(columns.KIND, columns.KINDS)
    interval = cells.whole_number(columns.INTERVAL, columns.LONGEST_INTERVAL_DAYS)
    checked, retired = cells.day(columns.CHECKED), cells.yes_or_no(RETIRED)
    return None if kind is None else AssetFields(code, kind, name, place, interval, checked, bool(retired))
