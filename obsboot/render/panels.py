"""One Grafana panel from the signals it shows. Schema and panel types are those that Grafana 10, 11 and 12 share."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from obsboot.model import Instance, Signal, Stack
from obsboot.promql import PromqlError, fitted, grouping
from obsboot.render.rules import active, operator, threshold
from obsboot.render.views import for_panel

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLOURS = {"critical": "red", "warning": "orange", "info": "blue", "none": "blue"}
Drawn = dict[str, object]


@dataclass(frozen=True, slots=True)
class View:
    """What a panel shows: signals of instances under one title. `question` is its description."""

    title: str
    question: str
    shape: str
    signals: tuple[tuple[Instance, Signal], ...]
    none: str = ""
    links: tuple[tuple[str, str], ...] = ()
    variables: bool = True
    """Whether `$job` and `$instance` select what is shown; the overview shows fixed jobs instead."""


def panel(stack: Stack, view: View, place: dict[str, int]) -> Drawn:
    """The panel's JSON at a grid position. Its id comes from its title, so that a new neighbour moves nothing."""
    drawn: Drawn = {
        "id": zlib.crc32(f"{view.title}/{view.shape}".encode()) % 1_000_000 + 1,
        "type": view.shape,
        "title": view.title,
        "description": _description(view),
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": _targets(stack, view),
        "fieldConfig": {"defaults": _defaults(stack, view), "overrides": []},
        "options": _options(view.shape),
    }
    if view.shape == "table":
        drawn["transformations"] = [_without_time()]
    if view.links:
        drawn["links"] = [{"title": title, "url": url} for title, url in view.links]
    return drawn


def _description(view: View) -> str:
    empty = dict.fromkeys(signal.empty for _, signal in view.signals if signal.empty)
    return "\n\n".join([view.question, *(f"Empty when: {text}" for text in empty)])


def _targets(stack: Stack, view: View) -> list[Drawn]:
    many = len({signal.name for _, signal in view.signals}) > 1
    return [
        {
            "refId": _ref(number),
            "datasource": DATASOURCE,
            "expr": _expr(stack, view, instance, signal),
            "legendFormat": _legend(view, instance, signal, many),
            "range": view.shape not in ("stat", "gauge", "table", "bargauge"),
            "instant": view.shape in ("stat", "gauge", "table", "bargauge"),
            **({"format": "table"} if view.shape == "table" else {}),
        }
        for number, (instance, signal) in enumerate(view.signals)
    ]


def _expr(stack: Stack, view: View, instance: Instance, signal: Signal) -> str:
    text = for_panel(signal.expr, stack, instance)
    if not view.variables:
        text = text.replace('job=~"$job"', f'job="{instance.job}"')
        text = re.sub(r',?instance=~"\$instance"', "", text)
    return laid_out(text)


_STAND_INS = (("$__rate_interval", "18615d"), ('=~"$', '!="$'))


def laid_out(text: str) -> str:
    """The expression over lines; something plain stands in for Grafana's variables while the parser looks.

    It would refuse them as durations, and build a regular expression of each matcher, which takes most of its time.
    """
    plain = text
    for variable, stand_in in _STAND_INS:
        plain = plain.replace(variable, stand_in)
    try:
        laid = fitted(plain)
    except PromqlError:
        return text
    for variable, stand_in in _STAND_INS:
        laid = laid.replace(stand_in, variable)
    return laid


def _legend(view: View, instance: Instance, signal: Signal, many: bool) -> str:
    label = signal.legend or _label(signal)
    name = instance.id if not view.variables else ""
    parts = [part for part in (name, signal.title if many else "", label) if part]
    return " ".join(parts) or signal.title


def _label(signal: Signal) -> str:
    labels = grouping(signal.expr)
    extra = [label for label in labels or () if label not in ("job", "instance", "service", "environment")]
    shown = extra or (["instance"] if labels is None or "instance" in labels else [])
    return " ".join("{{" + label + "}}" for label in shown)


def _ref(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{_ref(number - 26)}"


def _defaults(stack: Stack, view: View) -> Drawn:
    signal = view.signals[0][1]
    steps, worse_below = limits(stack, ((i, s.name) for i, s in view.signals))
    defaults: Drawn = {
        "unit": signal.unit,
        "noValue": view.none or signal.empty or "No data: look at the scrape target.",
        "color": {"mode": "palette-classic" if view.shape == "timeseries" else "thresholds"},
        "thresholds": {"mode": "absolute", "steps": _steps(steps, worse_below)},
    }
    if signal.unit == "percentunit":
        defaults |= {"min": 0, "max": 1}
    elif signal.better != "none" or signal.clock == "rate":
        defaults |= {"min": 0}
    if signal.unit in ("bool_on_off", "bool_yes_no", "bool"):
        defaults |= {"unit": "none", "mappings": [_up_down()], "min": 0, "max": 1}
    if view.shape == "timeseries":
        defaults["custom"] = _lines(bool(steps))
    return defaults


def limits(stack: Stack, uses: Iterable[tuple[Instance, str]]) -> tuple[list[tuple[float, str]], bool]:
    """The thresholds of the alerts on these signals as (number, colour), and whether below them is worse."""
    found: dict[float, str] = {}
    below = False
    for instance, name in uses:
        for alert in active(stack, instance):
            if alert.signal == name and operator(alert) != "==":
                found.setdefault(threshold(stack, instance, alert), _COLOURS[alert.severity])
                below = operator(alert) == "<"
    return sorted(found.items()), below


def _steps(found: Sequence[tuple[float, str]], worse_below: bool) -> list[Drawn]:
    if not found:
        return [{"color": "green", "value": None}]
    if not worse_below:
        return [{"color": "green", "value": None}, *({"color": c, "value": v} for v, c in found)]
    colours = [colour for _, colour in found]
    after = [*colours[1:], "green"]
    later = [{"color": colour, "value": value} for (value, _), colour in zip(found, after, strict=True)]
    return [{"color": colours[0], "value": None}, *later]


def _lines(with_limits: bool) -> Drawn:
    return {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 8,
        "showPoints": "never",
        "spanNulls": False,
        "thresholdsStyle": {"mode": "line" if with_limits else "off"},
    }


def _options(shape: str) -> Drawn:
    reduce = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    match shape:
        case "timeseries":
            legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case "stat":
            return {"reduceOptions": reduce, "colorMode": "value", "graphMode": "none", "textMode": "auto"}
        case "gauge":
            return {"reduceOptions": reduce, "showThresholdMarkers": True, "showThresholdLabels": False}
        case "bargauge":
            return {"reduceOptions": reduce, "displayMode": "basic", "orientation": "horizontal"}
        case "state-timeline":
            return {"mergeValues": True, "showValue": "never", "legend": {"showLegend": False}}
        case _:
            return {"showHeader": True, "cellHeight": "sm"}


def _up_down() -> Drawn:
    down, up = {"text": "down", "color": "red", "index": 0}, {"text": "up", "color": "green", "index": 1}
    return {"type": "value", "options": {"0": down, "1": up}}


def _without_time() -> Drawn:
    hidden = ("Time", "job", "service", "team", "environment", "__name__")
    return {"id": "organize", "options": {"excludeByName": dict.fromkeys(hidden, True), "renameByName": {}}}
