"""What Logstash makes of an entry is what the offline reader makes of it, field for field and type for type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from logs.joda import joda_time
from logs.logstash_machine import Machine
from logs.ruby_values import Refused

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs import logstash, quoting
from obsboot.logs.configuration import parse
from obsboot.logs.reading import read
from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import Node, Plugin, Position, Regex, Text
from obsboot.model import (
    Divide,
    Drop,
    Flag,
    LogField,
    LogFormat,
    LogStep,
    Match,
    ObsbootError,
    Place,
    Put,
    ReadJson,
    ReadTime,
    Rename,
    Replace,
    Replacement,
    Split,
    Translate,
)
from obsboot.model.logs import FieldType

FORMATS = [each for component in load().values() for each in component.logs.values()]
JSON_FORMATS = [each for each in FORMATS if any(isinstance(step, ReadJson) for step in each.steps)]
ZONE = "Europe/Berlin"
ARRIVED = "2026-01-01T00:00:00.000Z"
STUFFING = (
    '"', "'", "\\", "%{[message]}", "%{INT}", "${HOME}", "\n", "\r\n", "\x00", "\u00e9", "\u00a0", "\u2028", "\ufeff",
    "{", "}", "[", "]", ",", ", ", "-", "+", ":", " ", "  ", "1", "9" * 20, "\u0661", "T", "/", "#", "(?i)",
)  # fmt: skip
ELSEWHERE: tuple[Any, ...] = (
    None, "", "-", " ", "abc", "one", "12abc", " 12 ", "1,234", "1_000", "0x1F", "1e3", "1.5", "12.", ".5", "NaN",
    "true", "false", "\u0661", "%{[x]}", "${HOME}", "a\nb", "10.0.0.7, 10.0.0.8", "2026-11-26", "2026-11-26T05:34Z",
    "2026-11-26T05:34:05+02", "2026-11-26 05:34:05,123", "2026-03-29T02:30:00", "20261126", 5, -1, 0, 1.5, 1e300,
    10**30, 20261126, True, False, [], ["a"], [1, "2"], [None], {}, {"a": 1},
)  # fmt: skip
"""What may stand in a document where something else is expected."""


def ids(format_: LogFormat) -> str:
    return f"{format_.component}.{format_.name}"


@cache
def formats_of(component: str) -> Sequence[LogFormat]:
    return list(load()[component].logs.values())


def machine(formats: Sequence[LogFormat], zone: str = ZONE) -> Machine:
    return Machine(parse(logstash.component_filter(formats, zone)))


@cache
def machine_of(component: str) -> Machine:
    return machine(formats_of(component))


def shown(document: Mapping[str, Any]) -> str:
    """The document with its types: as JSON, in which 1, 1.0, "1" and true differ."""
    return json.dumps(document, sort_keys=True, default=lambda value: float(Decimal(value)))


def differing(component: str, entries: Iterator[str]) -> dict[str, tuple[str, str]]:
    """The entries that the two read differently, with what Logstash makes of them and what the reader does."""
    formats, wrong = formats_of(component), {}
    for entry in entries:
        document = {"message": entry, "@timestamp": ARRIVED}
        both = shown(machine_of(component).run(document)), reader(formats, document)
        if both[0] != both[1]:
            wrong[entry] = both
            if len(wrong) == 5:
                break
    return wrong


def reader(formats: Sequence[LogFormat], document: Mapping[str, Any], zone: str = ZONE) -> str:
    try:
        return shown(read(formats, document, zone))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return repr(error)


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_a_sample_becomes_the_same_document(format_: LogFormat) -> None:
    assert not differing(format_.component, (sample.entry for sample in samples(format_)))


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_so_does_a_sample_that_is_cut(format_: LogFormat) -> None:
    def cut() -> Iterator[str]:
        for sample in samples(format_):
            third = max(len(sample.entry) // 3, 1)
            yield from (sample.entry[: third * part] for part in (0, 1, 2))
            yield from (sample.entry[third * part :] for part in (1, 2))

    assert not differing(format_.component, cut())


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_so_does_a_sample_that_is_stuffed(format_: LogFormat) -> None:
    assert not differing(format_.component, (entry for entry in stuffed(format_) if not bracketed(entry)))


def bracketed(entry: str) -> bool:
    """Whether it is an object with a key that Logstash takes for a reference, which BROKEN_JSON shows."""
    try:
        ways = list(within(json.loads(entry)))
    except ValueError:
        return False
    return any("[" in key or "]" in key for way in ways for key in way)


def stuffed(format_: LogFormat) -> Iterator[str]:
    """A dozen of the samples with each stuffing, at each third."""
    some = samples(format_)
    for sample in some[:: max(len(some) // 12, 1)]:
        length = len(sample.entry)
        for at in (0, length // 3, length * 2 // 3, length):
            for stuffing in STUFFING:
                yield sample.entry[:at] + stuffing + sample.entry[at:]


def within(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The way to everything in a JSON object."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*above, key)
        yield from within(inner, (*above, key))


def changed(value: Any, way: Sequence[str], new: Any) -> Any:
    """The object with something else at the end of the way; without it where that is ABSENT."""
    key, *rest = way
    if not rest and new is ABSENT:
        return {name: inner for name, inner in value.items() if name != key}
    return {**value, key: changed(value[key], rest, new) if rest else new}


ABSENT = object()


@pytest.mark.parametrize("format_", JSON_FORMATS, ids=ids)
def test_so_does_an_object_with_something_else_in_it(format_: LogFormat) -> None:
    def wrong() -> Iterator[str]:
        seen: set[tuple[str, ...]] = set()
        for sample in samples(format_):
            try:
                value = json.loads(sample.entry)
            except ValueError:
                continue
            for way in within(value):
                if way not in seen:
                    seen.add(way)
                    every = (changed(value, way, new) for new in (ABSENT, *ELSEWHERE))
                    yield from (json.dumps(each, separators=(",", ":")) for each in every)

    assert not differing(format_.component, wrong())


# --- one step at a time -----------------------------------------------------------------------------------------------


FRAGMENTS = {
    "INT": r"[+-]?\d{1,18}",
    "NUMBER": r"[+-]?\d{1,18}(?:\.\d{1,18})?",
    "WORD": "[A-Za-z0-9_]+",
    "TEXT": r"[\s\S]+",
    "COMMA": ", ",
}


def probe(*steps: LogStep, starts: str = r"[\s\S]", **types: FieldType) -> LogFormat:
    """A format of the steps; `types` are those of its fields, of which `a_b` is `a.b`."""
    declared = {name.replace("_", "."): LogField(name.replace("_", "."), each) for name, each in types.items()}
    return LogFormat(
        "probe", "A probe", starts, steps, declared, Place(Path("probe.yaml"), 1), FRAGMENTS, component="x"
    )


OBJECT = ReadJson("message", "tmp")
WORD = Match(("%{WORD:a.b}",), "tmp.v")
LETTERS = "yyyy-MM-dd HH:mm:ss.SSS"
TABLE = {"x": "y", "true": "yes", "1.5": "half", "5": "five", "": "nothing", "a": "first", "abc": "letters"}
NUMBERS = (
    "7", "+7", "-7", "7.25", "-0.5", "1.", "1" * 18, "1" * 19, "0." + "1" * 18, "0." + "1" * 19, "1\n", "1_0.5", "Infinity",
    10**18 - 1, 10**18, -(10**18), 10**400, 1.0, -2.5, 1e-7, 1e17,
)  # fmt: skip
MOMENTS = (
    "2026-11-26T05:34:05", "2026-11-26T05:34:05.1Z", "2026-11-26T05:34:05+02:75", "2026-11-26T05:34:05+1759",
    "2026-11-26T05:34:05+19:00", "0000-11-26T05:34:05Z", "0026-11-26T05:34:05Z", "2026-330", "-2026", "2026-02-30T00:00:00",
    "2026-11-26T24:00:00", "2026-11-26T23:59:60", "\u0662026-11-26T05:34:05Z", "2026-11-26T05:34:05Z\n",
)  # fmt: skip
DIALECT = "the catalogue refuses it: catalogue/log-format"
PROBES: dict[str, tuple[LogFormat, Sequence[Any]]] = {
    "rename": (probe(OBJECT, Rename({"tmp.v": "a.b"}), a_b="keyword"), ELSEWHERE),
    "rename over another": (probe(OBJECT, Put({"a.b": "x"}), Rename({"tmp.v": "a.b"}), a_b="keyword"), ELSEWHERE),
    "rename twice": (probe(OBJECT, Rename({"tmp.v": "tmp.w", "tmp.w": "a.b"}), a_b="keyword"), ELSEWHERE),
    "drop": (probe(OBJECT, Rename({"tmp.v": "a.b"}), Drop(("a.b", "c.d"))), ELSEWHERE),
    "put a text": (probe(Put({"a.b": "x", "c": "-"}), a_b="keyword", c="keyword"), ELSEWHERE),
    "keep an object": (probe(OBJECT, Rename({"tmp": "a"}), a="object"), ELSEWHERE),
    "date of a text": (
        probe(Match((r"at %{TEXT:tmp.t}",)), ReadTime("tmp.t", (LETTERS,))),
        [
            "at 2026-11-26 05:34:05.123", "at 2026-02-29 05:34:05.123", "at 2026-11-26 24:00:00.000",
            "at 2026-11-26 23:59:60.000", "at 2026-11-26 05:34:05.1234", "at x", "2026-11-26 05:34:05.123",
        ],
    ),
    "date with a zone": (
        probe(Match((r"%{TEXT:tmp.t}",)), ReadTime("tmp.t", ("dd/MMM/yyyy:HH:mm:ss Z", "ISO8601"))),
        [
            "26/Nov/2026:05:34:05 +0230", "26/Nov/2026:05:34:05 -1400", "26/Sep/2026:05:34:05 +2359",
            "2026-11-26T05:34:05Z", "2026-11-26T05:34:05.123456789-01:30", "2026-11-26T05:34:05",
            "26/Nov/2026:05:34:05 +2400", "26/Nov/2026:05:34:05 CET",
        ],
    ),
    "date in a local zone": (
        probe(Match((r"%{TEXT:tmp.t}",)), ReadTime("tmp.t", (LETTERS,), local=True)),
        ["2026-11-26 05:34:05.123", "2026-07-26 05:34:05.123", "2026-10-25 02:30:00.000", "2026-10-25 03:30:00.000"],
    ),
    "a pattern and what is no text": (probe(OBJECT, WORD, a_b="keyword"), ELSEWHERE),
    "an optional pattern and what is no text": (
        probe(OBJECT, Match(("(?:%{WORD:a.b})?",), "tmp.v", optional=True), a_b="keyword"), ELSEWHERE
    ),
    "a pattern that can be empty": (probe(OBJECT, Match(("(?:%{WORD:a.b})?",), "tmp.v"), a_b="keyword"), ELSEWHERE),
    "a whole number": (probe(OBJECT, Rename({"tmp.v": "a"}), a="long"), (*ELSEWHERE, *NUMBERS)),
    "a number": (probe(OBJECT, Rename({"tmp.v": "a"}), a="double"), (*ELSEWHERE, *NUMBERS)),
    "two numbers": (probe(OBJECT, Rename({"tmp.v": "a"}), Put({"b": "1.5"}), a="long", b="double"), (*ELSEWHERE, *NUMBERS)),
    "date of anything": (probe(OBJECT, ReadTime("tmp.v", ("ISO8601",))), (*ELSEWHERE, *MOMENTS)),
    "date in several forms": (
        probe(OBJECT, ReadTime("tmp.v", ("dd/MMM/yyyy:HH:mm:ss Z", "yyyy/MM/dd"))),
        (*ELSEWHERE, "26/Nov/2026:05:34:05 +0100", "2026/11/26", "2026/11/26 "),
    ),
    "date of a day": (probe(OBJECT, ReadTime("tmp.v", ("yyyy-MM-dd",))), ELSEWHERE),
    "date of fewer digits": (
        probe(Match(("%{TEXT:tmp.t}",)), ReadTime("tmp.t", (LETTERS,))), ["26-1-2 3:4:5.6", "0000-01-02 03:04:05.600"]
    ),
    "date of a month by its whole name": (
        probe(Match(("%{TEXT:tmp.t}",)), ReadTime("tmp.t", ("dd MMM yyyy HH:mm:ss",))),
        ["26 november 2026 05:34:05", "26 nov 2026 05:34:05", "26 Nov 2026 05:34:05"],
    ),
    "date of a part of ISO 8601": (probe(Match(("%{TEXT:tmp.t}",)), ReadTime("tmp.t", ("ISO8601",))), MOMENTS),
    "translate": (probe(OBJECT, Translate("tmp.v", "a", TABLE), a="keyword"), ELSEWHERE),
    "translate or else": (probe(OBJECT, Translate("tmp.v", "a", TABLE, "other"), a="keyword"), ELSEWHERE),
    "translate what may be absent, or else": (
        probe(Match(("(?:%{WORD:b})?-",)), Translate("b", "a", {"x": "y"}, "other"), a="keyword", b="keyword"), ["-", "x-"]
    ),
    "divide": (probe(OBJECT, Divide("tmp.v", "a", 1000), a="double"), (*ELSEWHERE, *NUMBERS)),
    "replace": (probe(OBJECT, Replace("tmp.v", "a", (Replacement("[0-9]", "N"),)), a="keyword"), ELSEWHERE),
    "replace beside what stood in its place": (
        probe(Put({"a": "5"}), Replace("tmp.v", "a", (Replacement("[0-9]", "N"),)), a="keyword"), ["x"]
    ),
    "split": (probe(OBJECT, Split("tmp.v", "a"), a="keyword"), (*ELSEWHERE, ",", ",,a,,b,,")),
    "split the text false": (probe(Split("message", "a"), a="keyword"), ["false"]),
    "put true": (probe(Put({"a": True, "b": False, "c": "true"}), a="boolean", b="boolean", c="keyword"), ["x"]),
    "flag": (probe(OBJECT, Flag("a", "tmp.v", "[0-9]"), a="boolean"), ELSEWHERE),
    "flag of a line half read": (probe(Flag("a", "message", "x"), Match(("%{INT:b}",)), a="boolean", b="long"), ["x"]),
}  # fmt: skip
"""Formats, with what they are asked to read: texts, or what stands as `v` in a JSON object."""


def entries(format_: LogFormat, said: Sequence[Any]) -> Iterator[str]:
    if format_.steps[0] is not OBJECT:
        yield from map(str, said)
        return
    yield "{}"
    for value in said:
        yield json.dumps({"v": value})


def probed(format_: LogFormat, said: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    made = machine([format_])
    for entry in entries(format_, said):
        document = {"message": entry, "@timestamp": ARRIVED}
        two = shown(made.run(document)), reader([format_], document)
        if two[0] != two[1]:
            yield (entry, *two)


@pytest.mark.parametrize("name", PROBES)
def test_a_step_does_the_same(name: str) -> None:
    assert not list(probed(*PROBES[name]))


def different(why: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=why)


DIFFERENCES: dict[str, tuple[str, LogFormat, Sequence[Any]]] = {
    "a time that the clocks jumped over": (
        "Joda knows no such moment, java.time and the reader go on by the clock before it",
        probe(Match(("%{TEXT:tmp.t}",)), ReadTime("tmp.t", (LETTERS,), local=True)), ["2026-03-29 02:30:00.000"],
    ),
    "a text is in the way of an object": (
        "the catalogue refuses it: Logstash cannot replace the text",
        probe(Put({"a": "x"}), Put({"a.b": "y"}), a="keyword", a_b="keyword"), ["x"],
    ),
    "a dot is any character": (DIALECT, probe(Match(("a.b",))), ["a\nb"]),
    "a caret is at every line": (DIALECT, probe(Flag("a", "message", "^b"), a="boolean"), ["a\nb"]),
    "an interval with a plus": (DIALECT, probe(Match(("(?:a{2}+)",))), ["aaaa"]),
    "a class in a class": (DIALECT, probe(Match(("[a[b]]+",))), ["a]"]),
    "a reference back": (DIALECT, probe(Match((r"(a)%{WORD:b}\1",)), b="keyword"), ["axa"]),
    "a definition that ends in a blank": (DIALECT, probe(Match(("a%{COMMA}b",))), ["a, b"]),
    "a backslash is put in": (DIALECT, probe(Replace("message", "a", (Replacement("x", r"\\"),)), a="keyword"), ["axb"]),
    "a group has one digit": (DIALECT, probe(Replace("message", "a", (Replacement("(x)", "$10"),)), a="keyword"), ["axb"]),
    "a blank splits at all white space": (DIALECT, probe(Split("message", "a", " "), a="keyword"), ["a  b", " a"]),
    "no number in a text": (DIALECT, probe(Match(("%{TEXT:a}",)), a="long"), ["abc", "12abc", "1e3"]),
    "no number in a text is divided": (
        DIALECT, probe(Match(("%{TEXT:tmp.n}",)), Divide("tmp.n", "a", 1000), a="double"), ["abc", "12abc", "1e3"],
    ),
}  # fmt: skip
"""What differs, by name: why that is left as it is, the format, and what it reads."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=different(why)) for name, (why, *_) in DIFFERENCES.items()])
def test_a_step_is_a_difference(name: str) -> None:
    assert not list(probed(*DIFFERENCES[name][1:]))


