from backend.kernel.errors import Refusal, RefusalKind


class EmployeeTaken(Refusal):
    """Somebody else of the site's staff is registered with this document."""

    kind = RefusalKind.CONFLICT
    code = "employee_taken"


class CertificateTaken(Refusal):
    """The same certificate stands in this person's register already."""

    kind = RefusalKind.CONFLICT
    code = "certificate_taken"
