"""Alertmanager's intervals of time: what it refuses in them, and how it reads their parts.

Source: timeinterval/timeinterval.go of Alertmanager 0.33.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from zoneinfo import available_timezones

from obsboot.sources.documents import Mapped, listed, mapped

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CLOCK = re.compile(r"(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) else None


def _day(text: str) -> int | None:
    return _DAYS.index(text.lower()) if text.lower() in _DAYS else None


def _month(text: str) -> int | None:
    return _MONTHS.index(text.lower()) + 1 if text.lower() in _MONTHS else _number(text)


def _day_of_month(text: str) -> int | None:
    number = _number(text) or 0
    return number if 1 <= abs(number) <= 31 else None


_PARTS: Mapping[str, tuple[Callable[[str], int | None], str]] = {
    "weekdays": (_day, "no day of the week"),
    "days_of_month": (_day_of_month, "no day of a month"),
    "months": (_month, "no month"),
    "years": (_number, "no year"),
}
_SHORTEST = 28
"""Days of a month."""


def interval_faults(interval: Mapped) -> Iterator[tuple[int, str]]:
    """What Alertmanager refuses in one interval: line and message."""
    for each in (each for each in listed(interval.get("times")) if isinstance(each, Mapped)):
        minutes = []
        for key in ("start_time", "end_time"):
            text = str(each.get(key, "00:00"))
            minutes.append(_minutes(text))
            if minutes[-1] is None:
                yield each.value_at(key), f"{key}: {text!r} is no time of day such as 08:30, quoted"
        start, end = minutes
        if start is not None and end is not None and start >= end:
            yield each.line, "the time ends before it begins: write two, one of them until 24:00"
    place = str(interval.get("location") or "UTC")
    if not _is_place(place):
        yield interval.value_at("location"), f"no time zone is called {place!r}"
    for key in _PARTS:
        items = listed(interval.get(key))
        for text, line in items.placed:
            if text is not None and (why := _refused(key, str(text))):
                yield line, f"{str(text)!r} {why}"


def _is_place(name: str) -> bool:
    """Whether there is a time zone of the name; where this machine has none to compare with, there may be."""
    if name in ("UTC", "Local", ""):
        return True
    known = available_timezones()
    return not known or name in known


def _refused(key: str, text: str) -> str:
    read, why = _PARTS[key]
    first, colon, last = text.partition(":")
    begin, end = read(first), read(last if colon else first)
    if begin is None or end is None:
        return f"is {why}"
    if key == "days_of_month":
        if begin < 0 < end:
            return "begins before the end of a month, and ends behind its beginning"
        begin, end = (day if day > 0 else _SHORTEST + day for day in (begin, end))
    return "ends before it begins" if begin > end else ""


def ranges(interval: Mapped, key: str) -> list[tuple[int, int]] | None:
    """The ranges of weekdays (0 is Sunday), `days_of_month`, months or years; None where all are meant.

    What Alertmanager refuses is left out.
    """
    if interval.get(key) is None:
        return None
    read = _PARTS[key][0]
    texts = [str(each) for each in listed(interval[key])]
    ends = [(read(text.partition(":")[0]), read(text.rpartition(":")[2])) for text in texts if not _refused(key, text)]
    return [(begin, end) for begin, end in ends if begin is not None and end is not None]


def minutes(interval: Mapped) -> list[tuple[int, int]] | None:
    """The ranges of minutes of a day, the last one of each not in it; None where all are meant."""
    if interval.get("times") is None:
        return None
    every = map(mapped, listed(interval["times"]))
    ends = [tuple(_minutes(str(each.get(key, ""))) for key in ("start_time", "end_time")) for each in every]
    return [(start, end) for start, end in ends if start is not None and end is not None]


def _minutes(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    return 24 * 60 if text == "24:00" else int(found[1]) * 60 + int(found[2])
