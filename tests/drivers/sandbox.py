"""The sandbox as a process of its own, and the hands that tests need in it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from notifications.sandbox.credentials import (
    ACCESS_KEY_ID,
    ACCESS_KEY_SECRET,
    APP_ID,
    APP_SECRET,
    SIGN_NAME,
)
from notifications.settings import SmsSettings, VoiceSettings, WeChatSettings

_ROOT = Path(__file__).parents[2]


class Sandbox:
    """One sandbox; it keeps its port and its memory across `kill()` and `start()`."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._http = requests.Session()
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once it listens: it says so in its first line."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "notifications.sandbox"],
            cwd=_ROOT,
            env=os.environ | {"SANDBOX_PORT": str(self.port), "STATE_DIR": str(self._state_dir)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        assert first_line.startswith("sandbox listening on "), first_line
        self.port = int(first_line.rsplit(":", 1)[1])

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Kill it (or send it another signal) and give its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._http.close()  # its connections are dead
        return self._process.wait(timeout=10)

    def sms_settings(self, **changes: Any) -> SmsSettings:
        account = {
            "access_key_id": ACCESS_KEY_ID,
            "access_key_secret": ACCESS_KEY_SECRET,
            "sign_name": SIGN_NAME,
        }
        return SmsSettings(**({"endpoint_url": self.url} | account | changes))

    def wechat_settings(self, **changes: Any) -> WeChatSettings:
        account = {"base_url": self.url, "app_id": APP_ID, "app_secret": APP_SECRET}
        return WeChatSettings(**(account | changes))

    def voice_settings(self, **changes: Any) -> VoiceSettings:
        account = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET}
        return VoiceSettings(**({"endpoint_url": self.url} | account | changes))

    def messages(self, recipient: str | None = None) -> list[dict[str, Any]]:
        """Newest first: channel, provider_id, out_id, recipient, template, params, text, accepted_at."""
        messages: list[dict[str, Any]] = self._get("messages", recipient=recipient, limit=100_000)
        return messages

    def counts(self) -> dict[str, int]:
        """How many messages were taken for each out_id."""
        counts: dict[str, int] = self._get("counts")
        return counts

    def calls(self) -> list[str]:
        """The operations called since the last reset, oldest first."""
        calls: list[str] = self._get("calls")
        return calls

    def login_code(self, openid: str, unionid: str | None = None) -> str:
        """What `wx.login` would give to this user."""
        subject = {"openid": openid} | ({"unionid": unionid} if unionid else {})
        return str(self._post("wechat/login-code", **subject)["code"])

    def phone_code(self, phone: str) -> str:
        """What the phone-number button would give to the owner of this number."""
        return str(self._post("wechat/phone-code", phone=phone)["code"])

    def grant(self, openid: str, template_id: str, count: int = 1) -> None:
        """The user taps "allow" so many times."""
        self._post("wechat/grants", openid=openid, template_id=template_id, count=count)

    def expire_tokens(self) -> None:
        self._post("wechat/expire-tokens")

    def inject(self, operation: str, kind: str, *, times: int = 1, every: int = 1, seconds: float = 0.0) -> None:
        """Make every `every`-th call of `operation` misbehave, `times` times; kinds: FaultKind."""
        self._post("faults", operation=operation, kind=kind, times=times, every=every, seconds=seconds)

    def enforce_limits(self, enforced: bool) -> None:
        """Whether the provider's per-number limits apply (they do by default)."""
        self._post("sms/limits", enforced=enforced)

    def set_fate(self, phone: str, status: str, code: str = "DELIVERED") -> None:
        """What becomes of this number's messages: waiting, failed or delivered."""
        self._post("sms/fate", phone=phone, status=status, code=code)

    def report_to(self, url: str) -> None:
        """Push delivery reports to this address."""
        self._post("sms/report-url", url=url)

    def reset(self) -> None:
        self._post("reset")

    def _get(self, path: str, **query: Any) -> Any:
        answer = self._http.get(f"{self.url}/control/{path}", params=query, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, **body: Any) -> Any:
        answer = self._http.post(f"{self.url}/control/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running_sandbox(state_dir: Path) -> Iterator[Sandbox]:
    """A started sandbox of its own for `state_dir`, on a free port."""
    sandbox = Sandbox(state_dir)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.kill()
