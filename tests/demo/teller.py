"""Telling a scene step by step on a running installation: what happens, where to look, what to press."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")
LOOK_EVERY_SECONDS = 0.5
HAND_SECONDS = 60.0
"""So long a viewer has to press it; then the scene does, so that it goes on."""
SETTLED_SECONDS = 15.0


class SceneBroken(Exception):
    """Something did not happen that the scene promised."""


@dataclass
class Teller:
    """`hands_on`: wait for the viewer to press what a person would press; otherwise the scene presses it."""

    hands_on: bool
    step: int = 0

    def tell(self, title: str, *lines: str) -> None:
        self.step += 1
        print(f"\n{BOLD}{self.step}. {title}{PLAIN}")
        for line in lines:
            print(f"   {line}")

    def note(self, line: str) -> None:
        print(f"   {DIM}→ {line}{PLAIN}", flush=True)

    def by_hand(self, what: str, done: Callable[[], bool], press: Callable[[], object]) -> None:
        """A person's part: yours within a minute, or else the scene's own."""
        if self.hands_on:
            print(f"   {BOLD}请操作：{what}{PLAIN}（{HAND_SECONDS:.0f} 秒内；否则由脚本代按）", flush=True)
            if _within(HAND_SECONDS, done):
                return
        press()
        self.note(f"{what}（脚本代按）")

    def expect(self, what: str, happened: Callable[[], bool], seconds: float = SETTLED_SECONDS) -> None:
        """Raises SceneBroken when it does not come."""
        if not _within(seconds, happened):
            raise SceneBroken(f"{what}: not within {seconds:.0f} s")
        self.note(what)

    def pause(self) -> None:
        """Lets the viewer read; nothing where nobody watches."""
        if self.hands_on and sys.stdin.isatty():
            input(f"   {DIM}回车继续{PLAIN}")


def _within(seconds: float, happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(LOOK_EVERY_SECONDS)
    return happened()
