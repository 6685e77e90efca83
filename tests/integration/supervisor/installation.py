"""`python -m tests.integration.supervisor.installation TABLE`: the real supervisor on a small table.

TABLE is a JSON list of `ProcessSpec` fields; the environment configures the rest as in `make run`.
"""

import json
import os
import sys

from backend.supervisor.compose import compose
from backend.supervisor.errors import SupervisorError
from backend.supervisor.lock import exclusive
from backend.supervisor.logbook import Logbook
from backend.supervisor.processes import ProcessSpec
from backend.supervisor.settings import read_settings


def main() -> None:
    """Run until a stop signal; prints a refusal and exits with 1 like the command line."""
    table = tuple(ProcessSpec(**{**row, "command": tuple(row["command"])}) for row in json.loads(sys.argv[1]))
    settings = read_settings(os.environ)
    try:
        with exclusive(settings.state_dir):
            compose(settings, Logbook(settings.state_dir / "log"), table).run()
    except SupervisorError as refusal:
        sys.exit(f"run: {refusal}")


if __name__ == "__main__":
    main()
