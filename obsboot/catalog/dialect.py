"""What a log format may say, so that all its readers take it in one sense: expressions, replacements, texts and names.

The readers are Oniguruma (Logstash and ingest pipelines), Java (replacements in ingest pipelines), Go (the beginnings, in
Filebeat) and Python, and scripts of ingest pipelines, in which the names of fields become syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

from obsboot.catalog.problems import Keys
from obsboot.logs.grok import GrokError, compiled, references, used
from obsboot.logs.quoting import text as quoted
from obsboot.logs.reading import SCRATCH
from obsboot.logs.steps import fills, numbers, reads, reads_json
from obsboot.model import (
    Drop,
    Flag,
    LogFormat,
    LogStep,
    Match,
    ObsbootError,
    Put,
    ReadJson,
    Rename,
    Replace,
    Replacement,
    Split,
    Translate,
)


class Fault(NamedTuple):
    """Something that is read in more than one way, and what to write instead."""

    message: str
    fix: str = ""


Where = Literal["pattern", "fragment", "starts", "holds", "replacement"]
"""Where an expression stands. A pattern covers a whole text, a fragment is part of one; the last two are searched for."""

_PIECE = re.compile(
    r"\\(?P<escape>.)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|\(\?(?P<group>i[:)]|.)|"
    r"(?P<count>[*+?]|\{\d+(?:,\d*)?\})(?P<more>[+?]?)|(?P<sign>%\{[^}]*|[{.^$])",
    re.DOTALL,
)
_REFERENCE = re.compile(r"%\{[A-Z][^}]*\}")
_GROUPS = {
    "<": "lookbehind and named groups are read differently, or not at all",
    "P": "named groups of Python are no expression elsewhere",
    ">": "atomic groups are not known to Go",
}
_ESCAPES = {
    "h": "it is a hex digit to one reader and a space to another",
    "z": "it is the end of the text to some readers, and unknown to others",
    "Z": "it is the end of the text to some readers, and of its last line to others",
    "b": "letters beyond ASCII count as such to some readers only",
    "B": "letters beyond ASCII count as such to some readers only",
    "v": "it is one character to some readers, and several to Java",
}
_KNOWN = frozenset("AdDwWsSnrtfxu")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"[^\[\],.'\"\\%{}]+")
"""A key of somebody's JSON, which has the name that it has."""
_DIGIT = r"(?:\\d|\[\d-\d\]|\d)"
_FIRST, _NEXT = rf"{_DIGIT}(?:\{{(?:[1-9],)?\d{{1,2}}\}})?", rf"{_DIGIT}(?:\{{(?:\d,)?\d{{1,2}}\}}|\?)?"
_NUMERAL = re.compile(
    rf"(?:\[(?:\+-|-\+)\]\??|-\??)?{_FIRST}(?:{_NEXT})*(?:\(\?:\\\.{_FIRST}(?:{_NEXT})*\)\??|\\\.{_FIRST}(?:{_NEXT})*)?"
)
_MOST = 18
_TAKEN = frozenset({SCRATCH, f"{SCRATCH}.format", f"{SCRATCH}.held"})
_TAKE_ANY_KEY = (Match, ReadJson, Rename, Flag, Drop)


def expressions(format_: LogFormat) -> Iterator[tuple[Keys, str, Where]]:
    """Every regular expression of the format's steps and its beginning, with its place in the file."""
    yield ("starts",), format_.starts, "starts"
    for index, step in enumerate(format_.steps):
        if isinstance(step, Match):
            for number, pattern in enumerate(step.match):
                yield ("steps", index, "match", number), pattern, "pattern"
        if isinstance(step, Flag):
            yield ("steps", index, "holds"), step.holds, "holds"
        if isinstance(step, Replace):
            for number, each in enumerate(step.steps):
                yield ("steps", index, "with", number, "pattern"), each.pattern, "replacement"


def faults(format_: LogFormat, shared: Mapping[str, str]) -> Iterator[tuple[Keys, Fault]]:
    """All that the readers of the format would take differently; `shared` are the fragments of all formats."""
    own = {name: text for name, text in format_.fragments.items() if shared.get(name) != text}
    for name, text in own.items():
        yield from ((("fragments", name), fault) for fault in in_fragment(text))
    for at, text, where in expressions(format_):
        yield from ((at, fault) for fault in in_expression(text, where))
        for name, fragment in _named(text, format_.fragments) if where in ("pattern", "starts") else ():
            for fault in in_fragment(fragment) if name not in own else ():
                yield at, fault._replace(message=f"%{{{name}}}: {fault.message}")
    for index, step in enumerate(format_.steps):
        yield from ((("steps", index, *keys), fault) for keys, fault in _in_step(step))
    yield from _names(format_)
    yield from _in_the_way(format_)
    yield from _numbers(format_)


