"""The Go templates of annotations and labels, as far as they can be judged without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.sources import gotemplates
from obsboot.sources.gotemplates import Fault

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BLOCKS = ("if", "with", "range", "define", "block")
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.(\w+)")
_VALUE = re.compile(r"\$value\b|^\.Value\b")
_VARIABLES = ("$labels", "$externalLabels", "$externalURL", "$value")
_FUNCTIONS = frozenset({
    "query", "first", "label", "value", "strvalue", "args", "reReplaceAll", "safeHtml", "match", "title", "toUpper",
    "toLower", "graphLink", "tableLink", "sortByLabel", "stripPort", "stripDomain", "humanize", "humanize1024",
    "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration", "now", "pathPrefix",
    "externalURL", "parseDuration", "urlQueryEscape", "tmpl",
})  # fmt: skip
"""What Prometheus gives to the templates of its rules, as of 3.8."""


def faults(text: str) -> Iterator[Fault]:
    """Why Prometheus would not load a rule with this template."""
    return gotemplates.faults(text, _FUNCTIONS, _VARIABLES)


def labels(text: str) -> tuple[str, ...]:
    """The labels that the template takes for granted: those in a condition may be missing, and those inside it."""
    found: list[str] = []
    guarded: list[str] = []
    for action in _ACTION.findall(text):
        word, _, rest = action.partition(" ")
        if word in _BLOCKS:
            guarded.append(" ".join(_LABEL.findall(rest)))
        elif word == "end" and guarded:
            guarded.pop()
        elif word != "else":
            allowed = {name for names in guarded for name in names.split()}
            found += [name for name in _LABEL.findall(action) if name not in allowed]
    return tuple(dict.fromkeys(found))


def changing(text: str) -> bool:
    """Whether the text is another at each evaluation, because it shows the value; a condition on it is steadier."""
    actions = (action for action in _ACTION.findall(text) if action.split(" ", 1)[0] not in ("else", *_BLOCKS))
    return any(_VALUE.search(action) for action in actions)


_PERCENT = re.compile(
    r"\{\{-?\s*(?:\$value|\.Value)\s*(?:\|\s*(?:humanize|printf\s+\"[^\"]*\")\s*)?-?\}\}\s?(?:%|percent\b)"
)


def percent(text: str) -> bool:
    """Whether the value stands as it is before a percent sign."""
    return _PERCENT.search(text) is not None
