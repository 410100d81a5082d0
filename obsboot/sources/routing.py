"""Alertmanager's routing tree: which receiver an alert reaches, and what may not be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from obsboot.promql import Matcher
from obsboot.sources.configs import agrees, matcher
from obsboot.sources.documents import Listed, Mapped


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One node of the tree; `unread` are matchers that are none."""

    data: Mapped
    receiver: str
    matchers: tuple[Matcher, ...]
    unread: tuple[str, ...]
    routes: tuple[Route, ...]
    further: bool

    def accepts(self, labels: Mapping[str, str]) -> bool:
        return all(agrees(each, labels.get(each.name, "")) for each in self.matchers)

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


def route(data: object, receiver: str = "") -> Route:
    """The tree below a `route:`; a child without a receiver has its parent's."""
    node = data if isinstance(data, Mapped) else Mapped(0)
    texts = [str(each) for each in node.get("matchers") or ()]
    texts += [f'{name}="{value}"' for name, value in (node.get("match") or {}).items()]
    texts += [f'{name}=~"{value}"' for name, value in (node.get("match_re") or {}).items()]
    read = {text: matcher(text) for text in texts}
    own = str(node.get("receiver") or receiver)
    inner = node.get("routes")
    return Route(
        data=node,
        receiver=own,
        matchers=tuple(each for each in read.values() if each),
        unread=tuple(text for text, each in read.items() if each is None),
        routes=tuple(route(each, own) for each in inner) if isinstance(inner, Listed) else (),
        further=bool(node.get("continue")),
    )


def root(config: Mapped) -> Route:
    """The tree of a whole configuration, or of a fragment whose routes hang below the one that exists."""
    if "route" in config:
        return route(config["route"])
    above = Mapped(config.line)
    above["routes"] = config.get("routes")
    return route(above)


def receivers(config: Mapped) -> dict[str, Mapped]:
    """Receivers by name."""
    return {str(each.get("name", "")): each for each in config.get("receivers") or () if isinstance(each, Mapped)}


def tells(receiver: Mapped) -> bool:
    """Whether anybody hears of what reaches the receiver."""
    return any(key.endswith("_configs") and value for key, value in receiver.items())