BROKEN_JSON = ('{"v":1} 5', '{"v":1} null', '{"v":1},', "[1]", "5", '{"v":NaN}', '{"v":-Infinity}', '{"v":01}')
JSON_DIFFERENCES = {
    '{"v":1}{"v":2}': "Jackson goes on after the first object: the last one counts",
    '{"[v":1}': "an event of Logstash takes a key with brackets for a reference, and this one for a broken one",
    '{"[a][v]":1}': "an event of Logstash takes a key with brackets for a reference, of which the last part stays",
}
LATER = probe(Match(("%{TEXT:tmp.t}",)), ReadJson("message", "tmp.o"), Rename({"tmp.o.v": "a"}), a="keyword")


@pytest.mark.parametrize(
    "entry", [*BROKEN_JSON, *(pytest.param(entry, marks=different(why)) for entry, why in JSON_DIFFERENCES.items())]
)
def test_broken_json_is_kept(entry: str) -> None:
    assert not list(probed(LATER, [entry]))


# --- what is written is what was meant --------------------------------------------------------------------------------


def every(node: Any) -> Iterator[Node]:
    """A node, and all that it is made of, in the order of the text."""
    if isinstance(node, tuple):
        for each in node:
            yield from every(each)
    elif is_dataclass(node) and not isinstance(node, Position):
        if isinstance(node, Node):
            yield node
        for part in fields(node):
            yield from every(getattr(node, part.name))


