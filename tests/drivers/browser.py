"""Debian's Chromium against the real apps: web and live each on a port of its own, as `make run` has them."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pyotp
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLate
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.entry import web_apps
from backend.features.accounts.model import Portal
from backend.features.devices.service import COMMANDS
from backend.infrastructure.http.hosts import HostDispatcher
from backend.infrastructure.http.live import LiveHub
from backend.infrastructure.http.platform import Platform
from backend.live.app import create_portal_stream
from backend.portals.shared.cookies import authenticator
from tests.drivers.staff import CODE_SECONDS, StaffDesk

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
LOG_IN_MS = 10_000
DESK = {"width": 1280, "height": 800}


class _Quiet(WSGIRequestHandler):
    """Keep-alive as behind nginx, and no access log: the apps keep their own."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def serving(platform: Platform) -> Iterator[Platform]:
    """The platform with the ports under which its apps now answer at `*.localhost`."""
    with ExitStack() as stack:
        web, live = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        settings = replace(platform.settings, public_port=web.getsockname()[1], live_port=live.getsockname()[1])
        served = replace(platform, settings=settings)
        hub = LiveHub(served.database, COMMANDS)
        stack.callback(hub.stop)
        for listener, apps in ((web, web_apps(served)), (live, _streams(served, hub))):
            stack.enter_context(_serve(listener, HostDispatcher(apps, settings.base_domain)))
        yield served


def _streams(platform: Platform, hub: LiveHub) -> dict[str, Flask]:
    """As `backend.live.entry.live_apps`, of a hub that ends with the test."""
    return {
        portal.value: create_portal_stream(platform, hub, portal.value, authenticator(platform, portal))
        for portal in Portal
    }


@contextmanager
def _serve(listener: socket.socket, app: Callable[..., Any]) -> Iterator[None]:
    port = listener.getsockname()[1]
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno())
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Screen:
    """One person's browser window, which also keeps every complaint of the page."""

    context: BrowserContext
    page: Page
    complaints: list[str]

    def enter(self, origin: str, username: str, password: str, totp_secret: str) -> None:
        """Logged in as by `log_in`, without drawing its pages: for tests of what comes behind."""
        address = urlsplit(origin)
        desk = StaffDesk(f"http://127.0.0.1:{address.port}", address.hostname or "")
        desk.log_in(username, password, totp_secret)
        self.context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": origin} for one in desk.session.cookies]
        )
        self.page.goto(f"{origin}/")

    def log_in(self, origin: str, username: str, password: str, totp_secret: str) -> None:
        """A code opens once: whoever shares the account has to wait for the next one."""
        try:
            self._try_to_log_in(origin, username, password, totp_secret)
        except TooLate:
            self.page.wait_for_timeout((CODE_SECONDS - time.time() % CODE_SECONDS + 1) * 1000)
            self._try_to_log_in(origin, username, password, totp_secret)

    def _try_to_log_in(self, origin: str, username: str, password: str, totp_secret: str) -> None:
        self.page.goto(f"{origin}/login")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="下一步").click()
        self.page.get_by_label("六位验证码").fill(pyotp.TOTP(totp_secret).now())
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(f"{origin}/", timeout=LOG_IN_MS)


@contextmanager
def screen(browser: Browser, size: dict[str, int] = PHONE) -> Iterator[Screen]:
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    page = context.new_page()
    found = Screen(context, page, [])
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("console", lambda message: _keep(found, message.type, message.text))
    yield found
    context.close()


def _keep(found: Screen, kind: str, text: str) -> None:
    if kind == "error" and "Failed to load resource" not in text:
        found.complaints.append(text)
