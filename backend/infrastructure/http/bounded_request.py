from typing import Any

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected


class BoundedRequest(Request):
    """A request whose body is whole or refused.

    Werkzeug cuts a body without a length (chunked) off at the limit, and behind gunicorn it takes a body that
    ended early for a shorter one; both hand on the beginning as if that were all.
    """

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        try:
            body = super().get_data(*args, **kwargs)
            self.stream.read(1)  # raises RequestEntityTooLarge where the limit ended it
        except (ParseException, OSError):  # chunks that are none, or a caller who has gone
            raise ClientDisconnected from None
        if isinstance(body, bytes) and 0 < len(body) < (self.content_length or 0):
            raise ClientDisconnected
        return body