@pytest.mark.parametrize("component", sorted({each.component for each in FORMATS}))
def test_no_text_is_lost(component: str, monkeypatch: pytest.MonkeyPatch) -> None:
    meant: dict[str, list[str]] = {"text": [], "regex": []}
    for name, kept in meant.items():
        record = recorded(getattr(quoting, name), kept)
        for module in (quoting, logstash):
            monkeypatch.setattr(module, name, record, raising=module is quoting)
    written = parse(logstash.component_filter(formats_of(component), ZONE))
    settings = [each.settings for each in every(written.sections) if isinstance(each, Plugin)]
    texts = [each.value for each in every(tuple(settings)) if isinstance(each, Text)]
    expressions = [each.expression for each in every(written.sections) if isinstance(each, Regex)]
    for code in (text for text in texts if "event.tag" in text):
        expressions += re.findall(r" =~ /((?:[^/\\]|\\.)*)/", code)
    assert sorted(texts) == sorted(meant["text"])
    assert sorted(map(bare, expressions)) == sorted(map(bare, meant["regex"]))


def recorded(write: Callable[[str], str], kept: list[str]) -> Callable[[str], str]:
    def writing(said: str) -> str:
        kept.append(said)
        return write(said)

    return writing


def bare(expression: str) -> str:
    """The expression without the backslashes that only the slashes around it need."""
    return re.sub(r"\\(.)", lambda escape: "/" if escape[1] == "/" else escape[0], expression, flags=re.DOTALL)


