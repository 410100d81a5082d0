"""Alertmanager's intervals of time: what it refuses in them, and whether one holds always."""

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


def _day(text: str) -> int | None:
    return _DAYS.index(text.lower()) if text.lower() in _DAYS else None


def _month(text: str) -> int | None:
    if text.lower() in _MONTHS:
        return _MONTHS.index(text.lower()) + 1
    return int(text) if text.isdigit() and int(text) else None


def _day_of_month(text: str) -> int | None:
    number = int(text) if re.fullmatch(r"-?\d+", text) else 0
    return number if 1 <= abs(number) <= 31 else None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d+", text) else None


_PARTS: Mapping[str, tuple[Callable[[str], int | None], str]] = {
    "weekdays": (_day, "no day of the week"),
    "days_of_month": (_day_of_month, "no day of a month"),
    "months": (_month, "no month"),
    "years": (_year, "no year"),
}


def interval_faults(interval: Mapped) -> Iterator[tuple[int, str]]:
    """What Alertmanager refuses in one interval: line and message."""
    for each in map(mapped, listed(interval.get("times"))):
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
    for key, (read, why) in _PARTS.items():
        items = listed(interval.get(key))
        for text, line in zip(items, items.lines, strict=True):
            yield from _range(str(text), line, read, why)


def _is_place(name: str) -> bool:
    """Whether there is a time zone of the name; where this machine has none to compare with, there may be."""
    if name in ("UTC", "Local", ""):
        return True
    known = available_timezones()
    return not known or name in known


def _range(text: str, line: int, read: Callable[[str], int | None], why: str) -> Iterator[tuple[int, str]]:
    first, _, last = text.partition(":")
    ends = [read(each.strip()) for each in (first, last or first)]
    if None in ends:
        yield line, f"{text!r} is {why}"
    elif ends[0] is not None and ends[1] is not None and ends[0] > ends[1] and (ends[0] > 0) == (ends[1] > 0):
        yield line, f"{text!r} ends before it begins"


def _minutes(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    return 24 * 60 if text == "24:00" else int(found[1]) * 60 + int(found[2])


def always(interval: Mapped) -> bool:
    """Whether an interval with a name holds at any time."""
    return any(_whole(mapped(each)) for each in listed(interval.get("time_intervals")))


def _whole(part: Mapped) -> bool:
    times = [(str(t.get("start_time")), str(t.get("end_time"))) for t in map(mapped, listed(part.get("times")))]
    days = {str(each).lower() for each in listed(part.get("weekdays"))}
    every_day = not days or days == set(_DAYS) or bool(days & {"sunday:saturday"})
    free = not any(listed(part.get(key)) for key in ("days_of_month", "months", "years"))
    return free and every_day and (not times or ("00:00", "24:00") in times)
