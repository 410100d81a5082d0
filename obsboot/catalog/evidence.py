"""The rules of the sweep that ask whether what the catalogue says can be shown: PromQL, recordings, replays, proofs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from obsboot.catalog.inventory import SCRAPED, Inventory, inventory, merge
from obsboot.catalog.problems import Keys, nearest
from obsboot.catalog.recipes import recipe
from obsboot.catalog.references import Wrong
from obsboot.catalog.scan import Catalogue, locate
from obsboot.model import Alert, Component, Recipe, Record, Replay, Signal
from obsboot.promql import PromqlError, Selector, selectors

_ADDED = frozenset({"job", "instance", "service", "team", "environment", "__name__"})
"""Labels that the pack gives to every series, so that no recording holds them."""


def expressions_parse(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every expression is PromQL, and leaves `job` and `instance` to the engine."""
    for signal in component.signals.values():
        for at, expr in _expressions(signal):
            try:
                found = selectors(expr)
            except PromqlError as error:
                yield Wrong(component.place.path, at, f"this is no PromQL: {error}")
                continue
            for matcher in {m.name for selector in found for m in selector.matchers} & {"job", "instance"}:
                advice = "the engine adds it to every selector"
                yield Wrong(component.place.path, at, f"the expression matches {matcher!r} itself", advice)