def value_of(written: str) -> str | None:
    try:
        found = [
            each for each in every(parse(f"filter {{ x {{ a => {written} }} }}").sections) if isinstance(each, Text)
        ]
    except ConfigurationError:
        return None
    return found[0].value if len(found) == 1 else None


@given(st.text(st.sampled_from("ab\"'\\/ \n#{}[]%$=>\u00e9")))
@example("C:\\")
@example('say "x"\\')
@example("${HOME}")
def test_a_text_is_written_or_refused(said: str) -> None:
    """Refused is what Logstash reads as something else: without an end, or as a variable of its environment."""
    if ('"' in said and "'" in said) or said.endswith("\\") or "${" in said:
        with pytest.raises(ObsbootError):
            quoting.text(said)
    else:
        assert value_of(quoting.text(said)) == said


@given(st.text(st.sampled_from("ab\"'\\/ \n#{}[]()^$")).filter(lambda said: not ends_escaping(said)))
@example("a\\\\")
@example("\\'\"")
@example("\\\\'\"")
def test_an_expression_is_made_quotable(said: str) -> None:
    """It means the same, and stands between quotes as it is."""
    if "${" in said:
        return
    assert value_of(quoting.text(quoting.quotable(said))) == quoting.quotable(said)
    assert meaning(quoting.quotable(said)) == meaning(said)


