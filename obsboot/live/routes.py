"""Where Alertmanager's routes lead an alert, and how long they make it wait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from obsboot.promql import seconds_of

_MATCHER = re.compile(r"""^\s*([^=!~\s"']+|"[^"]+")\s*(=~|!~|!=|=)\s*(.*?)\s*$""", re.S)


@dataclass(frozen=True, slots=True)
class Route:
    """The end of one path through the routing tree; times in seconds. Defaults are Alertmanager's."""

    receiver: str = ""
    group_wait: float = 30.0
    group_interval: float = 300.0
    repeat_interval: float = 14400.0


def routes(config: str, labels: Mapping[str, str]) -> list[Route]:
    """The routes that an alert with these labels takes; `config` is the text of alertmanager.yml."""
    root: dict[str, Any] = yaml.safe_load(config)["route"]
    return list(_ends(root, _at(Route(), root), labels))


def _ends(node: Mapping[str, Any], here: Route, labels: Mapping[str, str]) -> Iterator[Route]:
    took = False
    for child in node.get("routes") or ():
        if not matches(child, labels):
            continue
        took = True
        yield from _ends(child, _at(here, child), labels)
        if not child.get("continue", False):
            return
    if not took:
        yield here


def _at(above: Route, node: Mapping[str, Any]) -> Route:
    times = {k: seconds_of(str(node[k])) for k in ("group_wait", "group_interval", "repeat_interval") if k in node}
    return replace(above, receiver=str(node.get("receiver", above.receiver)), **times)


def matches(node: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether the route's matchers, in the new form and in the old, all hold."""
    plain = all(labels.get(k, "") == str(v) for k, v in (node.get("match") or {}).items())
    regex = all(re.fullmatch(str(v), labels.get(k, "")) for k, v in (node.get("match_re") or {}).items())
    given = node.get("matchers") or ()
    return plain and regex and all(_holds(str(matcher), labels) for matcher in given)


def _holds(matcher: str, labels: Mapping[str, str]) -> bool:
    found = _MATCHER.match(matcher)
    if found is None:
        return False
    name, op, value = found[1].strip('"'), found[2], _unquoted(found[3])
    actual = labels.get(name, "")
    same = bool(re.fullmatch(value, actual)) if "~" in op else actual == value
    return same != op.startswith("!")


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text