def metrics_are_recorded(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every metric and label is in a recording of some component, or `unrecorded` says why it cannot be."""
    path, everything, records = component.place.path, _everything(catalogue), _records(catalogue)
    added = _ADDED | _relabelled(catalogue)
    uses_metrics = any(_selectors(signal) for signal in component.signals.values())
    if uses_metrics and not inventory(component).families and component.kind != "platform":
        advice = f"`obsboot catalog record {component.id}` makes it"
        yield Wrong(path, (), f"{component.id} has no recording under metrics/", advice)
        return
    for signal in component.signals.values():
        wanting = [wrong for s in _selectors(signal) for wrong in _missing(s, everything, records, added)]
        if signal.unrecorded and not wanting:
            at = ("signals", signal.name, "unrecorded")
            yield Wrong(path, at, f"everything that {signal.name!r} asks for is recorded: nothing to excuse")
        for message, advice in () if signal.unrecorded else dict.fromkeys(wanting):
            yield Wrong(path, ("signals", signal.name, "expr"), f"signal {signal.name!r}: {message}", advice)
    for alert in component.alerts.values():
        for key, window in (("window", alert.window), ("also_window", alert.also_window)):
            for name in _exchanged(component.signals[alert.signal], window) - set(records):
                yield Wrong(alert.place.path, (alert.name, key), f"nothing records {name!r}", nearest(name, records))


def replays_feed_their_signal(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """A replay gives series that the alert's expression reads; what it does not read proves nothing."""
    for alert in component.alerts.values():
        signal = component.signals.get(alert.signal)
        if alert.replay and signal and _selectors(signal):
            yield from _replay(catalogue, signal, alert, alert.replay)


def recipe_holds(catalogue: Catalogue, component: Component) -> Iterator[Wrong]:
    """The recipe fits the component, its scripts are there, and each fault is of use to an alert."""
    read, path = recipe(component), locate(component, "live/recipe.yaml")
    yield from _containers(read, path, {*read.containers, *component.containers, "exporter", *catalogue})
    alerts = {name for other in catalogue.components.values() for name in other.alerts}
    named = {("workloads", w.name, "script"): w.script for w in read.workloads.values()}
    named |= {("faults", f.name, "script"): f.script for f in read.faults.values()}
    named |= {("containers", c.name, "build"): c.build for c in read.containers.values()}
    for keys, script in named.items():
        if script and "<<" not in script and not locate(component, f"live/{script}").exists():
            yield Wrong(path, keys, f"there is no live/{script}")
    if component.kind == "service" and read.containers and not any(c.reference for c in read.containers.values()):
        advice = "say `reference: true` of it"
        yield Wrong(path, ("containers",), "no container is the one that a user's own service replaces", advice)
    used = {alert.fault for alert in component.alerts.values()}
    for fault in read.faults.values():
        if fault.name not in used:
            advice = "name it in an alert, or remove it"
            yield Wrong(path, ("faults", fault.name), f"no alert uses the fault {fault.name!r}", advice)
        for name in fault.also:
            if name not in alerts and "<<" not in name:
                at = ("faults", fault.name, "also")
                yield Wrong(path, at, f"there is no alert {name!r}", nearest(name, alerts))


def signals_can_be_proven(_: Catalogue, component: Component) -> Iterator[Wrong]:
    """Every signal has a truth, an alert (which has a fault, or says why not), or a reason for having neither."""
    alerting = {alert.signal for alert in component.alerts.values()}
    for signal in component.signals.values():
        if not (signal.truth or signal.name in alerting or signal.no_truth or signal.reserve):
            advice = "give it a truth, an alert, or a reason with `no_truth`"
            at = ("signals", signal.name)
            yield Wrong(component.place.path, at, f"nothing can prove the signal {signal.name!r}", advice)


def _containers(read: Recipe, path: Path, known: set[str]) -> Iterator[Wrong]:
    """Everything runs in a container of the recipe or the pack, or in that of another component."""
    named: dict[Keys, str] = {("setup", index, "on"): step.on for index, step in enumerate(read.setup)}
    named |= {("workloads", w.name, "on"): w.on for w in read.workloads.values()}
    named |= {("faults", f.name, "on"): f.on for f in read.faults.values() if f.on}
    for at, name in named.items():
        if name not in known and "<<" not in name:
            yield Wrong(path, at, f"there is no container {name!r}", nearest(name, known))


def _expressions(signal: Signal) -> Iterator[tuple[Keys, str]]:
    yield ("signals", signal.name, "expr"), signal.expr
    if signal.traffic:
        yield ("signals", signal.name, "traffic", "expr"), signal.traffic.expr


def _selectors(signal: Signal) -> tuple[Selector, ...]:
    """The series that it selects, answers left out; nothing where it is no PromQL, which is another rule's finding."""
    try:
        found = tuple(selector for _, expr in _expressions(signal) for selector in selectors(expr))
    except PromqlError:
        return ()
    return tuple(selector for selector in found if selector.name and not selector.name.startswith("answer:"))


@lru_cache(maxsize=4)
def _everything(catalogue: Catalogue) -> Inventory:
    return merge(inventory(component) for component in catalogue.components.values())


@lru_cache(maxsize=4)
def _records(catalogue: Catalogue) -> dict[str, Signal]:
    """The name of each recording rule, and the signal that it records."""
    signals = (signal for component in catalogue.components.values() for signal in component.signals.values())
    return {name: signal for signal in signals if signal.record for name in _recorded(signal.record)}


def _recorded(record: Record) -> Iterator[str]:
    yield from (record.name + window for window in record.windows or ("",))


def _exchanged(signal: Signal, window: str) -> set[str]:
    """The records over `window` that an alert on the signal reads in place of those over the usual window."""
    names = {s.name for s in _selectors(signal) if ":" in s.name and s.name.endswith("5m")}
    return {name.removesuffix("5m") + window for name in names} if window and not signal.record else set()


def _relabelled(catalogue: Catalogue) -> frozenset[str]:
    """Labels that the scrape of some component sets by relabelling."""
    scrapes = (component.scrape for component in catalogue.components.values() if component.scrape)
    return frozenset(str(rule["target_label"]) for each in scrapes for rule in each.relabel if "target_label" in rule)


def _missing(
    selector: Selector, known: Inventory, records: dict[str, Signal], added: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What of the selector no recording holds, as message and advice."""
    if selector.name in SCRAPED or selector.name in records:
        return
    if selector.name not in known:
        names = (*known.families, *records)
        yield f"no recording holds the metric {selector.name!r}", nearest(selector.name, names) if names else ""
        return
    labels = known.labels(selector.name) | added
    for matcher in selector.matchers:
        if matcher.name not in labels and matcher.op == "=" and matcher.value:
            advice = nearest(matcher.name, labels - _ADDED)
            yield f"{selector.name!r} has no label {matcher.name!r} in any recording", advice


def _replay(catalogue: Catalogue, signal: Signal, alert: Alert, replay: Replay) -> Iterator[Wrong]:
    path, at = alert.place.path, (alert.name, "replay")
    read = _closure(catalogue, signal).union(*(_exchanged(signal, w) for w in (alert.window, alert.also_window)))
    for side, series in (("good", replay.good), ("bad", replay.bad)):
        for key in series:
            try:
                found = selectors(key)
            except PromqlError as error:
                yield Wrong(path, (*at, side, key), f"{key!r} is no series: {error}")
                continue
            if len(found) != 1 or found[0].range is not None or any(m.op != "=" for m in found[0].matchers):
                yield Wrong(path, (*at, side, key), f"{key!r} is no single series", 'a name and {label="value"} pairs')
            elif found[0].name not in read:
                advice = nearest(found[0].name, read)
                yield Wrong(path, (*at, side, key), f"{alert.name} does not read {found[0].name!r}", advice)
    if dict(replay.good) == dict(replay.bad):
        yield Wrong(path, at, "the good and the bad time are the same, so this replay shows nothing")


def _closure(catalogue: Catalogue, signal: Signal) -> set[str]:
    """All metrics that the signal reads, also through what other signals record."""
    records, waiting, read = _records(catalogue), [signal], set[str]()
    while waiting:
        for name in {selector.name for selector in _selectors(waiting.pop())} - read:
            read.add(name)
            if name in records:
                waiting.append(records[name])
    return read | SCRAPED
