from typing import Any

from flask import Request


class BoundedRequest(Request):
    """A request whose body is whole or refused.

    Werkzeug cuts a body without a length (chunked) off at the limit, and hands on the beginning as if that were all.
    """

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        body = super().get_data(*args, **kwargs)
        self.stream.read(1)  # raises RequestEntityTooLarge where the limit ended it
        return body
