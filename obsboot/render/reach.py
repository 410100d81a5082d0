"""How far back an expression looks, through the recording rules that it reads, and whose rules those are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from obsboot.model import Signal, Stack
from obsboot.promql import Selector, seconds_of, selectors, windows
from obsboot.render.views import RATE_WINDOW


@dataclass(frozen=True, slots=True)
class Reach:
    """`back` is the furthest look back and `narrowest` the smallest range, both in seconds, 0 for none.

    `recorders` are the ids of the instances whose recording rules are read, each after those that its own rules read.
    """

    back: float = 0.0
    narrowest: float = 0.0
    recorders: tuple[str, ...] = ()


def reach(stack: Stack, expr: str, given: frozenset[str] = frozenset()) -> Reach:
    """The reach of `expr`; a recorded name in `given` is not looked into, for its series are given."""
    found = selectors(expr)
    ranges = {selector.range for selector in found if selector.range}
    sub_query = max((window for window in windows(expr) if window not in ranges), default=0.0)
    return _widest(_of(stack, selector, sub_query, given) for selector in found)


def _of(stack: Stack, selector: Selector, sub_query: float, given: frozenset[str]) -> Reach:
    own = (selector.range or 0.0) + abs(selector.offset) + sub_query
    below = Reach() if selector.name in given else _widest(_recorded(stack, selector.name, given))
    small = [size for size in (selector.range or 0.0, below.narrowest) if size]
    return replace(below, back=own + below.back, narrowest=min(small, default=0.0))


def _recorded(stack: Stack, name: str, given: frozenset[str]) -> Iterator[Reach]:
    for instance in stack.instances if ":" in name else ():
        for signal in instance.signals():
            window = records(signal, name)
            if window is None:
                continue
            inner = reach(stack, signal.expr, given)
            recorders = tuple(dict.fromkeys((*inner.recorders, instance.id)))
            size = seconds_of(window) if window else inner.narrowest
            # the rule has its own window wherever the signal has the catalogue's default
            back = max(size, inner.back - RATE_WINDOW + size) if window else inner.back
            yield Reach(back, size, recorders)


def _widest(reaches: Iterable[Reach]) -> Reach:
    found = list(reaches)
    return Reach(
        back=max((each.back for each in found), default=0.0),
        narrowest=min((each.narrowest for each in found if each.narrowest), default=0.0),
        recorders=tuple(dict.fromkeys(recorder for each in found for recorder in each.recorders)),
    )


def records(signal: Signal, name: str) -> str | None:
    """The window with which the signal records `name`, empty for its own; None where it records something else."""
    if signal.record is None or not name.startswith(signal.record.name):
        return None
    rest = name.removeprefix(signal.record.name)
    return rest if rest in (signal.record.windows or ("",)) else None
