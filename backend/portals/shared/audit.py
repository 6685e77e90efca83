"""The audit log as supervisors and managers read it. Reading it is an entry of its own."""

from flask import Blueprint, render_template, request

from backend.infrastructure.audit.entry import Subject
from backend.kernel.identity import Permission
from backend.pages.audit_list import AuditFilter, read_audit_page
from backend.portals.shared import audit_wording
from backend.portals.shared.looks import LookPurpose
from backend.portals.shared.page import PAGE_SIZE, optional_day, optional_id, optional_number, page, page_work

audit = Blueprint("audit", __name__)


@page(audit, "/audit", Permission.AUDIT_READ)
def show() -> str:
    wanted = AuditFilter(
        request.args.get("actor", "")[:64],
        request.args.get("action", "")[:64],
        optional_id(request.args.get("subject")),
        optional_day(request.args.get("day")),
    )
    tenant, before = optional_id(request.args.get("tenant")), optional_number(request.args.get("before"))
    with page_work() as work:
        found = read_audit_page(work.session, work.actor.scope, tenant, wanted, before, PAGE_SIZE)
        subject = Subject("tenant", found.tenant.id)
        work.record("audit.listed", subject, tenant_id=found.tenant.id, purpose=LookPurpose.SUPERVISION.value)
    return render_template("audit.html", found=found, wanted=wanted, words=audit_wording)
