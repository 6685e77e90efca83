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
        super().__init__(f"already running as process {pid}; stop it with Ctrl-C in its terminal, or: kill {pid}")
        self.pid = pid


class StepFailed(SupervisorError):
    """A one-shot step (migrate, seed) ended with an error."""


class PortTaken(SupervisorError):
    """Another program listens on a port that we need."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken by another program; choose three free ones, e.g.: PORT=9000 make run")
        self.port = port
