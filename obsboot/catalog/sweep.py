"""What every component of the catalogue has to fulfil, beyond being readable: the rules of `obsboot catalog check`.

Each rule is a function that yields what is wrong with one component; the tests sweep every rule over every id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from obsboot.catalog import evidence, logsweep
from obsboot.catalog.problems import CatalogueError, Keys, Problem, nearest, shown
from obsboot.catalog.references import Wrong
from obsboot.catalog.scan import Catalogue, locate
from obsboot.model import Component, Finding

Rule = Callable[[Catalogue, Component], Iterator[Wrong]]

_FOUND = frozenset({"version", "address", "role", "port"})
"""What a clue may find beside the answers to questions."""


def same_ids(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """A technology has a component, a dashboard and alerts."""
    if component.dashboard is None:
        yield Wrong(component.place.path, (), f"there is no dashboards/{component.id}.yaml", "every component has one")
    if not any((root / "alerts" / f"{component.id}.yaml").is_file() for root in catalogue.roots):
        yield Wrong(component.place.path, (), f"there is no alerts/{component.id}.yaml", "{} says that there are none")


def signals_are_shown(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every signal is on a panel or in an alert, or says why not; never both."""
    rows = component.dashboard.rows if component.dashboard else ()
    used = {name for row in rows for panel in row.panels for name in panel.signals}
    used |= {alert.signal for alert in component.alerts.values()}
    for signal in component.signals.values():
        at = ("signals", signal.name)
        if signal.name not in used and not signal.reserve:
            advice = "show it, or say why not with `reserve`"
            yield Wrong(component.place.path, at, f"signal {signal.name!r} is on no panel and in no alert", advice)
        if signal.name in used and signal.reserve:
            yield Wrong(component.place.path, (*at, "reserve"), f"signal {signal.name!r} is shown: nothing to excuse")


def units_are_known(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """Grafana knows every unit."""
    for signal in component.signals.values():
        if signal.unit not in grafana_units():
            advice = nearest(signal.unit, grafana_units()) if len(signal.unit) > 2 else "see grafana-units.txt"
            at = ("signals", signal.name, "unit")
            yield Wrong(component.place.path, at, f"Grafana has no unit {signal.unit!r}", advice)


def ports_are_unique(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """No two exporters want the same port."""
    port = component.exporter.port if component.exporter else 0
    for other in catalogue.components.values():
        if port and other.exporter and other.id != component.id and other.exporter.port == port:
            yield Wrong(component.place.path, ("exporter", "port"), f"port {port} is the exporter's of {other.id!r}")


def series_are_its_own(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """No metric name can belong to two components."""
    for prefix in component.series:
        for other in catalogue.components.values():
            if other.id != component.id and any(prefix.startswith(theirs) for theirs in other.series):
                yield Wrong(component.place.path, ("series",), f"series {prefix!r} belong to {other.id!r} already")


def files_exist(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every template that the component names is there."""
    for index, file in enumerate(component.files):
        if not locate(component, file.template).is_file():
            at = ("files", index, "template")
            yield Wrong(component.place.path, at, f"there is no file {file.template!r} in the component's folder")


def clues_can_be_followed(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every clue looks somewhere, its pattern compiles, and what it finds is an answer that somebody asks for."""
    known = {*_FOUND, *component.questions, *catalogue.questions}
    for index, clue in enumerate(component.clues):
        if bool(clue.image) == bool(clue.pattern and clue.files):
            message = "a clue has either `image`, or `files` and `pattern`"
            yield Wrong(component.place.path, ("clues", index), message)
        for key, pattern in (("image", clue.image), ("pattern", clue.pattern)):
            yield from _pattern(component.place.path, ("clues", index, key), pattern, known)


def _pattern(path: Path, at: Keys, pattern: str, known: set[str]) -> Iterator[Wrong]:
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        yield Wrong(path, at, f"{pattern!r} is no regular expression: {error}")
        return
    for group in groups:
        if group not in known:
            yield Wrong(path, at, f"it finds {group!r}, which is nobody's answer", nearest(group, known))


def summaries_are_plain(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """A summary is one sentence that reads the same for every instance."""
    for alert in component.alerts.values():
        if any(mark in alert.summary for mark in ("{{", "$", "\n")):
            advice = "the engine adds value, instance and links"
            yield Wrong(alert.place.path, (alert.name, "summary"), f"the summary of {alert.name} has variables", advice)


RULES: Mapping[str, Rule] = {
    "catalogue/same-ids": same_ids,
    "catalogue/shown": signals_are_shown,
    "catalogue/units": units_are_known,
    "catalogue/ports": ports_are_unique,
    "catalogue/series": series_are_its_own,
    "catalogue/files": files_exist,
    "catalogue/clues": clues_can_be_followed,
    "catalogue/summaries": summaries_are_plain,
    "catalogue/log-format": logsweep.formats_compile,
    "catalogue/log-fields": logsweep.fields_are_declared,
    "catalogue/log-samples": logsweep.samples_are_read,
    "catalogue/log-signals": logsweep.log_signals_hold,
    "catalogue/log-alerts": logsweep.log_alerts_hold,
    "catalogue/promql": evidence.expressions_parse,
    "catalogue/recorded": evidence.metrics_are_recorded,
    "catalogue/replay": evidence.replays_feed_their_signal,
    "catalogue/recipe": evidence.recipe_holds,
    "catalogue/proof": evidence.signals_can_be_proven,
}


def sweep(catalogue: Catalogue, ids: Collection[str] = ()) -> tuple[Finding, ...]:
    """Everything that any rule finds in the components `ids`, or in the whole catalogue, in the order of the ids."""
    examined = [component for id_, component in catalogue.items() if not ids or id_ in ids]
    parts = (examine(rule, catalogue, component) for component in examined for rule in RULES)
    return (*(() if ids else incomplete(catalogue)), *chain.from_iterable(parts))


def examine(rule: str, catalogue: Catalogue, component: Component) -> tuple[Finding, ...]:
    """What one rule finds in one component."""
    try:
        problems = [wrong.problem() for wrong in RULES[rule](catalogue, component)]
    except CatalogueError as error:
        problems = list(error.problems)
    return tuple(as_finding(rule, problem) for problem in problems)


def incomplete(catalogue: Catalogue) -> tuple[Finding, ...]:
    """Folders under templates/components that hold no component."""
    folders = chain.from_iterable((root / "templates" / "components").glob("*/") for root in catalogue.roots)
    lacking = sorted(f for f in folders if not f.name.startswith(".") and f.name not in catalogue.components)
    problems = (Problem(f, 0, 0, "the folder has no component.yaml", "add it, or remove the folder") for f in lacking)
    return tuple(as_finding("catalogue/same-ids", problem) for problem in problems)


def as_finding(rule: str, problem: Problem) -> Finding:
    """The problem in the words of all checks."""
    return Finding(rule, "error", shown(problem.path), problem.line, problem.message, fix=problem.fix)


@cache
def grafana_units() -> frozenset[str]:
    """The ids of all units that Grafana can show, `none` and `short` among them."""
    lines = (Path(__file__).parent / "grafana-units.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
