"""Times in the forms in which logs write them, and how each of them is read by the few letters that all readers share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from obsboot.logs.times import ISO

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONES = (
    "CET|CEST|EET|EEST|WET|WEST|BST|IST|MSK|EST|EDT|CST|CDT|MST|MDT|PST|PDT|AKST|AKDT|HST|JST|KST|SGT|HKT|"
    "AEST|AEDT|ACST|ACDT|AWST|NZST|NZDT|SAST"
)
_PIECES = {
    "yyyy": r"\d{4}", "MMM": _MONTH, "MM": r"\d{2}", "dd": r"\d{2}", "HH": r"\d{2}", "mm": r"\d{2}", "ss": r"\d{2}",
    "SSS": r"\d{3}", "Z": r"[+-]\d{4}", "X": r"[+-]\d{2}",
}  # fmt: skip
_LETTERS = re.compile(r"'([^']+)'|([A-Za-z])\2*|[^A-Za-z']")
_DATED = re.compile(
    rf"(?:(?P<ymd>\d{{4}}([-/.])\d{{2}}\2\d{{2}})|(?P<dMy>\d{{2}}([-/ ]){_MONTH}\4\d{{4}})"
    r"|(?P<dmy>\d{2}([-/.])\d{2}\6\d{4}))"
    r"(?P<gap>[T :])\d{2}:\d{2}:\d{2}(?:(?P<point>[.,])(?P<fraction>\d{1,9}))?"
    rf"(?P<zone>Z| ?(?:[+-]\d{{2}}:\d{{2}}|[+-]\d{{4}}|[+-]\d{{2}}|UTC|GMT)| (?:{_ZONES}))?(?![\w:])"
)
_C_TIME = re.compile(rf"(?:[A-Z][a-z]{{2}} )?{_MONTH} \d{{2}} \d{{2}}:\d{{2}}:\d{{2}} \d{{4}}(?!\w)")
_YEARLESS = re.compile(
    rf"(?:[A-Z][a-z]{{2}} )?{_MONTH} [ \d]\d \d{{2}}:\d{{2}}:\d{{2}}(?:\.\d{{1,9}})?(?: \d{{4}})?(?!\w)"
)
_CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?![\w:])")
_AT_FIRST = re.compile(r"[\dA-Z]")


@dataclass(frozen=True, slots=True)
class Stamp:
    """One form of a time: the regular expression of the part that is read, and of what stands around it.

    `format` is that of a date step, and nothing where there is none for it. `apart` are texts in which a blank stands
    in the place of the T of ISO 8601. With `local` the zone is not said, or by a name that means several. `ordered` is
    false where nothing says which of two numbers is the month.
    """

    format: str
    read: str
    before: str = ""
    after: str = ""
    local: bool = False
    utc: bool = False
    apart: bool = False
    ordered: bool = True
    why: str = ""
    begins: str = ""
    """How it begins, the seconds included: so begins an entry, though its fraction or zone be another."""

    @property
    def slot(self) -> str:
        """What is read in one step with it: no step takes both times that name a zone and times that name none."""
        if self.apart or self.utc:
            return "apart" if self.apart else "utc"
        return "time" if self.local or self.format == ISO else "zoned"


def stamp_at(text: str, at: int = 0) -> tuple[Stamp, int] | None:
    """The time that begins there, and its end."""
    if not _AT_FIRST.match(text, at):
        return None
    if found := _DATED.match(text, at):
        start = expression(f"{_date(found)}{_gap(found)}HH:mm:ss")
        return replace(_dated(found), begins=start), found.end()
    if found := _C_TIME.match(text, at):
        weekday = found[0][:3] + " " if found[0][3:4] == " " and found[0][4:5].isalpha() else ""
        format_ = "MMM dd HH:mm:ss yyyy"
        before = "[A-Z][a-z]{2} " if weekday else ""
        return Stamp(format_, expression(format_), before, local=True, begins=expression(format_[:-5])), found.end()
    if found := _YEARLESS.match(text, at):
        start = rf"(?:[A-Z][a-z]{{2}} )?{_MONTH} [ \d]\d %{{TIME}}"
        why = "it lacks the year, or has parts that no time format reads"
        return Stamp("", rf"{start}(?:\.\d{{1,9}})?(?: \d{{4}})?", why=why, begins=start), found.end()
    if found := _CLOCK.match(text, at):
        return Stamp("", r"%{TIME}(?:[.,]\d{1,9})?", why="it lacks the day", begins="%{TIME}"), found.end()
    return None


def whole_stamp(text: str) -> Stamp | None:
    """The form of a text that is a time and nothing else."""
    found = stamp_at(text)
    return found[0] if found and found[1] == len(text) else None


def decided(stamp: Stamp, values: Sequence[str]) -> tuple[Stamp, str]:
    """The stamp with day and month where these values have them, and what of that is a guess."""
    if stamp.ordered:
        return stamp, ""
    guess = "day and month could be the other way round"
    if any(int(value[:2]) > 12 for value in values):
        guess = ""
    elif any(int(value[3:5]) > 12 for value in values):
        return _with_format(stamp, "MM" + stamp.format[2:3] + "dd" + stamp.format[5:]), ""
    return _with_format(stamp, stamp.format), guess


@lru_cache(maxsize=256)
def expression(format_: str) -> str:
    """What texts of a time format look like."""
    return "".join(_piece(found) for found in _LETTERS.finditer(format_))


def _with_format(stamp: Stamp, format_: str) -> Stamp:
    return replace(stamp, format=format_, read=expression(format_), ordered=True)


def _piece(found: re.Match[str]) -> str:
    if found[1]:
        return re.escape(found[1])
    return _PIECES.get(found[0], "\\" + found[0] if found[0] in ".+*?()[]{}|^$\\" else found[0])


def _dated(found: re.Match[str]) -> Stamp:
    """A date and a time of day: by letters if they can say it, else as ISO 8601, else not at all."""
    zone, fraction = found["zone"] or "", found["fraction"] or ""
    iso = bool(found["ymd"]) and found[2] == "-" and found["point"] != "," and not zone.startswith(" ")
    iso = iso and not re.fullmatch(r"[+-]\d{2}|UTC|GMT", zone)
    if iso and found["gap"] == "T":
        return Stamp(ISO, "%{ISO8601}", local=not zone)
    named, rest, longer = zone.strip() in ("UTC", "GMT"), "", max(len(fraction) - 3, 0)
    unsaid = not zone or named or bool(re.fullmatch(f" (?:{_ZONES})", zone))
    if len(fraction) in (0, 3) or (longer and unsaid and len(fraction) in (6, 9)):
        if longer:
            rest = rf"\d{{{longer}}}"
        rest += zone if named else r" [A-Z]{3,4}" if zone and unsaid else ""
        letters = "" if unsaid else _zone(zone)
        if letters is not None:
            format_ = f"{_date(found)}{_gap(found)}HH:mm:ss{found['point'] + 'SSS' if fraction else ''}{letters}"
            local, ordered = unsaid and not named, not found["dmy"]
            return Stamp(format_, expression(format_), "", rest, local, named, ordered=ordered)
    if iso and found["gap"] == " ":
        read = r"%{DATE} %{TIME}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?"
        return Stamp(ISO, read, local=not zone, apart=True)
    return Stamp("", _as_seen(found[0]), why="no time format reads this form of it")


def _as_seen(text: str) -> str:
    """The form of a text in which only the digits may be others."""
    return re.sub(
        r"0+", lambda run: rf"\d{{{len(run[0])}}}", re.sub(r"([.+*?()\[\]])", r"\\\1", re.sub(r"\d", "0", text))
    )


def _zone(zone: str) -> str | None:
    """The letter for a zone that is a number; None where there is none."""
    blank = " " if zone.startswith(" ") else ""
    if re.fullmatch(r"[+-]\d{4}", zone.strip()):
        return f"{blank}Z"
    return f"{blank}X" if re.fullmatch(r"[+-]\d{2}", zone.strip()) else None


def _date(found: re.Match[str]) -> str:
    if found["ymd"]:
        return f"yyyy{found[2]}MM{found[2]}dd"
    return f"dd{found[4]}MMM{found[4]}yyyy" if found["dMy"] else f"dd{found[6]}MM{found[6]}yyyy"


def _gap(found: re.Match[str]) -> str:
    return "'T'" if found["gap"] == "T" else str(found["gap"])
