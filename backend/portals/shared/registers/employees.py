"""The staff register: list, file, forms, export."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.employees import service as employees
from backend.features.employees.errors import CertificateTaken, EmployeeTaken
from backend.features.employees.model import Certificate, Duty, Employee, EmployeeFields, Training, Vetting
from backend.features.imports import employees as columns
from backend.features.imports.cells import DOCUMENT_KIND, DOCUMENT_NUMBER, NAME, PHONE, Cells
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import platform
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.staff_list import EmployeeCard, StaffFilter, every_employee, list_employees
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import GET, POST, choice, optional_id, page, page_request, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import (
    chosen_site,
    in_clear,
    looked,
    registers,
    rendered,
    told_history,
)
from backend.portals.shared.registers.exporting import record_export, send_workbook, write_workbook
from backend.portals.shared.registers.forms import Field, Form, posted_cells, problem_at, problems_of, refilled
from backend.portals.shared.registers.masking import Mask, mask_for

SITE, LEFT = "小区或校园", "离职日期"
TOPIC, HELD, HOURS = "培训内容", "培训日期", "学时"
MOST_HOURS = 1000
HEADINGS = ("单位", *columns.REQUIRED, *columns.OPTIONAL[:5], LEFT, "证书", "最近背景审查", "待处理")
KEEP = "留空不改，填“无”清除"


def _filter() -> StaffFilter:
    duty = request.args.get("duty")
    site_id = optional_id(request.args.get("site"))
    return StaffFilter(site_id, choice(Duty, duty) if duty else None, request.args.get("left") == "1")


@page(registers, "/employees", Permission.REGISTER_READ)
def employees_list() -> str:
    wanted = _filter()
    with page_work() as work:
        found = list_employees(work.session, work.actor.scope, wanted, page_request(), local_day(work.now))
        record_list(work, "employee", (card.id for card in found.items), LookPurpose.REGISTER_CHECK)
    return rendered("employees.html", found=found, wanted=wanted, duties=Duty)


@page(registers, "/employees/export.xlsx", Permission.REGISTER_READ)
def export_employees() -> Response:
    mask = mask_for(g.actor, in_clear())
    with page_work() as work:
        cards = list(every_employee(work.session, work.actor.scope, _filter(), local_day(work.now)))
        file = write_workbook("员工", HEADINGS, (_export_row(card, mask) for card in cards))
        record_export(work, "employee", len(cards), in_clear())
    return send_workbook(file, "员工")


def _export_row(card: EmployeeCard, mask: Mask) -> list[Any]:
    fields = card.file.fields
    kind = "" if fields.document_kind is None else words.DOCUMENT_KINDS[fields.document_kind.value]
    latest = max(card.file.vettings, key=lambda one: one.done_on, default=None)
    return [
        card.site_name,
        fields.name,
        words.DUTIES[fields.duty],
        mask(fields.phone, "phone"),
        kind,
        mask(fields.document_number, "document_number"),
        fields.employer,
        fields.joined_on,
        fields.left_on,
        "、".join(words.CERTIFICATES[paper.kind] for paper in card.file.certificates),
        None if latest is None else f"{latest.done_on} {'通过' if latest.passed else '未通过'}",
        "、".join(words.LACKS[lack] for lack in card.lacks),
    ]


@page(registers, "/employees/<uuid:employee_id>", Permission.REGISTER_READ)
def employee(employee_id: UUID) -> str:
    return _file(employee_id)


def _file(employee_id: UUID, form: str = "", problems: Mapping[str, str] | None = None) -> str:
    """The file, with what was wrong of a paper that somebody added."""
    with page_work() as work:
        file = employees.get_employee(work.session, work.actor.scope, employee_id)
        changes = told_history(work, employee_id)
        looked(work, "employee", employee_id)
        lacks = employees.lacks_of(file, local_day(work.now))
    papers = {name: Form(refilled(fields) if name == form else fields, {}) for name, fields in _PAPERS.items()}
    if form:
        papers[form] = Form(papers[form].fields, problems or {})
    mask = mask_for(g.actor, in_clear())
    return rendered(
        "employee.html",
        id=employee_id,
        file=file,
        lacks=lacks,
        changes=changes,
        papers=papers,
        shown=mask,
        clear=in_clear(),
    )


@page(registers, "/employees/new", Permission.REGISTER_EDIT, (*GET, *POST))
def add_employee() -> str | AnyResponse:
    with page_work() as work:
        reached = sites.list_sites(work.session, work.actor.scope)
    names = {site.name: site.id for site in reached}
    site_fields = [Field(SITE, reached[0].name, "choice", tuple(names), required=True)] if len(reached) > 1 else []
    fields = [*site_fields, *_fields(None)]
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        cells, _ = posted_cells()
        site = chosen_site(reached, names.get(cells.text(SITE)))
        given = _given(cells, None, frozenset())
        problems = problems_of(cells.faults)
        if not problems and site is not None and given is not None:
            problems = _refused(lambda work: employees.add_employee(work, platform().crypto, site, given))
        if not problems:
            return redirect(url_for("registers.employees_list"), 303)
        fields = refilled(fields)
    back = url_for("registers.employees_list")
    return rendered("form.html", title="登记员工", about="", form=Form(fields, problems), back=back)


@page(registers, "/employees/<uuid:employee_id>/edit", Permission.REGISTER_EDIT, (*GET, *POST))
def edit_employee(employee_id: UUID) -> str | AnyResponse:
    with page_work() as work:
        file = employees.get_employee(work.session, work.actor.scope, employee_id)
        looked(work, "employee", employee_id)
    fields = _fields(file)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        cells, cleared = posted_cells()
        given = _given(cells, file.fields, cleared)
        problems = problems_of(cells.faults)
        if not problems and given is not None:
            crypto = platform().crypto
            problems = _refused(
                lambda work: employees.edit_employee(work, crypto, work.actor.scope, employee_id, given)
            )
        if not problems:
            return redirect(url_for("registers.employee", employee_id=employee_id), 303)
        fields = refilled(fields)
    back = url_for("registers.employee", employee_id=employee_id)
    return rendered("form.html", title="修改员工登记", about="", form=Form(fields, problems), back=back)


def _refused(save: Callable[[Work], object]) -> Mapping[str, str]:
    try:
        with page_work() as work:
            save(work)
    except EmployeeTaken as refusal:
        return problem_at(DOCUMENT_NUMBER, refusal)
    except CertificateTaken as refusal:
        return problem_at(columns.NUMBER, refusal)
    return {}


def _fields(file: Employee | None) -> list[Field]:
    on_file = None if file is None else file.fields
    hint = "" if on_file is None else KEEP
    duty = "" if on_file is None else words.DUTIES[on_file.duty]
    kind = "" if on_file is None or on_file.document_kind is None else on_file.document_kind.value
    fields = [
        Field(NAME, "" if on_file is None else on_file.name, required=True),
        Field(columns.DUTY, duty, "choice", tuple(words.DUTIES.values()), required=True),
        Field(PHONE, kind="tel", hint=hint),
        Field(DOCUMENT_KIND, words.DOCUMENT_KINDS.get(kind, ""), "choice", tuple(words.DOCUMENT_KINDS.values())),
        Field(DOCUMENT_NUMBER, hint=hint),
        Field(columns.EMPLOYER, "" if on_file is None else on_file.employer, hint="外包时填写保安公司等"),
        Field(columns.JOINED, _day(None if on_file is None else on_file.joined_on), "date"),
    ]
    return fields if on_file is None else [*fields, Field(LEFT, _day(on_file.left_on), "date")]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _given(cells: Cells, on_file: EmployeeFields | None, cleared: frozenset[str]) -> EmployeeFields | None:
    name, phone, document = cells.name(), cells.phone(), cells.document()
    cells.required(columns.DUTY)
    duty = cells.one_of(columns.DUTY, columns.DUTIES)
    if name is None or duty is None:
        return None
    kind, number = (None, None) if document is None else (document.kind, document.number)
    employer, joined_on, left_on = cells.text(columns.EMPLOYER), cells.day(columns.JOINED), cells.day(LEFT)
    given = EmployeeFields(name, duty, phone, kind, number, employer, joined_on, left_on)
    if on_file is None:
        return given
    if phone is None and PHONE not in cleared:
        given = replace(given, phone=on_file.phone)
    if document is None and DOCUMENT_NUMBER not in cleared:
        given = replace(given, document_kind=on_file.document_kind, document_number=on_file.document_number)
    return given


_PAPERS: Mapping[str, list[Field]] = {
    "certificate": [
        Field(columns.CERTIFICATE, "", "choice", tuple(words.CERTIFICATES.values()), required=True),
        Field(columns.NUMBER, required=True),
        Field(columns.ISSUER, required=True),
        Field(columns.VALID, kind="date", hint="长期有效可不填"),
    ],
    "vetting": [
        Field(columns.VETTED_ON, kind="date", required=True),
        Field(columns.VETTED, "", "choice", ("合格", "不合格"), required=True),
        Field(columns.VETTED_BY, required=True, hint="只登记结果，不登记内容"),
    ],
    "training": [
        Field(TOPIC, required=True),
        Field(HELD, kind="date", required=True),
        Field(HOURS, kind="number", required=True),
    ],
}


@page(registers, "/employees/<uuid:employee_id>/<string:paper>", Permission.REGISTER_EDIT, POST)
def add_paper(employee_id: UUID, paper: str) -> str | AnyResponse:
    """A certificate, a vetting or a training."""
    if paper not in _PAPERS:
        raise NotFound
    cells, _ = posted_cells()
    for field in _PAPERS[paper]:
        if field.required:
            cells.required(field.name)
    save = _SAVE[paper](cells, employee_id)
    problems = problems_of(cells.faults) or _refused(save)
    if problems:
        return _file(employee_id, paper, problems)
    return redirect(url_for("registers.employee", employee_id=employee_id), 303)


def _save_certificate(cells: Cells, employee_id: UUID) -> Callable[[Work], None]:
    kind, until = cells.one_of(columns.CERTIFICATE, columns.CERTIFICATES), cells.day(columns.VALID)
    number, issuer = cells.text(columns.NUMBER), cells.text(columns.ISSUER)

    def save(work: Work) -> None:
        if kind is not None:
            paper = Certificate(kind, number, issuer, until)
            employees.add_certificate(work, platform().crypto, work.actor.scope, employee_id, paper)

    return save


def _save_vetting(cells: Cells, employee_id: UUID) -> Callable[[Work], None]:
    done_on, passed = cells.day(columns.VETTED_ON), cells.yes_or_no(columns.VETTED)
    office = cells.text(columns.VETTED_BY)

    def save(work: Work) -> None:
        if done_on is not None and passed is not None:
            employees.add_vetting(work, work.actor.scope, employee_id, Vetting(done_on, passed, office))

    return save


def _save_training(cells: Cells, employee_id: UUID) -> Callable[[Work], None]:
    topic, held_on, hours = cells.text(TOPIC), cells.day(HELD), cells.whole_number(HOURS, MOST_HOURS)

    def save(work: Work) -> None:
        if held_on is not None and hours is not None:
            employees.add_training(work, work.actor.scope, employee_id, Training(topic, held_on, hours))

    return save


_SAVE = {"certificate": _save_certificate, "vetting": _save_vetting, "training": _save_training}
