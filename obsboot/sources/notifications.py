"""The templates of Alertmanager's notifications, as far as they can be judged without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from obsboot.catalog.problems import nearest
from obsboot.promql.likeness import closest

Dot = Literal["notification", "alert", "unknown"]
"""What `.` is at a place."""

_ACTION = re.compile(r"\{\{-?(?!\s*/\*)\s*(.*?)\s*-?\}\}", re.DOTALL)
_CALL = re.compile(r'(?:template|tmpl)\s+"([^"]+)"')
_DEFINED = re.compile(r'\{\{-?\s*(?:define|block)\s+"([^"]+)"')
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_FIELD = re.compile(r"(?<![\w.)\]])\.([A-Z]\w*)")
_OF_ALERTS_EACH = re.compile(r"range\s+(?:\$\w+\s*,\s*)?(?:\$\w+\s*:=\s*)?\.Alerts(?:\.Firing|\.Resolved)?$")
_OF_RULES = re.compile(r"\$(labels|value|externalLabels|externalURL)\b")
_OPENS = frozenset({"if", "range", "with", "define", "block"})
_DATA = frozenset({
    "Receiver", "Status", "Alerts", "GroupLabels", "CommonLabels", "CommonAnnotations", "ExternalURL",
    "NotificationReason", "TruncatedAlerts", "GroupKey",
})  # fmt: skip
"""What a notification has; the rest belongs to one of its alerts."""
_SLIP = 0.9
"""How like a known name another has to be, to be a slip where `.` may be anything."""
_ALERT = frozenset({"Labels", "Annotations", "StartsAt", "EndsAt", "GeneratorURL", "Fingerprint", "Status"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at an offset of a template."""

    at: int
    message: str


def defined(text: str) -> set[str]:
    """The templates that a text defines."""
    return set(_DEFINED.findall(text))


def called(text: str) -> Iterator[tuple[int, str]]:
    """The templates that a text calls, each with the offset of the call."""
    return ((found.start(), found[1]) for found in _CALL.finditer(text))


def flaws(text: str, dot: Dot = "notification") -> Iterator[Flaw]:
    """What would not parse, and what nothing has at the place where it is asked for."""
    if text.count("{{") != text.count("}}"):
        yield Flaw(text.rfind("{{"), "the braces of a template do not close")
        return
    opened: list[tuple[int, str, Dot]] = []
    for found in _ACTION.finditer(text):
        action = found[1]
        word = action.split(" ", 1)[0]
        here = opened[-1][2] if opened else dot
        if word == "end":
            if not opened:
                yield Flaw(found.start(), "this {{ end }} ends nothing")
            else:
                opened.pop()
            continue
        yield from _asked(found.start(), _TEXT.sub('""', action), here)
        if word in _OPENS:
            opened.append((found.start(), word, _inside(word, action, here)))
    if opened:
        at, word, _ = opened[0]
        yield Flaw(at, f"a block inside has no {{{{ end }}}}, so that of `{word}` is taken for it")


def _inside(word: str, action: str, here: Dot) -> Dot:
    if word == "if":
        return here
    if word == "range" and _OF_ALERTS_EACH.match(action):
        return "alert"  # nothing but a notification has .Alerts
    return "unknown"


def _asked(at: int, action: str, dot: Dot) -> Iterator[Flaw]:
    for name in _FIELD.findall(action):
        if dot == "notification" and name not in _DATA:
            own = name in _ALERT
            advice = f"ask for .Common{name}, or go through .Alerts" if own else nearest(name, _DATA)
            yield Flaw(at, f"a notification has no .{name}: {advice}")
        elif dot == "alert" and name not in _ALERT:
            yield Flaw(at, f"an alert has no .{name}: {nearest(name, _ALERT)}")
        elif dot == "unknown" and name not in _DATA | _ALERT and (close := closest(name, _DATA, cutoff=_SLIP)):
            yield Flaw(at, f"a notification has no .{name}: did you mean {close[0]!r}?")
    for name in _OF_RULES.findall(action):
        yield Flaw(at, f"${name} is known to the annotations of Prometheus' rules, not to notifications")
