from flask import current_app

from backend.features.residents.ports import MiniProgram

EXTENSION = "anlin.mini_program"


def mini_program() -> MiniProgram:
    """WeChat's side, as the app that answers the current request was given it."""
    found: MiniProgram = current_app.extensions[EXTENSION]
    return found
