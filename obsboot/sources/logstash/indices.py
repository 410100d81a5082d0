"""The indices that outputs write to, as far as their names are known, and the templates that take these names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from obsboot.logs.syntax import Node
from obsboot.sources.logfiles import fits
from obsboot.sources.logstash.events import Target, targets
from obsboot.sources.logstash.pipelines import Logstash
from obsboot.sources.pipelines import setting, texts
from obsboot.sources.stored import Stored

_DATE = re.compile(r"%\{\+([^{}]*)\}")
_HOLE = re.compile(r"%\{[^{}]*\}|\$\{[^{}]*\}|\{[^{}]*\}")
_LITTLE = "*-._0"
"""What says nothing of a name."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one output writes to: its text, and where it stands."""

    target: Target
    text: str
    node: Node

    @property
    def pattern(self) -> str:
        """The names that it may have; `*` is any text."""
        return _HOLE.sub("*", _DATE.sub("*", self.text.strip("<>")))

    @property
    def example(self) -> str:
        """Such a name, its date in digits, where `*` still is any text: what fits it fits all of them."""
        dated = _DATE.sub(lambda each: re.sub("[A-Za-z]", "0", each[1]), self.text.strip("<>"))
        return _HOLE.sub("*", dated)

    @property
    def stem(self) -> str:
        return stem(self.pattern)


def indices(found: Logstash) -> tuple[list[Index], bool]:
    """The indices of known names, and whether that is all that outputs write to."""
    told: list[Index] = []
    whole = True
    for pipeline in found.pipelines:
        for target in targets(pipeline):
            index = index_of(target)
            whole = whole and index is not None
            told += [index] if index is not None else []
    return told, whole


def index_of(target: Target) -> Index | None:
    """What an output writes to; None where it is a stream, or where nobody can tell."""
    plugin = target.used.plugin
    alias = setting(plugin, "ilm_rollover_alias")
    if alias is not None and texts(alias) and texts(setting(plugin, "ilm_enabled")) != ("false",):
        found = Index(target, f"{texts(alias)[0]}-000001", alias)
    elif target.kind == "index" and "index" in target.parts:
        found = Index(target, *target.parts["index"])
    else:
        return None
    return found if found.pattern.strip(_LITTLE) else None


def taking(index: Index, templates: Iterable[Stored]) -> Stored | None:
    """The template that takes every name of an index before the others do; None where there is none."""
    name = index.example
    fitting = [each for each in templates if any(fits(name, pattern) for pattern in each.patterns)]
    return max(fitting, key=lambda each: each.priority, default=None)


def stem(pattern: str) -> str:
    """The part of a pattern that says what it is for."""
    return re.sub(r"[*\d]+", "", pattern).strip("-._")


def stems(templates: Iterable[Stored]) -> Iterator[tuple[str, Stored]]:
    """The stem of each pattern, with the template."""
    return ((stem(pattern), each) for each in templates for pattern in each.patterns if stem(pattern))
