"""The recipe of a component: what its proof needs in running containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from obsboot.catalog.problems import CatalogueError, Keys, Problem, nearest
from obsboot.catalog.reading import Source
from obsboot.catalog.references import Wrong
from obsboot.catalog.scan import locate
from obsboot.model import Component, Fault, Recipe, Truth

NEEDED = {
    "workload": ("workload",),
    "exec": ("on", "do"),
    "stop": ("on",),
    "pause": ("on",),
    "disconnect": ("on",),
    "file": ("file",),
    "absent": (),
}
"""The fields without which a fault of a kind does nothing."""


def recipe(component: Component) -> Recipe:
    """What `live/recipe.yaml` says; an empty recipe where there is none. Templates (`<< >>`) are left as they are.

    Raises CatalogueError where it does not fit itself, or where a truth or an alert names what it lacks.
    """
    path = locate(component, "live/recipe.yaml")
    read = _read(path) if path.is_file() else Recipe()
    if found := [wrong.problem() for wrong in (*_inside(read, path), *_outside(read, component))]:
        raise CatalogueError(found)
    return read


@lru_cache(maxsize=64)
def _read(path: Path) -> Recipe:
    problems: list[Problem] = []
    read: Recipe | None = Source(path, problems).read(Recipe)
    if problems or read is None:
        raise CatalogueError(problems)
    return read


def _inside(recipe: Recipe, path: Path) -> Iterator[Wrong]:
    for workload in recipe.workloads.values():
        if (bool(workload.run), bool(workload.script), bool(workload.http)).count(True) != 1:
            at = ("workloads", workload.name)
            yield Wrong(path, at, f"workload {workload.name!r} has exactly one of `run`, `script` and `http`")
    for fault in recipe.faults.values():
        yield from _fault(recipe, path, fault)
    for pattern, stand_in in recipe.stand_ins.items():
        try:
            re.compile(pattern)
        except re.error as error:
            yield Wrong(path, ("stand_ins", pattern), f"{stand_in!r} stands in for what is no pattern: {error}")


def _fault(recipe: Recipe, path: Path, fault: Fault) -> Iterator[Wrong]:
    at = ("faults", fault.name)
    for key in NEEDED[fault.kind]:
        if not getattr(fault, key) and not (key == "do" and fault.script):
            yield Wrong(path, at, f"fault {fault.name!r} of kind {fault.kind} lacks {key!r}")
    for key, name in (("workload", fault.workload), ("instead_of", fault.instead_of)):
        if name and name not in recipe.workloads:
            yield Wrong(path, (*at, key), f"there is no workload {name!r}", nearest(name, recipe.workloads))


def _outside(recipe: Recipe, component: Component) -> Iterator[Wrong]:
    for signal in component.signals.values():
        if signal.truth:
            yield from _truth(recipe, component.place.path, ("signals", signal.name, "truth"), signal.truth)
    for alert in component.alerts.values():
        if alert.fault and alert.fault not in recipe.faults:
            advice = nearest(alert.fault, recipe.faults)
            yield Wrong(alert.place.path, (alert.name, "fault"), f"there is no fault {alert.fault!r}", advice)


def _truth(recipe: Recipe, path: Path, at: Keys, truth: Truth) -> Iterator[Wrong]:
    workload = recipe.workloads.get(truth.workload)
    if workload is None:
        advice = nearest(truth.workload, recipe.workloads)
        yield Wrong(path, (*at, "workload"), f"there is no workload {truth.workload!r}", advice)
        return
    for name in truth.parameters:
        if name not in workload.parameters:
            advice = nearest(name, workload.parameters)
            yield Wrong(path, (*at, "parameters", name), f"{workload.name!r} has no parameter {name!r}", advice)
