"""Grafana's variables, put in place so that a panel's query parses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_WINDOW = re.compile(r"\[\s*\$\{?\w+(?::\w+)?\}?\s*(:?)[^\]]*\]")
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')')
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)(?::\w+)?\}|\$([A-Za-z_]\w*)|\[\[(\w+)\]\]")


def filled(query: str, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """`query` with the values of `known` variables in quotes, `1d` for a window that is one, and 1 for any other."""
    parts = _QUOTED.split(_WINDOW.sub(lambda found: f"[1d{found[1]}]", query))
    return "".join(_valued(part, known) if index % 2 else _VARIABLE.sub("1", part) for index, part in enumerate(parts))


def _valued(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known.get("".join(group or "" for group in found.groups()), found[0]), text)


def used(text: str) -> tuple[str, ...]:
    """The names of the variables in `text`, in order, each once."""
    return tuple(dict.fromkeys("".join(groups) for groups in _VARIABLE.findall(text)))
