"""The conditions of Filebeat's processors, of its outputs and of autodiscover: what it does not start with.

Source: libbeat/conditions of Filebeat 7.17 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network

from obsboot.catalog.problems import nearest
from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.patterns import unreadable
from obsboot.sources.shipping import CONDITIONS

Fault = tuple[int, str]
_SIGNS = ("gt", "gte", "lt", "lte")
_NETWORKS = (
    "loopback", "unicast", "global_unicast", "multicast", "link_local_unicast", "link_local_multicast",
    "interface_local_multicast", "private", "public", "unspecified",
)  # fmt: skip


def faults(data: object, line: int) -> Iterator[Fault]:
    """Everything in a condition with which Filebeat does not start, or that it ignores, each with its line."""
    if not isinstance(data, Mapped) or not data:
        yield line, "a condition is missing, such as equals: {name: value}"
        return
    for kind, value in data.items():
        if kind not in CONDITIONS:
            yield data.at(kind), f"there is no condition {kind!r}: {nearest(kind, CONDITIONS)}"
        elif kind in ("and", "or"):
            yield from _several(kind, value, data.value_at(kind))
        elif kind == "not":
            yield from faults(value, data.value_at(kind))
        elif kind in _WHY:
            yield from _compared(kind, value, data.value_at(kind))


def _several(kind: str, value: object, line: int) -> Iterator[Fault]:
    if not isinstance(value, Listed):
        yield line, f"{kind} takes a list of conditions"
        return
    for each, at in value.placed:
        yield from faults(each, at)


def _compared(kind: str, value: object, line: int) -> Iterator[Fault]:
    if not isinstance(value, Mapped):
        yield line, f"{kind} takes names of fields with values"
        return
    for name, each, at in _leaves(value, ""):
        if each is not None and "${" not in str(each) and (why := _WHY[kind](name, each)):
            yield at, f"{kind}: {why}"


def _leaves(data: Mapped, above: str) -> Iterator[tuple[str, object, int]]:
    """The values, those of lists one by one, with the dotted names of their fields."""
    for key, value in data.items():
        name = f"{above}{key}"
        if isinstance(value, Mapped):
            yield from _leaves(value, f"{name}.")
        elif isinstance(value, Listed):
            yield from ((name, each, line) for each, line in value.placed)
        else:
            yield name, value, data.value_at(key)


def _no_equal(_: str, value: object) -> str:
    return f"{value!r} is no text, no whole number, neither true nor false" if isinstance(value, float) else ""


def _no_text(_: str, value: object) -> str:
    return "" if isinstance(value, str) else f"{value!r} is no text: write it in quotes"


def _no_pattern(name: str, value: object) -> str:
    return _no_text(name, value) or unreadable(str(value))


def _no_range(name: str, value: object) -> str:
    sign = name.rpartition(".")[2]
    if sign not in _SIGNS:
        return f"{sign!r} is none of {', '.join(_SIGNS)}"
    try:
        float(str(value))
    except ValueError:
        return f"{value!r} is no number"
    return ""


def _no_network(_: str, value: object) -> str:
    try:
        known = str(value) in _NETWORKS or bool("/" in str(value) and ip_network(str(value), strict=False))
    except ValueError:
        known = False
    return "" if known else f"{value!r} is no network, such as 10.0.0.0/8 or private"


_WHY: Mapping[str, Callable[[str, object], str]] = {
    "equals": _no_equal,
    "contains": _no_text,
    "regexp": _no_pattern,
    "range": _no_range,
    "network": _no_network,
}