def ends_escaping(said: str) -> bool:
    """Whether the last backslash escapes nothing, which no expression may."""
    return (len(said) - len(said.rstrip("\\"))) % 2 == 1


def meaning(expression: str) -> list[str]:
    """The letters and the escapes that it is made of, however the quotes in it are written."""
    pieces = re.findall(r"\\x27|\\.|.", expression.removesuffix("(?:)"), re.DOTALL)
    return ["'" if piece in (r"\x27", r"\'") else piece for piece in pieces]


@given(st.text(st.sampled_from("ab\"'\\/ \n#{}[]()^$")).filter(lambda said: not ends_escaping(said)))
def test_a_regular_expression_is_written(said: str) -> None:
    (found,) = (
        each
        for each in every(parse(f"filter {{ if [a] =~ {quoting.regex(said)} {{ }} }}").sections)
        if isinstance(each, Regex)
    )
    assert bare(found.expression.removesuffix("(?:)")) == bare(said)


# --- the machine ------------------------------------------------------------------------------------------------------


def run(body: str, document: Mapping[str, Any]) -> dict[str, Any]:
    return Machine(parse(f"filter {{ {body} }}")).run(document)


TRUTH: tuple[tuple[str, Mapping[str, Any], bool], ...] = (
    ("[a]", {}, False),
    ("[a]", {"a": None}, False),
    ("[a]", {"a": False}, False),
    ("[a]", {"a": ""}, False),
    ("[a]", {"a": "false"}, False),
    ("[a]", {"a": 0}, True),
    ("[a]", {"a": []}, True),
    ("[a][b]", {"a": "text"}, False),
    ("[a][1]", {"a": ["x", "y"]}, True),
    ("![a]", {"a": "x"}, False),
    ('"x" in [tags]', {}, False),
    ('"x" not in [tags]', {}, True),
    ('"x" in [tags]', {"tags": ["xy"]}, False),
    ('"x" in [tags]', {"tags": "xy"}, True),
    ('[a] == "1"', {"a": 1}, False),
    ('[a] != "1"', {}, True),
    ("[a] =~ /1/", {"a": 1}, False),
    ("[a] !~ /1/", {"a": 1}, True),
    ("[a] =~ /^b$/", {"a": "a\nb\nc"}, True),
    ("[a] =~ /a.b/", {"a": "a\nb"}, False),
    ('[a] == "x" or [b] == "y" and [c] == "z"', {"a": "x"}, True),
)


