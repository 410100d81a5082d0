"""Whether the value of an option is of the type that Logstash demands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.logs.syntax import Array, Bareword, Hash, Node, Number, Plugin, Setting, Text, Value
from obsboot.sources.logstash.plugins import Described
from obsboot.sources.pipelines import entries, words

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][\w.]*(?::[^}]*)?\}")
_SINGLE = {
    "boolean": "true or false",
    "number": "a number",
    "password": "a string",
    "path": "a path",
    "string": "a string",
}


_INSIDE = {
    ("filter", "mutate", "convert"): ("integer", "integer_eu", "float", "float_eu", "string", "boolean"),
    ("filter", "csv", "convert"): ("integer", "float", "date", "date_time", "boolean"),
    ("filter", "dissect", "convert_datatype"): ("int", "float"),
}
"""What the values of a hash may be."""


def unfit_inside(section: str, plugin: str, setting: Setting) -> Iterator[tuple[Node, str]]:
    """The values of a hash that Logstash does not take, each with what it would have taken."""
    allowed = _INSIDE.get((section, plugin, setting.name), ())
    for _, value in entries(setting.value) if allowed else ():
        for word in words(value):
            if str(word.value) not in allowed and "${" not in str(word.value):
                yield word, f"one of {', '.join(allowed)}"


def miscounted(section: str, plugin: str, setting: Setting) -> str:
    """What a list would have to hold; nothing where it holds as many words as it has to."""
    count = len(words(setting.value))
    if "${" in "".join(str(word.value) for word in words(setting.value)):
        return ""
    if (section, plugin, setting.name) == ("filter", "mutate", "gsub") and count % 3:
        return "a field, an expression and a text for each change"
    if (section, plugin, setting.name) == ("filter", "date", "match") and count == 1:
        return "a field and at least one form"
    return ""


def unfit(plugin: Described, option: str, value: Value) -> str:
    """What Logstash would have taken in its place; nothing where it takes the value, or where nobody can tell."""
    kind = plugin.types[option]
    if kind == "hash":
        return _unfit_hash(value)
    if kind not in _SINGLE and kind != "one of":
        return ""
    allowed = plugin.allowed.get(option, ())
    wanted = f"one of {', '.join(allowed)}" if allowed else _SINGLE[kind]
    single = _single(value)
    if single is None:
        return wanted
    said = str(single.value)
    if _VARIABLE.search(said):
        return ""
    return "" if _fits(kind, said, single, allowed) else wanted


def _fits(kind: str, said: str, value: Text | Number | Bareword, allowed: tuple[str, ...]) -> bool:
    if kind == "one of":
        return said in allowed
    if kind == "boolean":
        return said in ("true", "false")
    return kind != "number" or isinstance(value, Number) or bool(_NUMBER.fullmatch(said))


def _single(value: Value) -> Text | Number | Bareword | None:
    """The one word of a value; an array of one is as good as what is in it."""
    if isinstance(value, Array):
        return _single(value.items[0]) if len(value.items) == 1 else None
    return value if isinstance(value, Text | Number | Bareword) else None


def _unfit_hash(value: Value) -> str:
    """A list of an even length is a hash to Logstash; a variable may hold anything."""
    if isinstance(value, Hash) or (isinstance(value, Array) and len(value.items) % 2 == 0):
        return ""
    return "" if isinstance(value, Plugin) else "a hash, as in { key => value }"
