"""The Go templates of annotations, as far as they can be judged without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BLOCKS = ("if", "with", "range", "define", "block")
_LABEL = re.compile(r"\$labels\.(\w+)")
_WORD = re.compile(r"(?<![\w.$\"])([a-zA-Z]\w*)(?![\w\"])")
_STRING = re.compile(r'"(?:[^"\\\\]|\\\\.)*"|`[^`]*`')
_KNOWN = frozenset({
    "and", "or", "not", "len", "index", "print", "printf", "println", "eq", "ne", "lt", "le", "gt", "ge",
    "html", "js", "urlquery", "call", "slice", "query", "first", "label", "value", "sortByLabel", "humanize",
    "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime", "toUpper",
    "toLower", "title", "stripPort", "stripDomain", "reReplaceAll", "match", "graphLink", "tableLink",
    "parseDuration", "externalURL", "pathPrefix", "strvalue", "args", "tmpl", "safeHtml", "if", "else", "end",
    "with", "range", "define", "block", "template", "break", "continue", "nil", "true", "false",
})  # fmt: skip


def faults(text: str) -> Iterator[str]:
    """Why a template would not parse, in sentences."""
    if text.count("{{") != text.count("}}"):
        yield "its braces do not close"
        return
    depth = 0
    for action in _ACTION.findall(text):
        word = action.split(" ", 1)[0]
        depth += (word in _BLOCKS) - (word == "end")
        if not action or depth < 0:
            yield f"`{{{{ {action} }}}}` has nothing to do here"
        for name in _WORD.findall(_STRING.sub("", action)):
            if name not in _KNOWN:
                yield f"nothing in a template is called {name!r}"
    if depth > 0:
        yield "a block has no {{ end }}"


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
