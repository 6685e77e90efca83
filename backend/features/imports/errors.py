from backend.kernel.errors import Refusal, RefusalKind


class FileTooLarge(Refusal):
    """More than five megabytes as sent, or as unpacked."""

    kind = RefusalKind.TOO_LARGE
    code = "import_too_large"


class FileUnreadable(Refusal):
    """Neither a text table nor a workbook of the Open XML form."""

    code = "import_unreadable"


class OldWorkbook(Refusal):
    """The binary form of before 2007, or one that is encrypted."""

    code = "import_old_workbook"


class TooManyRows(Refusal):
    kind = RefusalKind.TOO_LARGE
    code = "import_too_many_rows"


class NoRows(Refusal):
    code = "import_no_rows"


class ColumnsMissing(Refusal):
    code = "import_columns_missing"


class ColumnTwice(Refusal):
    code = "import_column_twice"


class ImportNotReady(Refusal):
    """Somebody has said go already, or the dry run found faults."""

    kind = RefusalKind.CONFLICT
    code = "import_not_ready"


class RegisterMoved(Refusal):
    """Somebody changed the register between reading and writing; nothing was written."""

    kind = RefusalKind.CONFLICT
    code = "import_register_moved"
