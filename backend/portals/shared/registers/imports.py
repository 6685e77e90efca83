"""Imports: template, upload, the dry run's findings, go, progress."""

from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.imports import service as imports
from backend.features.imports.errors import FileUnreadable
from backend.features.imports.model import Register
from backend.features.imports.reading import MAX_BYTES
from backend.features.sites import service as sites
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.portals.shared.page import POST, choice, optional_id, page, page_request, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import chosen_site, registers, rendered
from backend.portals.shared.registers.exporting import send_workbook, write_workbook

FORM_BYTES = 16 * 1024
"""What a form weighs beside its file."""


@page(registers, "/imports", Permission.REGISTER_IMPORT)
def imports_list() -> str:
    with page_work() as work:
        found = imports.list_imports(work.session, work.actor.scope, page_request())
        reached = sites.list_sites(work.session, work.actor.scope)
    return rendered("imports.html", found=found, sites=reached, kinds=Register)


@page(registers, "/imports", Permission.REGISTER_IMPORT, POST, max_bytes=MAX_BYTES + FORM_BYTES)
def send_import() -> AnyResponse:
    """Raises FileTooLarge, NotFound, FileUnreadable for no file at all."""
    register = choice(Register, request.form.get("register"))
    file = request.files.get("file")
    body = b"" if file is None else file.read()
    if not body:
        raise FileUnreadable
    with page_work() as work:
        reached = sites.list_sites(work.session, work.actor.scope)
        site = chosen_site(reached, optional_id(request.form.get("site")))
        if site is None:
            raise NotFound
        import_id = imports.request(work, work.actor.scope, site.id, register, body)
    return redirect(url_for("registers.import_page", import_id=import_id), 303)


@page(registers, "/imports/<uuid:import_id>", Permission.REGISTER_IMPORT)
def import_page(import_id: UUID) -> str:
    return _shown(import_id, "import.html")


@page(registers, "/imports/<uuid:import_id>/progress", Permission.REGISTER_IMPORT)
def import_progress(import_id: UUID) -> str:
    return _shown(import_id, "import_state.html")


@page(registers, "/imports/<uuid:import_id>/go", Permission.REGISTER_IMPORT, POST)
def start_import(import_id: UUID) -> AnyResponse:
    """Raises NotFound, ImportNotReady."""
    with page_work() as work:
        imports.go(work, work.actor.scope, import_id)
    return redirect(url_for("registers.import_page", import_id=import_id), 303)


def _shown(import_id: UUID, template: str) -> str:
    with page_work() as work:
        found = imports.get(work.session, work.actor.scope, import_id)
        site = sites.get_site(work.session, work.actor.scope, found.site_id)
    return rendered(template, found=found, site=site)


@page(registers, "/imports/templates/<string:name>.xlsx", Permission.REGISTER_IMPORT)
def import_template(name: str) -> Response:
    """The headings, required ones with a star; what may be written below them stands in the page's text."""
    register = choice(Register, name)
    form = imports.FORMS[register]
    headings = [f"{column} *" for column in form.required] + list(form.optional)
    return send_workbook(write_workbook("模板", headings, []), f"导入模板-{words.REGISTERS[register]}")
