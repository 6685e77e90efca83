"""Refusals of the supervisor; each message is meant for the person at the terminal."""


class SupervisorError(Exception):
    """Something that only a person can put right."""


class ServerDied(SupervisorError):
    """An embedded server ended before it answered."""


class UnsafeFolder(SupervisorError):
    """A folder that should be ours belongs to, or is open to, somebody else."""


class AlreadyRunning(SupervisorError):
    """Another supervisor holds this state folder."""

    def __init__(self, pid: int) -> None:
        super().__init__(
            f"already running as process {pid}; stop it with Ctrl-C in its terminal, or: kill {pid}"
        )
        self.pid = pid


class StepFailed(SupervisorError):
    """A one-shot step (migrate, seed) ended with an error."""