def _named(text: str, fragments: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fragments that an expression names, and those that they name; none where there is not every one of them."""
    with suppress(GrokError):
        yield from used(text, fragments).items()


def in_fragment(text: str) -> Iterator[Fault]:
    """What is wrong with a named expression."""
    yield from in_expression(text, "fragment")
    if re.search(r"\s$", text, re.MULTILINE):
        yield Fault("a fragment that ends in a blank: Logstash cuts it off", "write [ ] for the blank")


def in_expression(text: str, where: Where) -> Iterator[Fault]:
    """What the readers of a regular expression would take differently."""
    searched = where in ("holds", "replacement")
    for found in _PIECE.finditer(text if searched else _REFERENCE.sub("(?:r)", text)):
        if found["escape"]:
            yield from _escape(found["escape"], where)
        elif found["class"]:
            yield from _class(found["class"], where)
        elif found["group"] and found["group"] not in (":", "=", "!", "i:"):
            yield from _group(found["group"], found.start())
        elif found["more"] == "+":
            yield Fault(f"{found[0]} counts twice: possessive to some readers, not to others", "leave the + out")
        elif found["more"] == "?" and re.fullmatch(r"\{\d+\}", found["count"]):
            yield Fault(f"{found[0]} may be missing to some readers, and not to others", "leave the ? out")
        elif found["sign"]:
            yield _sign(found["sign"], searched)


def in_replacement(step: Replacement) -> Iterator[Fault]:
    """What the readers would put in differently."""
    try:
        groups = compiled(step.pattern).groups
    except GrokError:
        return
    if "\\" in step.by:
        yield Fault("a backslash in what is put in: it escapes to some readers", r"take it from the text: (\\) is $1")
    for found in re.finditer(r"\$(\d*)", step.by):
        if len(found[1]) != 1 or not 0 < int(found[1]) <= groups:
            advice = f"$1 to ${min(groups, 9)}, and no digit after it" if groups else "the expression has no group"
            yield Fault(f"{found[0]} in what is put in is no group that all readers know", advice)


def in_text(text: str) -> Iterator[Fault]:
    """What a constant may not hold."""
    for sign in ("%{", "{{"):
        if sign in text:
            yield Fault(f"{sign} in a text: something would be filled in for it")
    try:
        quoted(text)
    except ObsbootError as error:
        yield Fault(str(error))


def is_numeral(expression: str) -> bool:
    """Whether all that it matches is a number to every reader: 18 digits at the most, perhaps a sign and a fraction."""
    if not _NUMERAL.fullmatch(expression):
        return False
    parts = re.split(r"\\\.", re.sub(r"\[\d-\d\]", "0", expression).replace(r"\d", "0"))
    return all(sum(int(most or 1) for most in re.findall(r"\d(?:\{(?:\d,)?(\d+)\})?", part)) <= _MOST for part in parts)


def _escape(letter: str, where: Where) -> Iterator[Fault]:
    if letter.isdigit() and not (letter != "0" and where == "replacement"):
        if letter == "0" or where != "starts":  # what looks back cannot begin a format anyway
            yield Fault(rf"\{letter} in a regular expression: grok knows no groups by number", "write it out")
    elif letter.isascii() and letter.isalpha() and (letter not in _KNOWN or (letter == "u" and where == "starts")):
        why = _ESCAPES.get(letter, "not all readers know it, or they take it differently")
        yield Fault(rf"\{letter} in a regular expression: {why}", "write the characters that you mean as a [class]")


def _class(text: str, where: Where) -> Iterator[Fault]:
    for letter in re.findall(r"\\(.)", text, re.DOTALL):
        yield from _escape(letter, where)
    inner = re.sub(r"\\.", "", text[1:-1].removeprefix("^"), flags=re.DOTALL)
    for sign, advice in (("[", r"write \["), ("&&", r"write \&")):
        if sign in inner:
            yield Fault(f"a bare {sign} in the class {text}: a class in the class to some readers", advice)


def _group(kind: str, start: int) -> Iterator[Fault]:
    if kind != "i)" or start:
        why = _GROUPS.get(kind, "there is no flag but an (?i) at the beginning")
        yield Fault(f"(?{kind} in a regular expression: {why}", "(?:...) is a group for all readers")


def _sign(sign: str, searched: bool) -> Fault:
    if sign == ".":
        return Fault(
            "a bare . in a regular expression: any character to some readers", r"write [^\n], or [\s\S]; or \."
        )
    if sign.startswith("%{"):
        advice = r"write the fragment out, or %\{" if searched else "write %{FRAGMENT} or %{FRAGMENT:field.name}"
        return Fault("%{ in a regular expression that names no fragment", advice)
    if sign == "{":
        return Fault("a bare { in a regular expression: no expression to Java", r"write \{")
    leave = (
        r"write \A for the beginning, or (?![\s\S]) for the end"
        if searched
        else "leave it out: a pattern covers its text"
    )
    return Fault(f"a bare {sign} in a regular expression: some readers find it at every line", f"{leave}; or \\{sign}")


def _in_step(step: LogStep) -> Iterator[tuple[Keys, Fault]]:
    if isinstance(step, Replace):
        for number, each in enumerate(step.steps):
            at = ("with", number, "by")
            yield from ((at, fault) for fault in (*in_replacement(each), *in_text(each.by)))
    if isinstance(step, Split):
        if not step.on.strip(" "):
            advice = "replace the blanks by another sign first"
            yield ("on",), Fault("a blank separates at all white space, or nowhere, to some readers", advice)
        yield from ((("on",), fault) for fault in in_text(step.on))
    if isinstance(step, Put):
        for name, value in step.set.items():
            yield from ((("set", name), fault) for fault in (in_text(value) if isinstance(value, str) else ()))
    if isinstance(step, Translate):
        for name, word in step.table.items():
            yield from ((("table", name), fault) for fault in (*in_text(name), *in_text(word)))
        yield from ((("otherwise",), fault) for fault in in_text(step.otherwise))


def _names(format_: LogFormat) -> Iterator[tuple[Keys, Fault]]:
    advice = "letters, digits and _, no digit first; between the names a dot"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", format_.name):
        yield (), Fault(f"{format_.name!r} cannot be a format's name: scripts use it", "a_name_like_this")
    for name in format_.fields:
        if not _is_field(name):
            yield ("fields", name), Fault(f"{name!r} cannot be a field's name: scripts use it", advice)
    for index, step in enumerate(format_.steps):
        strange = {name for name in reads(step) if not _is_read(name, step)}
        strange |= {name for name in fills(step) if not _is_field(name)} - {*format_.fields}
        for name in sorted(strange):
            yield ("steps", index), Fault(f"{name!r} cannot be a field's name: scripts use it", advice)
        for name in sorted({*reads(step), *fills(step)} & _TAKEN):
            yield ("steps", index), Fault(f"{name} is what pipelines keep their own things in", "name it tmp.something")


def _in_the_way(format_: LogFormat) -> Iterator[tuple[Keys, Fault]]:
    """A text where a later step needs an object; some readers replace it, and some fail."""
    values = {name for step in format_.steps if not isinstance(step, ReadJson | Rename) for name in fills(step)}
    for index, step in enumerate(format_.steps):
        for name in fills(step):
            for above in sorted(each for each in values if name.startswith(f"{each}.")):
                yield (
                    ("steps", index),
                    Fault(f"{above} is a value and {name} needs it to be an object", "name it otherwise"),
                )


def _is_field(name: str) -> bool:
    return name == "@timestamp" or all(_IDENTIFIER.fullmatch(part) for part in name.split("."))


def _is_read(name: str, step: LogStep) -> bool:
    """What a script reads is an identifier; other steps may read a key that is none, but not what is below it."""
    *above, last = name.split(".")
    if not (above and isinstance(step, _TAKE_ANY_KEY)):
        return _is_field(name)
    return all(_IDENTIFIER.fullmatch(part) for part in above) and bool(_KEY.fullmatch(last))


def _numbers(format_: LogFormat) -> Iterator[tuple[Keys, Fault]]:
    """A text that is no number is one to some readers; so what becomes a number is taken by what takes nothing else."""
    wanted = set() if reads_json(format_) else numbers(format_)  # where anything can stand, the readers ask
    for index, step in enumerate(format_.steps):
        for number, pattern in enumerate(step.match if isinstance(step, Match) else ()):
            for fragment, field in references(pattern):
                if field in wanted and not is_numeral(format_.fragments.get(fragment, "0")):
                    message = f"%{{{fragment}:{field}}} becomes a number, and takes what is none to some readers"
                    advice = r"%{INT} or %{NUMBER}, or digits that are counted: \d{1,18}"
                    yield ("steps", index, "match", number), Fault(message, advice)
