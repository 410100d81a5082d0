"""What the composed grok patterns that Logstash brings take, with ECS and without it, from captures.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from obsboot.sources.tables import read_table

_STORE = Path(__file__).with_name("captures.yaml")
_TYPES = {"": "string", "int": "integer"}


@dataclass(frozen=True, slots=True)
class Capture:
    """The fields, as `[a][b]`, that one place of a pattern takes without ECS and with it; none with ECS may be empty."""

    legacy: str
    ecs: str
    type: str


@cache
def captures(pattern: str) -> tuple[Capture, ...]:
    """What a pattern takes; nothing where it is none of those that are known."""
    return tuple(_captures(pattern))


def fields(pattern: str, ecs: bool) -> Mapping[str, str] | None:
    """The fields that a pattern takes, with their types; None where it is none of those that are known."""
    if ecs:
        return {each.ecs: each.type for each in captures(pattern) if each.ecs} or None
    return dict.fromkeys((each.legacy for each in captures(pattern)), "string") or None


def _captures(pattern: str) -> Iterator[Capture]:
    body = read_table(_STORE).get(pattern, {})
    for inner in body.get("holds", "").split():
        yield from _captures(inner)
    for legacy, said in body.items():
        if legacy != "holds":
            ecs, _, kind = (said or "").partition(" ")
            yield Capture(f"[{legacy}]", f"[{ecs.replace('.', '][')}]" if ecs else "", _TYPES[kind])
