"""Alertmanager's configuration: its routing tree, what inhibits what, and who is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from obsboot.promql import Matcher
from obsboot.sources import matchers, matchertexts
from obsboot.sources.documents import Mapped, listed, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """One text of matchers, where it stands, and what it says."""

    text: str
    line: int
    read: matchertexts.Read


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One node of the tree; a child without a receiver has its parent's."""

    data: Mapped
    receiver: str
    said: tuple[Said, ...]
    routes: tuple[Route, ...]
    matchers: tuple[Matcher, ...] = field(default=())

    @property
    def further(self) -> bool:
        """Whether the routes behind it are asked as well."""
        return bool(self.data.get("continue"))

    @property
    def line(self) -> int:
        """Where its first matcher is, or where it begins."""
        return self.said[0].line if self.said else self.data.line

    @property
    def unread(self) -> bool:
        """Whether a text of it is no matcher, so that nobody knows what it takes."""
        return any(each.read.matchers is None for each in self.said)

    def accepts(self, labels: Mapping[str, str]) -> bool:
        return matchers.accepts(self.matchers, labels)

    def walk(self) -> Iterator[Route]:
        yield self
        for route in self.routes:
            yield from route.walk()

    def reached(self, labels: Mapping[str, str]) -> Iterator[Route]:
        """The routes that handle an alert: the deepest that accept it."""
        handled = False
        for route in self.routes:
            if route.accepts(labels):
                handled = True
                yield from route.reached(labels)
                if not route.further:
                    return
        if not handled:
            yield self


def said(holder: Mapped, keys: tuple[str, str, str]) -> tuple[Said, ...]:
    """The matchers of a route or of a side of an inhibition, under the names of the keys of all times."""
    found = [("" if each is None else str(each), at) for each, at in _items(holder, keys[0])]
    for key, op in ((keys[1], "="), (keys[2], "=~")):
        held = mapped(holder.get(key))
        found += [(f'{name}{op}"{_escaped(value)}"', held.at(name)) for name, value in held.items()]
    return tuple(Said(text, at, matchertexts.read(text)) for text, at in found)


def _items(holder: Mapped, key: str) -> Iterator[tuple[object, int]]:
    items = listed(holder.get(key))
    yield from items.placed


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"')


def _route(node: object, receiver: str = "") -> Route:
    data = mapped(node)
    own = str(data.get("receiver") or receiver)
    texts = said(data, ("matchers", "match", "match_re"))
    inner = tuple(_route(each, own) for each in listed(data.get("routes")))
    return Route(data, own, texts, inner, _all(texts))


def _all(texts: tuple[Said, ...]) -> tuple[Matcher, ...]:
    return tuple(each for text in texts for each in text.read.matchers or ())


@dataclass(frozen=True, slots=True, eq=False)
class Inhibition:
    """One rule: while an alert of its source fires, those of its target are not told."""

    data: Mapped
    source: tuple[Said, ...]
    target: tuple[Said, ...]
    equal: tuple[str, ...]

    @property
    def sources(self) -> tuple[Matcher, ...]:
        return _all(self.source)

    @property
    def targets(self) -> tuple[Matcher, ...]:
        return _all(self.target)

    def line(self, side: str) -> int:
        """Where the first matcher of a side (`source`, `target`) is."""
        said = self.source if side == "source" else self.target
        return said[0].line if said else self.data.line


@dataclass(eq=False)
class Routing:
    """One configuration; in a pack that has no Alertmanager of its own, a fragment of one."""

    path: str
    data: Mapped
    fragment: bool = False

    @cached_property
    def top(self) -> Route:
        """The tree. That of a fragment hangs below the one that exists."""
        if "route" in self.data or not self.fragment:
            return _route(self.data.get("route"))
        above = Mapped(self.data.line)
        above["routes"] = self.data.get("routes")
        return _route(above)

    @cached_property
    def receivers(self) -> dict[str, Mapped]:
        """Receivers by name."""
        return {str(mapped(each).get("name", "")): mapped(each) for each in listed(self.data.get("receivers"))}

    @cached_property
    def inhibitions(self) -> tuple[Inhibition, ...]:
        return tuple(_inhibition(mapped(each)) for each in listed(self.data.get("inhibit_rules")))

    @cached_property
    def intervals(self) -> dict[str, Mapped]:
        """Intervals of time by name."""
        keys = ("time_intervals", "mute_time_intervals")
        every = [mapped(each) for key in keys for each in listed(self.data.get(key))]
        return {str(each.get("name", "")): each for each in every}


def _inhibition(data: Mapped) -> Inhibition:
    sides = [said(data, (f"{s}_matchers", f"{s}_match", f"{s}_match_re")) for s in ("source", "target")]
    return Inhibition(data, sides[0], sides[1], tuple(str(each) for each in listed(data.get("equal"))))


def notifiers(receiver: Mapped) -> Iterator[tuple[str, Mapped]]:
    """What a receiver does: the kind (`slack`) and the options of each."""
    for key, value in receiver.items():
        if key.endswith("_configs"):
            yield from ((key.removesuffix("_configs"), mapped(each)) for each in listed(value))


def tells(receiver: Mapped) -> bool:
    """Whether anybody hears of what reaches the receiver."""
    return any(True for _ in notifiers(receiver))
