"""Times as the date filter of Logstash reads them, which is as Joda-Time does: leniently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from logs.ruby_values import Refused

_MONTHS = {
    name[:length].lower(): number
    for number, name in enumerate(
        (
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        1,
    )
    for length in (3, len(name))
}  # fmt: skip
_MONTH_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_JODA = {
    "y": ("year", r"[+-]?\d{1,9}+"), "M": ("month", r"\d{1,2}+"), "d": ("day", r"\d{1,2}+"), "H": ("hour", r"\d{1,2}+"),
    "m": ("minute", r"\d{1,2}+"), "s": ("second", r"\d{1,2}+"), "S": ("fraction", ""),
    "Z": ("zone", r"Z|[+-]\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{1,3})?)?)?"),
}  # fmt: skip
_OFFSET = r"(?P<zone>Z|[+-]\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{1,3})?)?)?)"
_FRACTION = r"(?:[.,](?P<fraction{0}>\d{{1,9}}+))"
_ISO = re.compile(
    r"(?=[+\-0-9]|T\d)(?:(?P<year>[+-]?\d{1,9}+)(?:-(?P<yearday>\d{3}+)(?!\d)|-W(?P<week>\d{1,2}+)(?:-(?P<weekday>\d))?|"
    r"-(?P<month>\d{1,2}+)(?:-(?P<day>\d{1,2}+))?)?)?"
    r"(?:T(?:(?P<hour>\d{1,2}+)(?:"
    + _FRACTION.format("h")
    + r"|:(?P<minute>\d{1,2}+)(?:"
    + _FRACTION.format("m")
    + r"|"
    r":(?P<second>\d{1,2}+)" + _FRACTION.format("") + r"?)?)?)?" + _OFFSET + "?)?",
    re.ASCII | re.IGNORECASE,
)
_CASUAL = ("yyyy-MM-dd HH:mm:ss.SSSZ", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss,SSSZ", "yyyy-MM-dd HH:mm:ss,SSS")


@lru_cache(maxsize=64)
def joda(format_: str) -> re.Pattern[str]:
    """What a format reads: a number as many digits as there are up to its most, a name in any case."""
    pieces = []
    found = list(re.finditer(r"'(?P<quoted>[^']*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z']+)", format_))
    for number, each in enumerate(found):
        after = found[number + 1]["letters"] if number + 1 < len(found) else None
        if letters := each["letters"]:
            pieces.append(_joda_piece(letters, bool(after) and after not in ("Z", "MMM"), format_))
        else:
            pieces.append(re.escape(each["quoted"] or each["other"] or "'"))
    return re.compile("".join(pieces), re.ASCII | re.IGNORECASE)


def _joda_piece(letters: str, before_a_number: bool, format_: str) -> str:
    if letters == "MMM":
        return f"(?P<name>{_MONTH_NAMES})"
    if letters[0] not in _JODA or letters in ("MMMM", "yy", "ZZ", "ZZZ"):
        raise Refused(f"{letters} in the time format {format_!r}")
    name, digits = _JODA[letters[0]]
    if name == "fraction":
        return rf"(?P<fraction>\d{{1,{len(letters)}}}+)"
    if name == "year" and before_a_number:
        digits = rf"[+-]?\d{{1,{len(letters)}}}+"
    return f"(?P<{name}>{digits})"


def joda_time(text: str, format_: str, zone: str) -> str | None:
    """The moment as documents show it, or None where the text is not of the format or the moment never was."""
    patterns = (_ISO, *map(joda, _CASUAL)) if format_ == "ISO8601" else (joda(format_),)
    for each in patterns:
        if (found := each.fullmatch(text)) and (moment := _moment(found.groupdict(), ZoneInfo(zone))):
            return moment
    return None


def _moment(said: Mapping[str, str | None], zone: ZoneInfo) -> str | None:
    # The years that Python lacks are as long as those some eras of 400 years away.
    said_year = int(said.get("year") or 1970)
    era = 0 if 1 < said_year < 9999 else (said_year // 400 - 5) * 400
    try:
        local = _day(said, said_year - era) + _clock(said)
        offset = _offset(said.get("zone"))
    except ValueError:
        return None
    if offset is None:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != local:
            return None  # the clocks were put forward over it
        offset = local - moment.replace(tzinfo=None)
    utc = local - offset
    year = utc.year + era
    shown = f"{abs(year):04d}{utc:-%m-%dT%H:%M:%S.}{utc.microsecond // 1000:03d}Z"
    return f"-{shown}" if year < 0 else shown


def _day(said: Mapping[str, str | None], year: int) -> datetime:
    part = {name: int(text) for name, text in said.items() if text and name in ("month", "day", "yearday", "weekday")}
    if week := said.get("week"):
        return datetime.fromisocalendar(year, int(week), part.get("weekday", 1))
    if "yearday" in part:
        day = datetime(year, 1, 1) + timedelta(days=part["yearday"] - 1)
        if day.year != year:
            raise ValueError
        return day
    month = _MONTHS[name.lower()] if (name := said.get("name")) else part.get("month", 1)
    return datetime(year, month, part.get("day", 1))


def _clock(said: Mapping[str, str | None]) -> timedelta:
    hour, minute, second = (int(said.get(name) or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    for name, unit in (("fraction", 1000), ("fractionm", 60_000), ("fractionh", 3_600_000)):
        if digits := said.get(name):
            clock += timedelta(milliseconds=int(digits) * unit // 10 ** len(digits))
    return clock


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text in "Zz":
        return timedelta(0)
    figures = re.sub(r"[^0-9]", "", text).ljust(9, "0")
    hours, minutes, seconds, millis = int(figures[:2]), int(figures[2:4]), int(figures[4:6]), int(figures[6:9])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError
    away = timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=millis)
    return -away if text[0] == "-" else away
