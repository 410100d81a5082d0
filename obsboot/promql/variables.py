"""Grafana's variables, put in place so that a panel's query parses."""

from __future__ import annotations

import re

_WINDOW = re.compile(r"\[\s*\$\{?\w+(?::\w+)?\}?\s*(:?)[^\]]*\]")
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')')
_VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]")


def filled(query: str) -> str:
    """`query` with `1d` for each window that is a variable, and 1 for a variable outside quotes."""
    text = _WINDOW.sub(lambda found: f"[1d{found[1]}]", query)
    parts = _QUOTED.split(text)
    return "".join(part if index % 2 else _VARIABLE.sub("1", part) for index, part in enumerate(parts))


def used(text: str) -> tuple[str, ...]:
    """The names of the variables in `text`, in order, each once."""
    return tuple(dict.fromkeys("".join(groups) for groups in _VARIABLE.findall(text)))
