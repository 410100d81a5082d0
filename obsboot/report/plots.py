"""The three drawings of the HTML report: an alert's timeline, a truth against its measurement, the run's phases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from obsboot.report.detail import clock, mapping, number, points, sequence, text, with_unit
from obsboot.report.svg import Scale, box, curve, element, line, picture, scale, ticks, time_ticks, words

_STATES = {"pending": "pending", "firing": "firing", "resolved": "quiet"}
_MARKS = {
    "injected": "fault on",
    "pending": "pending",
    "firing": "firing",
    "delivered": "delivered",
    "undone": "fault off",
    "resolved": "resolved",
    "resolve_delivered": "resolve delivered",
}
_FEW = 12
"""Up to so many samples each gets a dot."""

_LETTER = 5.6
"""How wide a letter of a mark's label is, in pixels."""


def alert_plot(detail: Mapping[str, object], name: str) -> Markup:
    """The signal around its threshold, the fault's window, the alert's states, and what arrived when."""
    times = {key: at for key in _MARKS if (at := number(mapping(detail, "times"), key)) is not None}
    samples = points(detail, "samples")
    moments = [*times.values(), *(at for at, _ in samples)]
    if not moments:
        return Markup()
    width, left, right = 560, 58, 552
    x = scale(moments, left, right, 0.03)
    strip = 126 if samples else 34
    rows = _label_rows(times, x)
    height = strip + 34 + 15 * max((row for _, _, row in rows.values()), default=0)
    parts = [_fault_window(times, x, strip)]
    parts += _values(detail, samples, x, strip - 16) if samples else []
    parts += _states(times, x, strip)
    parts += _predicted(mapping(detail, "predicted"), x, strip)
    parts += _labels(times, rows, strip)
    return picture(width, height, f"Timeline of {name}: {_spoken(times)}", parts)


def _spoken(times: Mapping[str, float]) -> str:
    start = times.get("injected", 0.0)
    return ", ".join(f"{_MARKS[key]} at {at - start:.0f} s" for key, at in sorted(times.items(), key=lambda kv: kv[1]))


def _fault_window(times: Mapping[str, float], x: Scale, strip: float) -> Markup:
    if "injected" not in times:
        return Markup()
    left, right = x.at(times["injected"]), x.at(times.get("undone", x.high))
    shade = box(left, 6, right, strip + 16, "fault")
    return shade + line(left, 6, left, strip + 16, "edge") + line(right, 6, right, strip + 16, "edge")


def _values(
    detail: Mapping[str, object], samples: Sequence[tuple[float, float]], x: Scale, bottom: float
) -> list[Markup]:
    unit, limit = text(detail, "unit"), number(detail, "threshold")
    y = scale([value for _, value in samples] + ([] if limit is None else [limit]), bottom, 12, 0.12)
    parts = _y_axis(y, x, unit)
    if limit is not None:
        side = {">": y.end, "<": y.start}.get(text(detail, "op"))
        parts += [box(x.start, y.at(limit), x.end, side, "wrong")] if side is not None else []
        parts.append(line(x.start, y.at(limit), x.end, y.at(limit), "limit"))
        above = y.at(limit) - 4 > 18
        place = y.at(limit) - 4 if above else y.at(limit) + 12
        parts.append(words(x.end - 4, place, f"threshold {with_unit(limit, unit)}", "limit-text", "end"))
    return [*parts, curve(samples, x, y, "value")]


def _y_axis(y: Scale, x: Scale, unit: str) -> list[Markup]:
    parts = []
    for value in ticks(y, 4, 2.0 if unit in ("bytes", "Bps") else 10.0):
        short = with_unit(value, unit).partition(" ")[0]  # the words of a unit have no room here
        parts.append(line(x.start, y.at(value), x.end, y.at(value), "grid"))
        parts.append(words(x.start - 6, y.at(value) + 3.5, short, "axis", "end"))
    return parts


def _states(times: Mapping[str, float], x: Scale, strip: float) -> list[Markup]:
    turns = sorted(((times[key], state) for key, state in _STATES.items() if key in times), key=lambda turn: turn[0])
    spans = [(x.low, "quiet"), *turns, (x.high, "")]
    parts = [words(x.start - 6, strip + 10, "alert", "axis", "end")]
    for (start, state), (end, _) in pairwise(spans):
        left, right = x.at(start), x.at(end)
        parts.append(box(left, strip, right, strip + 12, f"state-{state}"))
        if right - left > len(state) * _LETTER + 10:
            parts.append(words((left + right) / 2, strip + 9.5, state, f"in-{state}", "middle"))
    return parts


def _predicted(predicted: Mapping[str, object], x: Scale, strip: float) -> list[Markup]:
    """Hollow triangles above the strip where the schedule expected each turn."""
    parts = []
    for key in ("pending", "firing", "delivered", "resolved", "resolve_delivered"):
        at = number(predicted, key)
        if at is not None and x.low <= at <= x.high:
            middle = x.at(at)
            triangle = f"M{middle - 4:.1f} {strip - 8}h8l-4 6z"
            told = element("title", f"{_MARKS[key]} was predicted here")
            parts.append(element("path", told, d=triangle, class_="predicted"))
    return parts


