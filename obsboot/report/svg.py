"""Drawing: SVG elements whose every text and attribute is escaped, scales from values to pixels, ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

Attribute = str | float | int


def element(name: str, *children: str, **attributes: Attribute) -> Markup:
    """`<name attributes>children</name>`. Children that are no Markup are text; `class_` is `class`, `_` is `-`."""
    written = Markup().join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _spelt(value)) for key, value in attributes.items()
    )
    inner = Markup().join(escape(child) for child in children)
    return Markup("<{}{}>{}</{}>").format(Markup(name), written, inner, Markup(name))  # noqa: S704 - names are ours


def _spelt(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def picture(width: int, height: int, label: str, parts: Iterable[Markup]) -> Markup:
    """A drawing that scales with its place on the page; `label` is what a screen reader says."""
    return element("svg", *parts, viewBox=f"0 0 {width} {height}", role="img", aria_label=label)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of `value`, held within the drawing."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def scale(values: Sequence[float], start: float, end: float, pad: float = 0.08) -> Scale:
    """A scale that holds all values and some air around them."""
    low, high = min(values), max(values)
    air = (high - low) * pad or abs(high) * 0.1 or 1.0
    return Scale(low - air, high + air, start, end)


def ticks(span: Scale, most: int, base: float = 10.0) -> list[float]:
    """About `most` values within the scale that are round by tens, or by powers of two."""
    rough = (span.high - span.low) / max(most, 1)
    power = base ** math.floor(math.log(rough, base))
    step = next(power * size for size in (1, 2, 5, 10, 20) if power * size >= rough)
    first = math.ceil(span.low / step)
    return [round(n * step, 12) for n in range(first, math.floor(span.high / step) + 1)]


_LENGTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)


def time_ticks(span: Scale, most: int) -> list[float]:
    """About `most` moments within the scale that are round by the clock, in seconds."""
    rough = (span.high - span.low) / max(most, 1)
    step = next((length for length in _LENGTHS if length >= rough), _LENGTHS[-1])
    return [float(n * step) for n in range(math.ceil(span.low / step), math.floor(span.high / step) + 1)]


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def box(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """The rectangle between two corners, whichever way round they are given."""
    left, top = min(x1, x2), min(y1, y2)
    return element("rect", x=left, y=top, width=abs(x2 - x1), height=abs(y2 - y1), class_=class_)


def words(x: float, y: float, text: str, class_: str, anchor: str = "start") -> Markup:
    return element("text", text, x=x, y=y, class_=class_, text_anchor=anchor)


def curve(points: Sequence[tuple[float, float]], x: Scale, y: Scale, class_: str) -> Markup:
    """The line through the points, broken where samples are missing."""
    gaps = sorted(b[0] - a[0] for a, b in pairwise(points))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    path, before = "", -math.inf
    for at, value in points:
        path += f"{'M' if at - before > 3 * usual else 'L'}{x.at(at):.1f} {y.at(value):.1f}"
        before = at
    return element("path", d=path, class_=class_)
