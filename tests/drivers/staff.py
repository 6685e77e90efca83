"""A member of staff at a portal, over HTTP: the same forms that the pages send."""

import re
import time
from dataclasses import dataclass, field

import pyotp
import requests

CODE_SECONDS = 30
"""A one-time code's life."""
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
CHALLENGE = re.compile(r'name="challenge" value="([^"]+)"')


@dataclass
class StaffDesk:
    """`base_url` is an address; `host` is the portal's name, sent as the Host header."""

    base_url: str
    host: str = "property.localhost"
    session: requests.Session = field(default_factory=requests.Session)
    _token: str = ""

    def __post_init__(self) -> None:
        self.session.headers["Host"] = self.host

    def log_in(self, username: str, password: str, totp_secret: str) -> "StaffDesk":
        """A code opens once: where somebody else has used this one, the next is waited for."""
        if not self._tried(username, password, totp_secret):
            time.sleep(CODE_SECONDS - time.time() % CODE_SECONDS + 1)
            assert self._tried(username, password, totp_secret), f"{username} cannot log in"
        return self

    def _tried(self, username: str, password: str, totp_secret: str) -> bool:
        self.get("/login")
        asked = self.post("/login", username=username, password=password)
        challenge = CHALLENGE.search(asked.text)
        assert challenge, f"{username} was not asked for a code ({asked.status_code})"
        code = pyotp.TOTP(totp_secret).now()
        return self.post("/login/code", challenge=challenge[1], code=code).status_code == 302

    def get(self, path: str) -> str:
        answer = self.session.get(f"{self.base_url}{path}", timeout=20, allow_redirects=False)
        self._remember(answer.text)
        return answer.text

    def post(self, path: str, **fields: str) -> requests.Response:
        answer = self.session.post(
            f"{self.base_url}{path}", data=fields | {"csrf_token": self._token}, timeout=20, allow_redirects=False
        )
        self._remember(answer.text)
        return answer

    def act(self, path: str, **fields: str) -> str:
        """A press on a page, and what it answers; a refusal is an error here."""
        answer = self.post(path, **fields)
        assert answer.ok, answer.text[:300]
        return answer.text

    def _remember(self, page: str) -> None:
        if found := TOKEN.search(page):
            self._token = found[1]
