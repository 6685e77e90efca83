"""A second opinion on who may collect a child, made without looking at the rules.

It keeps nothing but a diary of what has happened and reads it from the start for every question. Instants are whole
seconds from a Monday's midnight; what stands in the way of a person counts one, or more than anybody may set aside.
"""

from dataclasses import dataclass, field

DAY = 24 * 3600
NEVER = 100

Entry = tuple[int, str, tuple[object, ...]]


@dataclass(frozen=True)
class Visitor:
    """Who stands at the gate, with what in hand."""

    who: str
    child: str
    second: str
    """match, unsure, other, none, pin, locked, seen or stranger (the last two by a member of staff's eyes)"""
    copyable: bool = False
    trusted_engine: bool = True
    list_hours: float | None = None


@dataclass
class Oracle:
    diary: list[Entry] = field(default_factory=list)

    def note(self, now: int, what: str, *about: object) -> None:
        self.diary.append((now, what, about))

    def verdict(self, now: int, visitor: Visitor) -> str:
        """`go`, `teacher <what to settle>`, or `no`."""
        obstacles = [obstacle for obstacle in self._obstacles(now, visitor) if obstacle[0]]
        weight = sum(one for one, _ in obstacles)
        if weight == 0:
            return "go"
        return f"teacher {obstacles[0][1]}" if weight == 1 else "no"

    def _obstacles(self, now: int, v: Visitor) -> list[tuple[int, str]]:
        is_pass = self._last("named", v.who) is not None
        found = [
            (NEVER * self._kept_away(now, v.who, v.child), ""),
            (NEVER * (self._newest("struck", "restored", v.who) == "struck"), ""),
            (NEVER * bool(self._last("young", v.who)), ""),
            (NEVER * (self._newest("lost", "card", v.who) == "lost"), ""),
            (NEVER * (self._newest("expired", "card", v.who) == "expired"), ""),
            (NEVER * (v.second in ("other", "stranger", "locked")), ""),
        ]
        found += self._of_pass(now, v) if is_pass else self._of_guardian(now, v)
        if v.list_hours is not None and (is_pass or v.list_hours > 24):
            found.append((1, "call_back"))
        return found

    def _of_pass(self, now: int, v: Visitor) -> list[tuple[int, str]]:
        named = self._last("named", v.who)
        assert named is not None
        _, children, start, end = named[2]
        for_this_child = v.child in children  # type: ignore[operator]
        return [
            (NEVER * (not for_this_child), ""),
            (NEVER * bool(self._last("vetoed", v.who)), ""),
            (NEVER * bool(self._last("spent", v.who)), ""),
            (int(not start <= now < end), "outside_hours"),  # type: ignore[operator]
            (1, "check_delegate"),
        ]

    def _of_guardian(self, now: int, v: Visitor) -> list[tuple[int, str]]:
        weekday, second_of_day = now // DAY % 7 + 1, now % DAY
        today = [about for _, what, about in self.diary if what == "line" and about[:2] == (v.who, v.child)]
        today = [about for about in today if weekday in about[3]]  # type: ignore[operator]
        said = {about[2] for about in today if about[4] <= second_of_day < about[5]}  # type: ignore[operator]
        ever = any(about[2] for about in today)
        vouched = v.second in ("match", "pin", "seen")
        only_a_hint = v.copyable or (v.second == "match" and not v.trusted_engine)
        return [
            (NEVER * (False in said), ""),
            (NEVER * (not ever), ""),
            (int(True not in said), "outside_hours"),
            (int(not vouched), "compare_portrait"),
            (int(only_a_hint), "confirm_person"),
        ]

    def _kept_away(self, now: int, who: str, child: str) -> bool:
        """Follows the diary: an order stands until it is lifted, the head's word three days unless a paper came."""
        until: list[float] = []
        for at, what, about in self.diary:
            if about[:2] != (who, child):
                continue
            if what == "order":
                until.append(float("inf"))
            elif what == "head":
                until.append(at + 3 * DAY)
            elif what == "paper":
                until = [float("inf") if at < end else end for end in until]
            elif what == "lifted":
                until.clear()
        return any(now < end for end in until)

    def _last(self, what: str, who: str) -> Entry | None:
        return next((entry for entry in reversed(self.diary) if entry[1] == what and entry[2][0] == who), None)

    def _newest(self, one: str, other: str, who: str) -> str | None:
        """Which of the two was written down last of this person."""
        both = (e for e in reversed(self.diary) if e[1] in (one, other) and e[2][0] == who)
        return next((what for _, what, _ in both), None)
