"""Grafana's variables put into a panel's query as Grafana puts them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from obsboot.live.clock import Clock, duration
from obsboot.promql import PromqlError, Rewrite, rewrite
from obsboot.promql.rewriting import normal

RATE_INTERVAL = "$__rate_interval"
_STAND_IN = 96508800.0
"""1117 days, which no query spells: it stands for the variable while the query is parsed."""

_VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")


def rate_interval(step: float, scrape: float) -> float:
    """Seconds of `$__rate_interval` at a step between points and the data source's scrape interval.

    Source: Grafana's documentation, max($__interval + scrape interval, 4 * scrape interval).
    """
    return max(step + scrape, 4 * scrape)


def resolved(query: str, names: Mapping[str, str], window: float) -> str:
    """`query` as Grafana sends it: `window` seconds for `$__rate_interval`, a name's value for each other variable."""
    text = query.replace(RATE_INTERVAL, duration(window)).replace("${__rate_interval}", duration(window))

    def value(found: re.Match[str]) -> str:
        return names.get(found[1] or found[2], found[0])

    return _VARIABLE.sub(value, text)


def scaled_panel(query: str, clock: Clock, wall: frozenset[str]) -> str:
    """`query` with the windows that it spells out divided by the factor; one that does not parse is left alone."""
    try:
        text = query.replace(RATE_INTERVAL, f"{int(_STAND_IN)}s")
        if not _spelt(text) or normal(text) in wall:
            return query
        return rewrite(text, Rewrite(duration=lambda seconds: _window(seconds, clock)))
    except PromqlError:
        return query


def normal_panel(query: str) -> str:
    """The one spelling of a panel's query, by which it is found; the query itself where it does not parse."""
    try:
        return normal(query.replace(RATE_INTERVAL, f"{int(_STAND_IN)}s"))
    except PromqlError:
        return query


def _spelt(text: str) -> bool:
    """Whether the query spells out a window of its own."""
    return bool(re.search(r"\[|offset", text.replace(f"[{int(_STAND_IN)}s]", "")))


def _window(seconds: float, clock: Clock) -> str:
    return RATE_INTERVAL if seconds == _STAND_IN else duration(clock.scaled(seconds))
