"""Time formats: the few letters that Joda and java.time share, read here as both of them read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

ISO = "ISO8601"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR = r"(?P<year>(?!0000)\d{4})"
_HOURS, _MINUTES = r"(?:0\d|1[0-7])", r"[0-5]\d"
"""Of an offset: java.time knows none from 18 hours on, and no hour has more minutes."""
_LETTERS = {
    "yyyy": _YEAR,
    "MMM": rf"(?P<name>{'|'.join(_MONTHS)})",
    "MM": r"(?P<month>\d{2})",
    "dd": r"(?P<day>\d{2})",
    "HH": r"(?P<hour>\d{2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "SSS": r"(?P<fraction>\d{3})",
    "Z": rf"(?P<zone>[+-]{_HOURS}{_MINUTES})",
    "X": rf"(?P<zone>[+-]{_HOURS}(?:{_MINUTES})?)",
}
_TOKEN = re.compile(r"'(?P<quoted>[^']+)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z'])")
_ISO_FORM = re.compile(
    rf"{_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})T(?P<hour>\d{{2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})"
    rf"(?:\.(?P<fraction>\d{{1,9}}))?(?P<zone>Z|[+-]{_HOURS}:?{_MINUTES})?",
    re.ASCII,
)


class FormatError(ValueError):
    """A time format with a letter that the readers do not share."""


def parse(text: str, formats: tuple[str, ...], zone: str) -> datetime | None:
    """The moment in UTC, to the millisecond, in the first format that fits; None where none does.

    A text without a zone of its own is in `zone`, an IANA name.
    """
    for each in formats:
        if (found := expression(each).fullmatch(text)) and (moment := _moment(found, ZoneInfo(zone))):
            return moment
    return None


def shown(moment: datetime) -> str:
    """As documents hold it: `2026-11-26T05:34:05.123Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@lru_cache(maxsize=64)
def expression(format_: str) -> re.Pattern[str]:
    """What texts of the format look like. Raises FormatError."""
    if format_ == ISO:
        return _ISO_FORM
    return re.compile("".join(_piece(format_, found) for found in _TOKEN.finditer(format_)), re.ASCII)


def appearance(format_: str) -> str:
    """The same as a regular expression that other readers know: its groups have no names."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression(format_).pattern)


def is_dated(format_: str) -> bool:
    """Whether texts of the format say their day; what a reader would guess instead is its own."""
    groups = expression(format_).groupindex.keys()
    return {"year", "day"} <= groups and bool(groups & {"month", "name"})


def names_zone(format_: str) -> bool:
    """Whether texts of the format always say their zone; those of ISO 8601 may."""
    return format_ != ISO and any(found["letters"] in ("X", "Z") for found in _TOKEN.finditer(format_))


def for_joda(format_: str) -> str:
    """The format for Logstash: Joda's Z reads +01 as well as +0100."""
    return _exchanged(format_, "X", "Z")


def for_java(format_: str) -> str:
    """The format for ingest pipelines."""
    return _exchanged(format_, "X", "X")


def _exchanged(format_: str, letter: str, by: str) -> str:
    if format_ == ISO:
        return ISO
    return "".join(by if found["letters"] == letter else found[0] for found in _TOKEN.finditer(format_))


def _piece(format_: str, found: re.Match[str]) -> str:
    if letters := found["letters"]:
        if letters not in _LETTERS:
            raise FormatError(f"{letters!r} in the time format {format_!r}: known are {', '.join(_LETTERS)}")
        return _LETTERS[letters]
    return re.escape(found["quoted"] or found["other"])


def _moment(found: re.Match[str], zone: tzinfo) -> datetime | None:
    said = found.groupdict()
    month = _MONTHS.index(said["name"]) + 1 if said.get("name") else int(said.get("month") or 0)
    millis = int((said.get("fraction") or "0").ljust(3, "0")[:3])
    year, day, hour, minute, second = (int(said.get(part) or 0) for part in ("year", "day", "hour", "minute", "second"))
    try:
        local = datetime(year, month, day, hour, minute, second, millis * 1000)
        return local.replace(tzinfo=_offset(said.get("zone")) or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] == "-" else away)
