"""Log formats as Logstash filters, step for step what the ingest pipelines do.

Logstash's plugins take what is no text in ways of their own: grok reads numbers and each item of a list, `convert` makes
12 of "12abc". A format that reads JSON, in which anything can stand, therefore asks first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

from obsboot.logs import times
from obsboot.logs.grok import references, renamed, used
from obsboot.logs.numbers import INTEGER, LARGEST, NUMBER
from obsboot.logs.quoting import INDENT, block, indented, plugin, quotable, reference, regex
from obsboot.logs.reading import FAILED, SCRATCH, UNPARSED, begins, dataset
from obsboot.logs.steps import can_fail, reads_json
from obsboot.model import (
    Divide,
    Drop,
    Flag,
    LogFormat,
    LogStep,
    Match,
    Put,
    ReadJson,
    ReadTime,
    Rename,
    Replace,
    Split,
    Translate,
)

_STILL_READABLE = f'if "{UNPARSED}" not in [tags] {{'
_TAG = f"event.tag('{UNPARSED}')"
_BEGINNING, _ANY = r"\A", r"[\s\S]"


@dataclass(frozen=True, slots=True)
class _Around:
    """What a step knows beside itself: its format, the zone of times that name none, and the id of its plugin."""

    format: LogFormat
    zone: str
    id: str

    @property
    def asks(self) -> bool:
        """Whether the values may be anything that JSON can hold."""
        return reads_json(self.format)


def component_filter(formats: Sequence[LogFormat], zone: str) -> str:
    """The `filter` block that reads the entries of one component. `zone` holds for times that name none."""
    lines: list[str] = []
    word = "if"
    for each in formats:
        start = regex(r"\A" + begins(each))
        lines.append(f"{word} [message] =~ {start} {{")
        lines += indented(_format(each, zone))
        word = "} else if"
    lines += ["} else {", *indented(_kept()), "}"] if formats else _kept()
    lines += block(f'"{UNPARSED}" in [tags]', _failed())
    lines += plugin("mutate", {"remove_field": [SCRATCH]})
    return "\n".join(["filter {", *indented(lines), "}"]) + "\n"


def _format(format_: LogFormat, zone: str) -> list[str]:
    """The steps; those after one that can fail stand in a condition, so that a line half read stays as it is."""
    lines = plugin("mutate", {"replace": {"[event][dataset]": dataset(format_)}})
    depth = 0
    for number, step in enumerate(format_.steps, 1):
        around = _Around(format_, zone, f"{dataset(format_)}.{number}")
        lines += indented(_lines(step, around), depth)
        if can_fail(step, around.asks):
            lines += indented([_STILL_READABLE], depth)
            depth += 1
    for part in _conversions(format_):
        lines += indented(part, depth)
        if part[0].startswith("ruby"):
            lines += indented([_STILL_READABLE], depth)
            depth += 1
    return lines + [INDENT * level + "}" for level in reversed(range(depth))]


def _kept() -> list[str]:
    return plugin("mutate", {"add_tag": [UNPARSED]})


def _failed() -> list[str]:
    return plugin("mutate", {"replace": {reference(name): value for name, value in FAILED.items()}})


def _conversions(format_: LogFormat) -> Iterator[list[str]]:
    """Numbers that are text become numbers; where they may be anything, it is looked first whether they are any."""
    words = {"long": "integer", "double": "float"}
    typed = {reference(f.name): words[f.type] for f in format_.fields.values() if f.type in words}
    if typed and reads_json(format_):
        tests = "; ".join(_fits(f"event.get('{name}')", word == "integer") for name, word in typed.items())
        yield plugin("ruby", {"id": f"{dataset(format_)}.numbers", "code": tests})
    if typed:
        yield plugin("mutate", {"convert": typed})


def _fits(value: str, whole: bool) -> str:
    """Ruby that tags the event where the value is there and no number, nor the text of one."""
    number = f"(v.is_a?(Integer) && v.abs < {LARGEST})" if whole else "(v.is_a?(Numeric) && v.to_f.finite?)"
    return f"v = {value}; {_TAG} unless v.nil? || {number} || {_looks(INTEGER if whole else NUMBER)}"


def _looks(like: str) -> str:
    """Ruby that asks whether `v` is a text of this form."""
    whole = rf"\A(?:{like})\z"
    return f"(v.is_a?(String) && v =~ {regex(whole)})"


@singledispatch
def _lines(step: LogStep, around: _Around) -> list[str]:
    raise NotImplementedError(type(step).__name__)


def _is_text(name: str) -> str:
    """The condition that the field is a text: a match is false for anything else, be it absent."""
    return f"{reference(name)} =~ {regex(_BEGINNING)}"


@_lines.register
def _(step: Match, around: _Around) -> list[str]:
    definitions: dict[str, str] = {}
    taken: dict[str, None] = {}
    for pattern in step.match:
        definitions |= {name: quotable(text) for name, text in used(pattern, around.format.fragments).items()}
        taken |= dict.fromkeys(_taken(pattern))
    settings: dict[str, object] = {
        "id": around.id,
        "match": {reference(step.of): [quotable(rf"\A(?:{renamed(pattern, reference)})\z") for pattern in step.match]},
    }
    if definitions:
        settings["pattern_definitions"] = definitions
    if taken:
        settings["overwrite"] = [reference(name) for name in taken]
    settings["tag_on_failure"] = [] if step.optional else [UNPARSED]
    settings["tag_on_timeout"] = UNPARSED
    lines = plugin("grok", settings)
    if not around.asks or step.of == "message":
        return lines
    return block(_is_text(step.of), lines, () if step.optional else _kept())


def _taken(pattern: str) -> Iterator[str]:
    return (field for _, field in references(pattern) if field)


@_lines.register
def _(step: ReadJson, around: _Around) -> list[str]:
    """The filter takes a list or a number for an answer as well; only an object is one."""
    into = reference(step.into)
    settings = {"source": reference(step.json), "target": into, "tag_on_failure": [UNPARSED]}
    code = f"{_TAG} unless event.get('{into}').is_a?(Hash)"
    return [
        *plugin("json", {"id": around.id, **settings}),
        *plugin("ruby", {"id": f"{around.id}.object", "code": code}),
    ]


@_lines.register
def _(step: Rename, around: _Around) -> list[str]:
    pairs = {reference(old): reference(new) for old, new in step.rename.items()}
    return plugin("mutate", {"id": around.id, "rename": pairs})


@_lines.register
def _(step: ReadTime, around: _Around) -> list[str]:
    """Joda is content with half a date and a month in any case, so the text has to look like its format first."""
    name = reference(step.date)
    settings = {
        "id": around.id,
        "match": [name, *(times.for_joda(each) for each in step.formats)],
        "timezone": around.zone if step.local else "UTC",
        "locale": "en",
        "tag_on_failure": [UNPARSED],
    }
    lines = plugin("date", settings)
    looks = "|".join(times.appearance(each) for each in step.formats)
    if not around.asks:
        other = regex(rf"\A(?!(?:{looks})\z)")
        return block(f"{name} =~ {other}", _kept(), lines)
    code = f"v = event.get('{name}'); {_TAG} unless v.nil? || {_looks(looks)}"
    asked = plugin("ruby", {"id": f"{around.id}.looks", "code": code})
    return [*asked, *block(f'"{UNPARSED}" not in [tags]', lines)]


@_lines.register
def _(step: Translate, around: _Around) -> list[str]:
    settings: dict[str, object] = {
        "id": around.id,
        "source": reference(step.translate),
        "target": reference(step.into),
        "dictionary": dict(step.table),
        "override": True,
    }
    if step.otherwise:
        settings["fallback"] = step.otherwise
    lines = plugin("translate", settings)
    return block(_is_text(step.translate), lines) if around.asks or step.otherwise else lines


@_lines.register
def _(step: Divide, around: _Around) -> list[str]:
    number, into = f"event.get('{reference(step.divide)}')", reference(step.into)
    code = f"v = {number}; event.set('{into}', v.to_f / {float(step.by)!r}) unless v.nil?"
    lines = plugin("ruby", {"id": around.id, "code": code})
    if not around.asks:
        return lines
    asked = plugin("ruby", {"id": f"{around.id}.number", "code": _fits(number, whole=False)})
    return [*asked, *block(f'"{UNPARSED}" not in [tags]', lines)]


@_lines.register
def _(step: Replace, around: _Around) -> list[str]:
    into = reference(step.into)
    lines = [] if step.into == step.replace else plugin("mutate", {"copy": {reference(step.replace): into}})
    triples = [each for one in step.steps for each in (into, quotable(one.pattern), one.by.replace("$", "\\"))]
    return block(_is_text(step.replace), lines + plugin("mutate", {"id": around.id, "gsub": triples}))


@_lines.register
def _(step: Split, around: _Around) -> list[str]:
    """The copy comes first: one `mutate` splits before it copies. A text of nothing gives no list."""
    source, into = reference(step.split), reference(step.into)
    copied = [] if step.into == step.split else plugin("mutate", {"copy": {source: into}})
    parts = plugin("mutate", {"id": around.id, "split": {into: step.on}})
    return block(f"{source} =~ {regex(_BEGINNING + _ANY)}", copied + parts)


@_lines.register
def _(step: Put, around: _Around) -> list[str]:
    """`replace` knows texts only; in one `mutate`, `convert` comes after it."""
    texts = {reference(name): each if isinstance(each, str) else str(each).lower() for name, each in step.set.items()}
    truths = {reference(name): "boolean" for name, each in step.set.items() if isinstance(each, bool)}
    settings: dict[str, object] = {"id": around.id, "replace": texts}
    return plugin("mutate", settings | ({"convert": truths} if truths else {}))


@_lines.register
def _(step: Flag, around: _Around) -> list[str]:
    flag = reference(step.flag)
    found = plugin("mutate", {"id": around.id, "replace": {flag: "true"}, "convert": {flag: "boolean"}})
    return block(f"{reference(step.where)} =~ {regex(step.holds)}", found)


@_lines.register
def _(step: Drop, around: _Around) -> list[str]:
    return plugin("mutate", {"id": around.id, "remove_field": [reference(name) for name in step.drop]})
