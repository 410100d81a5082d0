"""The Go templates of annotations and labels, as far as they can be judged without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.sources import gotemplates
from obsboot.sources.gotemplates import Fault

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BLOCKS = ("if", "with", "range", "define", "block")
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.(\w+)")
_OWN = re.compile(r"\$(?:labels|\.Labels)\.(\w+)")
_MOVING = ("with", "range", "define", "block")
"""Blocks in which the dot is something else than the alert: the labels of a sample that was asked for, perhaps."""
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|/\*.*?\*/', re.DOTALL)
"""What is quoted, or a comment."""
_FED = re.compile(r"\|\s*(\$(?:labels|externalLabels|externalURL|value)\b[.\w]*)")
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
    """Why Prometheus would not load a rule with this template, or would send an error in its place."""
    yield from gotemplates.faults(text, _FUNCTIONS, _VARIABLES)
    for action in _ACTION.finditer(text):
        bare = _TEXT.sub(lambda found: " " * len(found[0]), action[1])
        if fed := _FED.search(bare):
            yield Fault(f"`{fed[1]}` is no function that could take a value", action.start(1) + fed.start(1))


def labels(text: str) -> tuple[str, ...]:
    """The labels that the template takes for granted: those in a condition may be missing, and those inside it."""
    found: list[str] = []
    blocks: list[tuple[bool, frozenset[str]]] = []  # whether the dot has moved, and what is asked for before
    for action in _ACTION.findall(text):
        word, _, rest = action.partition(" ")
        label = _OWN if any(moved for moved, _ in blocks) else _LABEL
        if word in _BLOCKS:
            blocks.append((word in _MOVING, frozenset(label.findall(rest))))
        elif word == "end" and blocks:
            blocks.pop()
        elif word == "else" and blocks:
            blocks[-1] = rest.startswith("with"), blocks[-1][1] | set(_LABEL.findall(rest))
        else:
            found += [name for name in label.findall(action) if not any(name in asked for _, asked in blocks)]
    return tuple(dict.fromkeys(found))


def changing(text: str) -> bool:
    """Whether the text is another at each evaluation, because it shows the value; a condition on it is steadier."""
    actions = (action for action in _ACTION.findall(text) if action.split(" ", 1)[0] not in ("else", *_BLOCKS))
    return any(_VALUE.search(action) for action in actions)


_PERCENT = re.compile(
    r"\{\{-?\s*(?:(?:\$value|\.Value)\s*(?:\|\s*(?:humanize|printf\s+\"[^\"]*\")\s*)?"
    r"|(?:humanize|printf\s+\"[^\"]*\")\s+(?:\$value|\.Value)\s*)-?\}\}\s?(?:%|percent\b)"
)


def percent(text: str) -> bool:
    """Whether the value stands as it is before a percent sign."""
    return _PERCENT.search(text) is not None