def _label_rows(times: Mapping[str, float], x: Scale) -> dict[str, tuple[float, float, int]]:
    """For each mark its pixel, the middle of its label, and the first row in which that meets no other label."""
    ends: list[float] = []
    placed = {}
    start = times.get("injected", min(times.values(), default=0.0))
    for key, at in sorted(times.items(), key=lambda each: each[1]):
        half = len(_label(key, at - start)) * _LETTER / 2
        middle = min(max(x.at(at), x.start + half), x.end - half)
        row = next((n for n, end in enumerate(ends) if end + 8 < middle - half), len(ends))
        ends[row : row + 1] = [middle + half]
        placed[key] = (x.at(at), middle, row)
    return placed


def _label(key: str, since: float) -> str:
    return f"{_MARKS[key]} {since:+.0f} s" if key != "injected" else _MARKS[key]


def _labels(times: Mapping[str, float], rows: Mapping[str, tuple[float, float, int]], strip: float) -> list[Markup]:
    leads, labels = [], []
    start = times.get("injected", min(times.values(), default=0.0))
    for key, (exact, middle, row) in rows.items():
        y = strip + 28 + 15 * row
        leads.append(line(exact, strip + 13, exact, y - 10, "lead"))
        labels.append(words(middle, y, _label(key, times[key] - start), f"mark mark-{key}", "middle"))
    return [*leads, *labels]


def truth_plot(detail: Mapping[str, object], name: str) -> Markup:
    """The measurement over time against the true value and its tolerance; a single mark where there is one sample."""
    true, tolerance = number(detail, "true"), number(detail, "tolerance")
    samples = points(detail, "samples")
    if true is None or len(samples) < 2:
        return Markup()
    unit, around = text(detail, "unit"), tolerance or 0.0
    window = [at for at in sequence(detail, "window") if isinstance(at, int | float) and math.isfinite(at)]
    x = scale([*(at for at, _ in samples), *window], 56, 388, 0.02)
    y = scale([true - around, true + around, *(value for _, value in samples)], 112, 8, 0.15)
    parts = _y_axis(y, x, unit)
    if len(window) == 2:
        parts.append(box(x.at(window[0]), 8, x.at(window[1]), 112, "window"))
    parts.append(box(x.start, y.at(true - around), x.end, y.at(true + around), "band"))
    parts.append(line(x.start, y.at(true), x.end, y.at(true), "true"))
    parts.append(curve(samples, x, y, "value"))
    last = samples[-1][1]
    for at, value in samples if len(samples) <= _FEW else samples[-1:]:
        parts.append(element("circle", cx=x.at(at), cy=y.at(value), r=3.5, class_="dot"))
    parts += [words(x.at(at), 128, clock(at), "axis", "middle") for at in time_ticks(x, 4)]
    said = f"{name}: measured {with_unit(last, unit)}, true {with_unit(true, unit)} within {with_unit(around, unit)}"
    return picture(400, 134, said, parts)


def error_mark(detail: Mapping[str, object]) -> Markup:
    """Where the measurement lies within its tolerance: the middle is the truth, the shaded part is allowed."""
    true, measured, tolerance = (number(detail, key) for key in ("true", "measured", "tolerance"))
    if true is None or measured is None or not tolerance:
        return Markup()
    x = Scale(-2.0, 2.0, 2, 118)
    off = (measured - true) / tolerance
    parts = [
        line(2, 8, 118, 8, "grid"),
        box(x.at(-1), 3, x.at(1), 13, "band"),
        line(x.at(0), 1, x.at(0), 15, "true"),
        element("circle", cx=x.at(off), cy=8, r=4, class_="dot" if abs(off) <= 1 else "dot off"),
    ]
    return picture(120, 16, f"{off:+.2f} of the tolerance", parts)


def phases_plot(phases: Sequence[object]) -> Markup:
    """Each phase from its start for its length, with its prediction as an outline."""
    found = [phase for phase in phases if isinstance(phase, Mapping)]
    rows = [(text(p, "name"), number(p, "start"), number(p, "length"), number(p, "predicted")) for p in found]
    drawn = [(name, start, length, predicted) for name, start, length, predicted in rows if start is not None]
    ends = [start + max(length or 0, predicted or 0) for _, start, length, predicted in drawn]
    if not drawn or max(ends) <= 0:
        return Markup()
    x = Scale(0.0, max(ends) * 1.02, 112, 548)
    parts: list[Markup] = []
    for at in time_ticks(x, 5):
        parts.append(line(x.at(at), 4, x.at(at), 8 + 22 * len(drawn), "grid"))
        parts.append(words(x.at(at), 22 + 22 * len(drawn), clock(at) if at else "0", "axis", "middle"))
    for row, (name, start, length, predicted) in enumerate(drawn):
        top = 8 + 22 * row
        parts.append(words(104, top + 11, name[:18], "axis", "end"))
        parts.append(box(x.at(start), top, x.at(start + (length or 0)), top + 14, "phase"))
        if predicted is not None:
            parts.append(box(x.at(start), top - 1, x.at(start + predicted), top + 15, "outline"))
        after = x.at(start + max(length or 0, predicted or 0)) + 5
        fits = after < 510
        place = after if fits else x.at(start) - 5
        parts.append(words(place, top + 11, clock(length), "axis", "start" if fits else "end"))
    return picture(560, 30 + 22 * len(drawn), "Length of each phase, measured and predicted", parts)
