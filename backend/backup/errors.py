class BackupError(Exception):
    """A backup that cannot be made, read or restored; the message says what to do and holds no data."""


class BackupUnreadable(BackupError):
    """Not a backup, changed, cut short, or sealed with a key that is not here."""
