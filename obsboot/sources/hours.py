"""Which minutes Alertmanager's intervals of time hold, from today on."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.timing import minutes, ranges

_YEARS = 28
"""After so many the calendar begins anew, until 2100."""
_WHOLE = (1 << 24 * 60) - 1
"""Every minute of a day."""


@dataclass(frozen=True, eq=False)
class _Part:
    """One of the parts of an interval: all that it names has to hold. What is named and empty never does."""

    data: Mapped

    @property
    def place(self) -> str:
        return str(self.data.get("location") or "UTC")

    @cached_property
    def mask(self) -> int:
        """A bit for each minute of a day."""
        times = minutes(self.data)
        if times is None:
            return _WHOLE
        found = 0
        for start, end in times:
            found |= (1 << end) - (1 << start)
        return found

    @cached_property
    def years(self) -> list[tuple[int, int]] | None:
        return ranges(self.data, "years")

    @cached_property
    def _named(self) -> list[tuple[list[tuple[int, int]], Callable[[date], int]]]:
        """Ranges, and what of a day has to be in one of them."""
        parts: tuple[tuple[str, Callable[[date], int]], ...] = (
            ("weekdays", lambda day: day.isoweekday() % 7),
            ("months", lambda day: day.month),
            ("years", lambda day: day.year),
        )
        found = ((ranges(self.data, key), read) for key, read in parts)
        return [(each, read) for each, read in found if each is not None]

    @cached_property
    def _days(self) -> list[tuple[int, int]] | None:
        return ranges(self.data, "days_of_month")

    def on(self, day: date) -> int:
        """The minutes of a day that it holds."""
        for each, read in self._named:
            if not any(begin <= read(day) <= end for begin, end in each):
                return 0
        if self._days is not None:
            last = calendar.monthrange(day.year, day.month)[1]
            ends = (
                (begin if begin > 0 else last + 1 + begin, end if end > 0 else last + 1 + end)
                for begin, end in self._days
            )
            if not any(begin <= day.day <= end for begin, end in ends):
                return 0
        return self.mask


def _parts(intervals: Sequence[Mapped]) -> list[_Part]:
    return [_Part(mapped(each)) for interval in intervals for each in listed(interval.get("time_intervals"))]


def _days(first: date, years: int = _YEARS) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(min(years * 366, (date.max - first).days)))


def ever(interval: Mapped) -> bool:
    """Whether an interval holds at any time from today on."""
    today = date.today()
    for part in _parts([interval]):
        years = [(today.year, today.year + _YEARS)] if part.years is None else part.years
        for begin, end in years:
            first = max(date(min(max(begin, 1), 9999), 1, 1), today)
            if first.year <= end and part.mask and any(part.on(day) for day in _days(first)):
                return True
    return False


def covered(muted: Sequence[Mapped], active: Sequence[Mapped] | None = None) -> bool:
    """Whether, from today on, some of `muted` holds at any time that an `active` one does; any time where it is None.

    Times of several places are not compared with each other.
    """
    mutes = _parts(muted)
    wanted = None if active is None else _parts(active)
    return any(
        _all_covered([part for part in mutes if part.place == place], wanted if _at(wanted, place) else None)
        for place in {part.place for part in mutes}
    )


def _at(parts: list[_Part] | None, place: str) -> bool:
    return parts is not None and all(part.place == place for part in parts)


def _all_covered(mutes: list[_Part], wanted: list[_Part] | None) -> bool:
    return all(not _held(wanted, day) & ~_held(mutes, day) for day in _days(date.today()))


def _held(parts: list[_Part] | None, day: date) -> int:
    found = 0 if parts is not None else _WHOLE
    for part in parts or ():
        found |= part.on(day)
    return found
