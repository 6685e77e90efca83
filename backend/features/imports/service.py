"""Bringing a register over from a file: sent, looked through without writing, said go, written all or nothing."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.imports import assets, employees, residents, store
from backend.features.imports.errors import ColumnsMissing, ColumnTwice, FileTooLarge, ImportNotReady, RegisterMoved
from backend.features.imports.jobs import ApplyImport, CheckImport
from backend.features.imports.model import Import, ImportState, Register, RowFault
from backend.features.imports.outcome import Result, Tally
from backend.features.imports.reading import MAX_BYTES, Line, Table, read_table
from backend.features.imports.tables import ImportRow
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.inserting import flush_by_table
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Scope
from backend.kernel.ids import ImportId, SiteId, uuid7
from backend.kernel.paging import Page, PageRequest

Progress = Callable[[int, int], None]
"""Rows there are, and rows looked at."""
PROGRESS_EVERY = 250


class Importer(Protocol):
    def put(self, line: Any, tally: Tally) -> list[RowFault]: ...


class Form(NamedTuple):
    """What the file for a register looks like, and how it is read."""

    required: Sequence[str]
    optional: Sequence[str]
    parse: Callable[[Line], tuple[Any, list[RowFault]]]
    importer: Callable[[Work, Crypto, Any, Any], Importer]


FORMS: dict[Register, Form] = {
    Register.RESIDENTS: Form(residents.REQUIRED, residents.OPTIONAL, residents.parse, residents.ResidentImport),
    Register.EMPLOYEES: Form(employees.REQUIRED, employees.OPTIONAL, employees.parse, employees.EmployeeImport),
    Register.ASSETS: Form(assets.REQUIRED, assets.OPTIONAL, assets.parse, assets.AssetImport),
}


def request(work: Work, within: Scope, site_id: UUID, register: Register, body: bytes) -> ImportId:
    """Takes the file in and promises a look through it. Raises NotFound, FileTooLarge."""
    site = sites.get_site(work.session, within, site_id)
    if len(body) > MAX_BYTES:
        raise FileTooLarge
    row = ImportRow(
        id=uuid7(),
        tenant_id=site.tenant_id,
        site_id=site.id,
        register=register.value,
        requested_by=work.actor.id,
        state=ImportState.CHECKING.value,
        content=base64.b64encode(body).decode(),
        row_count=0,
        rows_done=0,
        counts={},
        faults={},
        problem=None,
        created_at=work.now,
        finished_at=None,
    )
    work.session.add(row)
    work.record("import.requested", Subject("import", row.id), register=register.value)
    work.later(CheckImport(row.id), site_id=site.id)
    return ImportId(row.id)


def go(work: Work, within: Scope, import_id: UUID) -> None:
    """Promises the writing of what the dry run found right. Raises NotFound, ImportNotReady."""
    row = store.locked_row(work.session, within, import_id)
    if row is None:
        raise NotFound
    if row.state != ImportState.READY.value:
        raise ImportNotReady
    row.state, row.rows_done = ImportState.WRITING.value, 0
    work.later(ApplyImport(row.id), site_id=SiteId(row.site_id))


def get(session: Session, within: Scope, import_id: UUID) -> Import:
    found = store.find(session, within, import_id)
    if found is None:
        raise NotFound
    return found


def list_imports(session: Session, within: Scope, wanted: PageRequest) -> Page[Import]:
    return store.page_of_site(session, within, wanted)


def read_content(session: Session, within: Scope, import_id: UUID) -> bytes:
    """Raises NotFound for a file that is not kept any more."""
    content = store.content_of(session, within, import_id)
    if content is None:
        raise NotFound
    return base64.b64decode(content)


def note_progress(work: Work, within: Scope, import_id: UUID, row_count: int, rows_done: int) -> None:
    store.note_progress(work.session, within, import_id, row_count, rows_done)


def note_unreadable(work: Work, within: Scope, import_id: UUID, refusal: Refusal) -> None:
    """No table could be had out of the file: there is nothing to mend row by row."""
    row = _row(work, within, import_id)
    row.state, row.problem, row.faults = ImportState.UNREADABLE.value, refusal.code, {"facts": refusal.facts}
    store.finish(row, work.now)


def readable(register: Register, body: bytes) -> Table:
    """The table, with the columns that the register needs. Raises as `read_table`; ColumnsMissing, ColumnTwice."""
    table = read_table(body)
    form = FORMS[register]
    twice = {heading for heading in table.headings if table.headings.count(heading) > 1}
    if twice & {*form.required, *form.optional}:
        raise ColumnTwice(columns="、".join(sorted(twice)))
    missing = [column for column in form.required if column not in table.headings]
    if missing:
        raise ColumnsMissing(columns="、".join(missing))
    return table


def look_through(work: Work, crypto: Crypto, within: Scope, task: Import, table: Table, progress: Progress) -> Result:
    """The dry run: the same as the real one up to the last step, then forgotten."""
    with work.session.no_autoflush:
        result = _bring_in(work, crypto, within, task, table, progress)
        work.session.expunge_all()
    row = _row(work, within, task.id)
    state = ImportState.READY if result.is_good else ImportState.FAULTY
    _report(row, state, result)
    if not result.is_good:
        store.finish(row, work.now)
    return result


def write(work: Work, crypto: Crypto, within: Scope, task: Import, table: Table, progress: Progress) -> Result:
    """All or nothing. Raises RegisterMoved where the register is not what the dry run saw."""
    store.lock_registers(work.session, task.site_id)
    with work.session.no_autoflush:
        result = _bring_in(work, crypto, within, task, table, progress)
        if not result.is_good:
            raise RegisterMoved
        try:
            flush_by_table(work.session)
        except IntegrityError:
            raise RegisterMoved from None
    row = _row(work, within, task.id)
    _report(row, ImportState.DONE, result)
    store.finish(row, work.now)
    work.record("import.applied", Subject("import", row.id), register=task.register.value, counts=result.counts)
    return result


def ask_again(work: Work, within: Scope, import_id: UUID) -> None:
    """The register has moved: look through the file anew."""
    row = _row(work, within, import_id)
    row.state, row.rows_done = ImportState.CHECKING.value, 0
    work.later(CheckImport(row.id), site_id=SiteId(row.site_id))


def _row(work: Work, within: Scope, import_id: UUID) -> ImportRow:
    row = store.locked_row(work.session, within, import_id)
    if row is None:
        raise NotFound
    return row


def _report(row: ImportRow, state: ImportState, result: Result) -> None:
    store.fill(row, state, result.counts, result.faults)
    row.row_count = row.rows_done = result.row_count


def _bring_in(work: Work, crypto: Crypto, within: Scope, task: Import, table: Table, progress: Progress) -> Result:
    form = FORMS[task.register]
    parsed, faults = _parsed(form, table)
    importer = form.importer(work, crypto, sites.get_site(work.session, within, task.site_id), parsed)
    tally = Tally()
    for done, line in enumerate(parsed, start=1):
        faults += importer.put(line, tally)
        if done % PROGRESS_EVERY == 0:
            progress(len(table.lines), done)
    ordered = tuple(sorted(faults, key=lambda fault: fault.row))
    return Result(len(table.lines), dict(tally.counts), ordered)


def _parsed(form: Form, table: Table) -> tuple[list[Any], list[RowFault]]:
    parsed, faults = [], []
    for line in table.lines:
        value, wrong = form.parse(line)
        faults += wrong
        if value is not None:
            parsed.append(value)
    return parsed, faults
