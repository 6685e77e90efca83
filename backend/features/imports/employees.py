"""The staff register out of one table: a row for each person, with at most one certificate and one vetting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from backend.features.employees.intake import EmployeeIntake
from backend.features.employees.model import Certificate, CertificateKind, Duty, EmployeeFields, Vetting
from backend.features.imports.cells import DOCUMENT_KIND, DOCUMENT_NUMBER, NAME, PHONE, Cells
from backend.features.imports.model import RowFault
from backend.features.imports.outcome import Tally
from backend.features.imports.reading import Line
from backend.features.people.intake import Outcome
from backend.features.sites.model import Site
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work

DUTY, EMPLOYER, JOINED = "岗位", "所属单位", "入职日期"
CERTIFICATE, NUMBER, ISSUER, VALID = "证书类型", "证书编号", "发证机关", "证书有效期至"
VETTED_ON, VETTED, VETTED_BY = "背景审查日期", "背景审查结果", "审查单位"
REQUIRED = (NAME, DUTY)
OPTIONAL = (
    *(PHONE, DOCUMENT_KIND, DOCUMENT_NUMBER, EMPLOYER, JOINED),
    *(CERTIFICATE, NUMBER, ISSUER, VALID, VETTED_ON, VETTED, VETTED_BY),
)
DUTIES: Mapping[str, Duty] = {
    "保安": Duty.GUARD,
    "门卫": Duty.GUARD,
    "巡逻": Duty.PATROL,
    "监控值班": Duty.CONTROL_ROOM,
    "物业服务": Duty.PROPERTY,
    "工程维修": Duty.MAINTENANCE,
    "保洁": Duty.CLEANING,
    "教师": Duty.TEACHER,
    "保育员": Duty.CARER,
    "食堂": Duty.CANTEEN,
    "校医": Duty.DOCTOR,
    "司机": Duty.DRIVER,
    "行政": Duty.ADMINISTRATION,
    "其他": Duty.OTHER,
}
CERTIFICATES: Mapping[str, CertificateKind] = {
    "保安员证": CertificateKind.SECURITY_GUARD,
    "消防设施操作员证": CertificateKind.FIRE_CONTROL,
    "健康证": CertificateKind.HEALTH,
    "教师资格证": CertificateKind.TEACHER,
    "电工证": CertificateKind.ELECTRICIAN,
    "电梯作业证": CertificateKind.LIFT,
    "急救证": CertificateKind.FIRST_AID,
    "驾驶证": CertificateKind.DRIVING,
    "其他": CertificateKind.OTHER,
}


@dataclass(frozen=True)
class EmployeeLine:
    row: int
    fields: EmployeeFields
    certificate: Certificate | None
    vetting: Vetting | None


def parse(line: Line) -> tuple[EmployeeLine | None, list[RowFault]]:
    cells = Cells(line)
    name, phone, document = cells.name(), cells.phone(), cells.document()
    cells.required(DUTY)
    duty = cells.one_of(DUTY, DUTIES)
    employer, joined_on = cells.text(EMPLOYER), cells.day(JOINED)
    certificate, vetting = _certificate(cells), _vetting(cells)
    if cells.faults or name is None or duty is None:
        return None, cells.faults
    kind, number = (None, None) if document is None else (document.kind, document.number)
    fields = EmployeeFields(name, duty, phone, kind, number, employer, joined_on)
    return EmployeeLine(line.row, fields, certificate, vetting), []


def _certificate(cells: Cells) -> Certificate | None:
    kind, until = cells.one_of(CERTIFICATE, CERTIFICATES), cells.day(VALID)
    if kind is None:
        return None
    return Certificate(kind, cells.required(NUMBER), cells.required(ISSUER), until)


def _vetting(cells: Cells) -> Vetting | None:
    done_on, passed = cells.day(VETTED_ON), cells.yes_or_no(VETTED)
    if done_on is None and passed is None:
        return None
    cells.required(VETTED_ON)
    cells.required(VETTED)
    office = cells.required(VETTED_BY)
    return None if done_on is None or passed is None else Vetting(done_on, passed, office)


class EmployeeImport:
    def __init__(self, work: Work, crypto: Crypto, site: Site, lines: Sequence[EmployeeLine]) -> None:
        self._staff = EmployeeIntake(work, crypto, site)
        self._row_of: dict[UUID, int] = {}

    def put(self, line: EmployeeLine, tally: Tally) -> list[RowFault]:
        known = self._staff.find(line.fields)
        if known is not None and (row := self._row_of.get(known)):
            return [RowFault(line.row, NAME, "same_as_row", {"other_row": row})]
        if known is not None and self._staff.fields_of(known).name != line.fields.name:
            return [RowFault(line.row, DOCUMENT_NUMBER, "employee_taken")]
        employee_id = known or self._staff.add(line.fields)
        self._row_of[employee_id] = line.row
        changed = known is not None and self._staff.change(known, _completed(self._staff.fields_of(known), line.fields))
        changed |= line.certificate is not None and self._staff.add_certificate(employee_id, line.certificate)
        changed |= line.vetting is not None and self._staff.add_vetting(employee_id, line.vetting)
        tally.row([Outcome.NEW if known is None else Outcome.CHANGED if changed else Outcome.UNCHANGED])
        return []


def _completed(on_file: EmployeeFields, given: EmployeeFields) -> EmployeeFields:
    """What is given replaces what is on file; what is not given stays."""
    return replace(on_file, **{name: value for name, value in vars(given).items() if value not in (None, "")})
