"""Lines of `key=value` and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from obsboot.logs.learning.columns import ESCAPED, literal
from obsboot.logs.learning.draft import Draft
from obsboot.logs.learning.naming import EXTRA, field_of, plain
from obsboot.logs.learning.roles import Roles, read_time, roles, translate_level
from obsboot.model import Match

_ONE = re.compile(r'([A-Za-z_@][A-Za-z0-9_.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?: +|$)')
_FRAGMENTS = {
    "PAIR": r'[^\s="]+=(?:"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[^\s"]*)',
    "ESCAPED": ESCAPED,
    "UNQUOTED": r'[^\s"]+',
}
_TYPED = {"long": "INT", "double": "NUMBER", "ip": "IP"}


def pairs(line: str) -> dict[str, str] | None:
    """The pairs that the line is, at least two; or None."""
    found, at = dict[str, str](), 0
    while at < len(line):
        one = _ONE.match(line, at)
        if one is None:
            return None
        found[one[1]] = one[2] if one[2] is not None else one[3]
        at = one.end()
    return found if len(found) > 1 else None


def draft(lines: Sequence[Mapping[str, str]]) -> Draft:
    """A draft for lines with these pairs, whatever their order."""
    values: dict[str, list[object]] = {}
    for each in lines:
        for key, value in each.items():
            values.setdefault(key, []).append(value or None)
    first = {next(iter(each)) for each in lines}
    start = f"{literal(first.pop())}=" if len(first) == 1 else "[A-Za-z_@][A-Za-z0-9_.@/-]*="
    made = Draft("Log as key=value pairs", start, fragments=dict(_FRAGMENTS))
    found = roles(values)
    made.notes += found.notes
    why = "The line is pairs and nothing else; then each key is looked for by itself."
    made.add(Match(("%{PAIR}(?: +%{PAIR})* *",)), why)
    names = _names(found, values)
    for key, name in names.items():
        _take(made, key, name)
    read_time(made, found.stamps, "tmp.time")
    if found.level:
        translate_level(made, "tmp.level", values[found.level])
    if found.seconds[0]:
        made.divided("tmp.duration", found.seconds[1])
    if found.message:
        _take(made, found.message, "message", "Last, for it takes the place of the line. Its backslashes stay.")
    made.extra()
    return made


def _names(found: Roles, values: Mapping[str, Sequence[object]]) -> dict[str, str]:
    """Every key but the message, with its field."""
    special = {found.time: "tmp.time", found.level: "tmp.level", found.seconds[0]: "tmp.duration"}
    names: dict[str, str] = {}
    for key in values:
        name = special.get(key) or found.names.get(key) or f"{EXTRA}.{plain(key)}"
        number, base = 1, name
        while name in names.values():
            number, name = number + 1, f"{base}_{number + 1}"
        names[key] = name
    return {key: name for key, name in names.items() if key != found.message}


def _take(made: Draft, key: str, name: str, *said: str) -> None:
    """The step that takes one key out of the line. What is to be a number or an address is nothing else."""
    before, after = f"(?:%{{PAIR}} +)*?{literal(key)}=", r"(?: [\s\S]*)?"
    type_ = (
        "double" if name == "tmp.duration" else "text" if name.startswith(("tmp.", "message")) else field_of(name).type
    )
    if fragment := _TYPED.get(type_):
        patterns: tuple[str, ...] = (f"{before}%{{{fragment}:{name}}}{after}",)
    else:
        patterns = (f'{before}"%{{ESCAPED:{name}}}"{after}', f"{before}%{{UNQUOTED:{name}}}{after}")
    made.add(Match(patterns, optional=True), *said)
    made.names.add(name)
