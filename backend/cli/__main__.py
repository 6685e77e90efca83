"""`python -m backend.cli COMMAND`: the operator's commands without the web apps, for starts that wait for them."""

import os

from flask import Flask

from backend.cli import add_commands
from backend.infrastructure.logging import configure_logging


def main() -> None:
    configure_logging()
    app = Flask("anlin")
    add_commands(app, os.environ, lambda _: {})
    with app.app_context():
        app.cli.main(prog_name="python -m backend.cli")


if __name__ == "__main__":
    main()
