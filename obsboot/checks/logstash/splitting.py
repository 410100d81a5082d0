"""Filters that split a text into fields: kv and csv."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Node, Plugin
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.oniguruma import BrokenError, UntoldError, check
from obsboot.sources.logstash.pipelines import Logstash, called, logstash, place
from obsboot.sources.logstash.settings import may_escape, said
from obsboot.sources.pipelines import Used, entries, setting, texts, words

Fault = tuple[Node, str, Severity]
_SPLITS = ("field_split", "value_split")
_SETS = ("trim_key", "trim_value", "remove_char_key", "remove_char_value", *_SPLITS)
"""Options whose characters kv puts between brackets, as a set of a regular expression."""
_ARROW = re.compile(r"(?P<first>[=:|~#])(?P=first)+|[=:~-]+>")
_WORD = re.compile(r"(?<!\\)[A-Za-z]{2}")
_SET = re.compile(r"[-\[{]")
"""What stands in ranges, classes and variables."""
_GENERATED = re.compile(r"column\d+")


class Splitting(Check):
    id = "logstash/splitting"
    severity = "warning"
    title = "kv and csv split where the text is to be split"
    explanation = (
        "kv takes each character of field_split and value_split for itself, and csv takes what stands between the quotes "
        "as it is: a filter that splits elsewhere makes no fields, or wrong ones, and says so nowhere."
    )
    fix = "Say separators of several characters as a pattern (field_split_pattern), and write a tab as a tab."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for used in found.plugins:
            if used.section == "filter" and used.plugin.name in ("kv", "csv"):
                faults = _pairs(used.plugin) if used.plugin.name == "kv" else _columns(found, used)
                for node, message, severity in faults:
                    yield self.finding(used.path, place(node), message, severity=severity, subject=called(used))


def _pairs(plugin: Plugin) -> Iterator[Fault]:
    yield from _separators(plugin)
    for name in (*_SETS, "field_split_pattern", "value_split_pattern"):
        for word in words(setting(plugin, name)):
            text = str(word.value)
            if not text and name not in ("trim_key", "trim_value"):
                yield word, f"{name} is empty: Logstash does not start", "error"
            elif fault := _broken(f"[{text}]" if name in _SETS else text):
                what = "set of characters" if name in _SETS else "regular expression"
                yield word, f"{name} is no {what}: {fault}", "error"
    yield from _keys(plugin)


def _separators(plugin: Plugin) -> Iterator[Fault]:
    for name in _SPLITS:
        pattern = setting(plugin, f"{name}_pattern")
        for word in words(setting(plugin, name)):
            text = str(word.value)
            if pattern is not None:
                yield word, f"{name} does not count beside {name}_pattern", "warning"
            elif name == "value_split" and _ARROW.fullmatch(text):
                rest = f"so of a{text}b the value is {text[1:]}b: say value_split_pattern"
                yield word, f"each character of {text!r} ends the key by itself, {rest}", "warning"
            elif name == "field_split" and _WORD.search(text) and not _SET.search(text):
                yield word, f"each character of {text!r} ends a field by itself: say field_split_pattern", "warning"


def _broken(expression: str) -> str:
    try:
        check(expression)
    except BrokenError as error:
        return str(error)
    except UntoldError:
        pass
    return ""


def _keys(plugin: Plugin) -> Iterator[Fault]:
    """Keys that are asked for and never come."""
    out = set(texts(setting(plugin, "exclude_keys")))
    how = "".join(texts(setting(plugin, "transform_key")))
    changes = {"lowercase": str.lower, "uppercase": str.upper, "capitalize": str.capitalize}.get(how)
    for word in words(setting(plugin, "include_keys")):
        key = str(word.value)
        if key in out:
            yield word, f"{key!r} stands in exclude_keys as well, so it is never taken", "warning"
        elif changes and "%{" not in key and "${" not in key and changes(key) != key:
            yield word, f"transform_key makes {changes(key)!r} of {key!r} before it is looked for here", "warning"


def _columns(found: Logstash, used: Used) -> Iterator[Fault]:
    plugin = used.plugin
    for word in words(setting(plugin, "separator")):
        if str(word.value) == r"\t" and not may_escape(found, used.path):
            yield word, r"the separator is a backslash and a t, no tab: config.support_escapes is off", "warning"
    for word in words(setting(plugin, "quote_char")):
        text = str(word.value)
        if len(text) != 1 and "\\" not in text and "${" not in text:
            yield word, f"quote_char is one character, and {text!r} is none: each line fails", "error"
    columns = words(setting(plugin, "columns"))
    names = Counter(str(word.value) for word in columns)
    for word in columns:
        if names[str(word.value)] > 1:
            names[str(word.value)] = 0
            yield word, f"two columns are called {word.value}, and the second overwrites the first", "warning"
    if texts(setting(plugin, "autodetect_column_names")) != ("true",):
        yield from _undetected(plugin, set(names))
    else:
        yield from _one_worker(found, used)


def _undetected(plugin: Plugin, columns: set[str]) -> Iterator[Fault]:
    """What names no column of those that there can be."""
    generated = setting(plugin, "autogenerate_column_names")
    if not columns and generated is not None and texts(generated) == ("false",):
        yield generated, "without columns, and with no names made for them, it sets no field", "warning"
    header = setting(plugin, "skip_header")
    if not columns and header is not None and texts(header) == ("true",):
        yield header, "skip_header knows the header by its columns, and there are none", "warning"
    for name, value in entries(setting(plugin, "convert")):
        if columns and name not in columns and "${" not in "".join(columns) and not _GENERATED.fullmatch(name):
            yield value, f"convert names {name}, which is no column", "warning"


def _one_worker(found: Logstash, used: Used) -> Iterator[Fault]:
    """Names are found in the first line that a worker sees, and each worker sees another."""
    node = setting(used.plugin, "autodetect_column_names")
    several = sorted(each for each in said(found, "pipeline.workers", used.path) if each.isdigit() and int(each) > 1)
    if node is not None and several:
        yield node, f"column names are found by one worker alone, and pipeline.workers is {several[0]}", "warning"