@pytest.mark.parametrize(("condition", "document", "holds"), TRUTH)
def test_conditions_hold_as_in_logstash(condition: str, document: Mapping[str, Any], holds: bool) -> None:
    found = run(f'if {condition} {{ mutate {{ replace => {{ "r" => "yes" }} }} }}', document)
    assert (found.get("r") == "yes") is holds


def test_a_mutate_has_an_order_of_its_own() -> None:
    body = (
        'mutate { copy => { "b" => "c" } split => { "b" => "," } convert => { "b" => "string" } '
        'rename => { "a" => "b" } replace => { "d" => "1" } remove_field => ["d"] add_tag => ["t"] }'
    )
    assert run(body, {"a": "1,2"}) == {"b": ["1", "2"], "c": ["1", "2"], "tags": ["t"]}


def test_a_mutate_stops_where_it_fails() -> None:
    body = 'mutate { convert => { "a" => "float" "b" => "integer" } add_tag => ["t"] }'
    assert run(body, {"a": "x", "b": "1"}) == {"a": "x", "b": "1", "tags": ["_mutate_error"]}


RUBY: Mapping[str, tuple[Any, ...]] = {
    "v.nil?": (None,),
    "(v.is_a?(Integer) && v.abs < 100)": (0, 5, -99),
    "(v.is_a?(Numeric) && v.to_f.finite?)": (0, 5, -99, 100, -100, 10**30, 1.5, Decimal("1.0"), Decimal("-1e300")),
    r"(v.is_a?(String) && v =~ /\A(?:\d{1,2}\/b)\z/)": ("1/b", "12/b"),
}
"""What is asked of `v`, and the values of RUBY_VALUES for which JRuby 9.4.8 says yes."""
RUBY_VALUES = (
    None, True, False, 0, 5, -99, 100, -100, 10**30, 10**400, -(10**400), 1.5, Decimal("1.0"), Decimal("-1e300"),
    Decimal("1e400"), "", "5", "1/b", "12/b", "12/b\n", "\n1/b", "\u0661/b", [], ["1/b"], {}, {"v": 1},
)  # fmt: skip


