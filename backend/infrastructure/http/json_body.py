"""JSON bodies from strangers: only what RFC 8259 calls JSON, and only what can be read safely."""

import json
from typing import Any, NoReturn

from flask import Request
from marshmallow import missing
from webargs.flaskparser import FlaskParser, abort, is_json_request
from werkzeug.exceptions import UnsupportedMediaType

from backend.infrastructure.texts import translate


class JsonBodyParser(FlaskParser):
    """Answers 415 for a body of another type and 400 for what is no JSON, where webargs alone would answer 500
    for deep nesting and endless numbers, and take NaN and Infinity.
    """

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json_request(req):
            raise UnsupportedMediaType
        return parse_json(body)

    def _handle_invalid_json_error(self, error: Exception, req: Request, *args: Any, **kwargs: Any) -> NoReturn:
        abort(400, exc=error, messages={"json": [translate("格式不对")]})


def parse_json(body: bytes) -> Any:
    """Raises JSONDecodeError, which says where and never what."""
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):  # a number of over 4300 digits is a ValueError, too
        raise json.JSONDecodeError("not JSON", "…", 0) from None  # webargs takes an empty document for none at all


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