@pytest.mark.parametrize("test", RUBY)
def test_ruby_asks_as_jruby_does(test: str) -> None:
    code = f"v = event.get('[a]'); event.tag('no') unless {test}"
    assert [value for value in RUBY_VALUES if "tags" not in run(f'ruby {{ code => "{code}" }}', {"a": value})] == list(
        RUBY[test]
    )


def test_ruby_asks_for_an_object_and_divides() -> None:
    asked = "event.tag('no') unless event.get('[a]').is_a?(Hash)"
    assert [value for value in RUBY_VALUES if "tags" not in run(f'ruby {{ code => "{asked}" }}', {"a": value})] == [
        {},
        {"v": 1},
    ]
    divided = "v = event.get('[a]'); event.set('[b][c]', v.to_f / 1000.0) unless v.nil?"
    some = {5: 0.005, Decimal("12.5"): 0.0125, "250": 0.25, "x": 0.0, None: None}
    for value, by in some.items():
        after = run(f'ruby {{ code => "{divided}" }}', {"a": value})
        assert after.get("b", {}).get("c") == by
    assert run(f'ruby {{ code => "{divided}" }}', {"a": []})["tags"] == ["_rubyexception"]


REFUSED = (
    'mutate { id => "x" } mutate { id => "x" }',
    'mutate { lowercase => ["a"] }',
    'mutate { replace => { "a" => "%{b}" } }',
    'mutate { replace => { "a" => "${B}" } }',
    'mutate { gsub => ["a", "[b[c]]", ""] }',
    'grok { match => { "a" => "%{NOTHING}" } overwrite => [] tag_on_failure => [] tag_on_timeout => "x" }',
    'ruby { code => "event.cancel" }',
    """ruby { code => "event.tag('x') unless v.nil?" }""",
    """ruby { code => "v = event.get('[a]'); event.tag('x') unless v == 1" }""",
    """ruby { code => "v = event.get('[a]'); event.tag('x') unless v.nil? && v.nil?" }""",
    """ruby { code => "v = event.get('[a]') event.tag('x') unless v.nil?" }""",
    """ruby { code => "v = event.get('[a]'); event.tag('x') unless (v.is_a?(String) && v =~ /#{v}/)" }""",
    """ruby { code => "v = event.get('[a]'); event.tag('x') unless (v.is_a?(String) && v =~ /a/b/)" }""",
    """ruby { code => "v = event.get('[a]'); event.tag('x') unless v.nil?;" }""",
    "drop { }",
    "if [a] > 1 { mutate { } }",
)


@pytest.mark.parametrize("body", REFUSED)
def test_the_machine_refuses_what_it_does_not_know(body: str) -> None:
    with pytest.raises(Refused):
        run(body, {"a": "b"})


TIMES = (
    ("ISO8601", "2026-11-26T05:34:05.1239+02:00", "2026-11-26T03:34:05.123Z"),
    ("ISO8601", "2026-11-26T05:34:05", "2026-11-26T04:34:05.000Z"),
    ("ISO8601", "2026-330", "2026-11-25T23:00:00.000Z"),
    ("ISO8601", "2026-W48-4", "2026-11-25T23:00:00.000Z"),
    ("ISO8601", "2026-11-26T24:00:00", None),
    ("yyyy-MM-dd HH:mm:ss.SSS", "26-1-2 3:4:5.6", "0026-01-02T02:10:37.600Z"),
    ("yyyy-MM-dd HH:mm:ss.SSS", "2026-03-29 02:30:00.000", None),
    ("yyyy-MM-dd HH:mm:ss.SSS", "2026-10-25 02:30:00.000", "2026-10-25T00:30:00.000Z"),
    ("yyyyMMdd HHmmss", "20261126 053405", "2026-11-26T04:34:05.000Z"),
    ("dd/MMM/yyyy:HH:mm:ss Z", "26/november/2026:05:34:05 +01", "2026-11-26T04:34:05.000Z"),
)


@pytest.mark.parametrize(("format_", "text", "moment"), TIMES)
def test_times_are_read_as_joda_reads_them(format_: str, text: str, moment: str | None) -> None:
    """As Joda-Time 2.12 gave them, in Berlin where they say no zone."""
    assert joda_time(text, format_, ZONE) == moment
