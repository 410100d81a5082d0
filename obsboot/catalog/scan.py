"""From folders to the catalogue: which files there are, and which root's file counts."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from obsboot.catalog.logformats import formats
from obsboot.catalog.problems import CatalogueError, Problem
from obsboot.catalog.reading import Source
from obsboot.catalog.references import wrongs
from obsboot.model import (
    Alert,
    Component,
    Dashboard,
    LogAlert,
    LogField,
    Migration,
    ObsbootError,
    Overview,
    Place,
    Point,
    Question,
)

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PLACES = ("templates", "dashboards", "alerts")
_OVERVIEW = "overview"


@dataclass(frozen=True)
class Catalogue(Mapping[str, Component]):
    """Every technology by its id, in alphabetical order, and what the pack as a whole has beside them.

    `questions` are asked once for the pack, `checklist` are the points of the performance review in their order,
    `overview` is the service dashboard, `log_fields` are what every log document has, and
    `fragments` the named expressions of all log formats, `migrations` what each version has renamed. Later `roots`
    override earlier ones, file by file.
    """

    components: Mapping[str, Component]
    questions: Mapping[str, Question]
    checklist: tuple[Point, ...]
    overview: Overview
    roots: tuple[Path, ...]
    log_fields: Mapping[str, LogField] = field(default_factory=dict)
    fragments: Mapping[str, str] = field(default_factory=dict)
    migrations: Mapping[str, Migration] = field(default_factory=dict)

    def __getitem__(self, id_: str) -> Component:
        return self.components[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self.components)

    def __len__(self) -> int:
        return len(self.components)

    def __hash__(self) -> int:
        return hash(self.roots)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A point as the checklist file says it, under its group and id."""

    title: str
    how_to_look: str
    runtime: bool = True


def own_root() -> Path:
    """Where obsboot's own catalogue is: in the installed package, or in the checkout around it."""
    return _root_beside(__file__)


@cache
def _root_beside(module: str) -> Path:
    package = Path(module).resolve().parent.parent
    for root in (package / "_data", package.parent):
        if (root / "templates" / "components").is_dir() and (root.name == "_data" or _is_checkout(root)):
            return root
    raise ObsbootError(
        f"obsboot's own catalogue is missing: {package / '_data'} and {package.parent} hold no templates/components",
        fix="install obsboot again, or run it from a complete checkout",
    )


def load(roots: Sequence[Path] | None = None) -> Catalogue:
    """The catalogue of all `roots`, by default obsboot's own. Raises CatalogueError with every problem in it."""
    with _undisturbed():
        return _loaded([own_root()] if roots is None else roots)


def _loaded(roots: Sequence[Path]) -> Catalogue:
    where = _existing(roots)
    problems: list[Problem] = []
    questions = _merged(where, "templates/pack/questions.yaml", Mapping[str, Question], problems)
    entries = _merged(where, "templates/pack/checklist.yaml", Mapping[str, Mapping[str, _Entry]], problems)
    overview = _overview(where, problems)
    fragments = _merged(where, "templates/pack/fragments.yaml", Mapping[str, str], problems)
    log_fields = _merged(where, "templates/pack/log_fields.yaml", Mapping[str, LogField], problems)
    migrations = _merged(where, "templates/pack/migrations.yaml", Mapping[str, Migration], problems)
    components = {id_: _component(id_, where, problems) for id_ in _ids(where, problems)}
    log_questions = _merged(where, "templates/pack/log_questions.yaml", Mapping[str, Question], problems)
    components = {id_: c and _logging(c, fragments, log_questions, problems) for id_, c in components.items()}
    if problems or overview is None:
        raise CatalogueError(problems)
    catalogue = Catalogue(
        components={id_: component for id_, component in components.items() if component},
        questions=questions,
        checklist=tuple(_points(entries)),
        overview=overview,
        roots=where,
        log_fields=log_fields,
        fragments=fragments,
        migrations=migrations,
    )
    if found := [wrong.problem() for wrong in wrongs(catalogue)]:
        raise CatalogueError(found)
    return catalogue


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without garbage collection: it would search thousands of new objects, all of which stay (a third of the time)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def locate(component: Component, relative: str) -> Path:
    """A file of the component, out of the root that counts most; its own home where none has it."""
    found = (home / relative for home in component.homes if (home / relative).exists())
    return next(found, component.home / relative)


def data_file(relative: str) -> Path:
    """One of obsboot's own data files: `templates/pack/README.md.jinja`."""
    return own_root() / relative


def _existing(roots: Sequence[Path]) -> tuple[Path, ...]:
    for root in roots:
        if not any((root / place).is_dir() for place in _PLACES):
            raise ObsbootError(
                f"{root} is no catalogue: it holds none of {', '.join(f'{place}/' for place in _PLACES)}",
                fix="name the folder that holds them",
            )
    return tuple(root.resolve() for root in roots)


def _is_checkout(root: Path) -> bool:
    return (root / "pyproject.toml").is_file()


def _homes(roots: tuple[Path, ...], id_: str) -> tuple[Path, ...]:
    folders = (root / "templates" / "components" / id_ for root in reversed(roots))
    return tuple(folder for folder in folders if folder.is_dir())


def _ids(roots: tuple[Path, ...], problems: list[Problem]) -> list[str]:
    """The ids of all components; a folder with another name, and a view without a component, is a problem."""
    folders = [folder for root in roots for folder in _listed(root / "templates" / "components") if folder.is_dir()]
    known = {folder.name for folder in folders}
    views = [view for root in roots for view in _views(root) if view.stem not in known]
    advice = "a file's name is a component's id"
    problems += [Problem(view, 0, 0, f"there is no component {view.stem!r}", advice) for view in views]
    for folder in folders:
        if not _ID.fullmatch(folder.name):
            advice = "lower-case letters, digits and dashes, a letter first"
            problems.append(Problem(folder, 0, 0, f"{folder.name!r} cannot be an id", advice))
    return sorted(known)


def _views(root: Path) -> Iterator[Path]:
    """The dashboards and alerts of components: all but the overview, which is nobody's."""
    for path in chain(_listed(root / "dashboards"), _listed(root / "alerts")):
        if path.suffix == ".yaml" and path != root / "dashboards" / f"{_OVERVIEW}.yaml":
            yield path


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _last(roots: tuple[Path, ...], relative: str) -> Path | None:
    return next((root / relative for root in reversed(roots) if (root / relative).is_file()), None)


def _component(id_: str, roots: tuple[Path, ...], problems: list[Problem]) -> Component | None:
    homes = _homes(roots, id_)
    path = next((home / "component.yaml" for home in homes if (home / "component.yaml").is_file()), None)
    if path is None:
        return None
    component: Component | None = Source(path, problems).read(Component, id=id_, home=path.parent, homes=homes)
    dashboard = alerts = None
    if file := _last(roots, f"dashboards/{id_}.yaml"):
        dashboard = Source(file, problems).read(Dashboard)
    if file := _last(roots, f"alerts/{id_}.yaml"):
        alerts = Source(file, problems).read(Mapping[str, Alert | LogAlert])
    return component and replace(component, dashboard=dashboard, **_by_kind(alerts or {}))


def _by_kind(alerts: Mapping[str, Alert | LogAlert]) -> dict[str, Any]:
    """Alerts on signals and alerts on log signals, which stand in one file."""
    on_logs = {name: alert for name, alert in alerts.items() if isinstance(alert, LogAlert)}
    return {"alerts": {name: a for name, a in alerts.items() if name not in on_logs}, "log_alerts": on_logs}


def _logging(
    component: Component, fragments: Mapping[str, str], asked: Mapping[str, Question], problems: list[Problem]
) -> Component:
    """The component with its log formats; where it has any, it is asked where its log is."""
    logs = formats(component, fragments, problems)
    return replace(component, logs=logs, questions={**asked, **component.questions}) if logs else component


def _overview(roots: tuple[Path, ...], problems: list[Problem]) -> Overview | None:
    if file := _last(roots, f"dashboards/{_OVERVIEW}.yaml"):
        return Source(file, problems).read(Overview)  # type: ignore[no-any-return]
    return Overview(title="Service overview", rows=(), place=Place(roots[0] / "dashboards" / f"{_OVERVIEW}.yaml", 1))


def _merged(roots: tuple[Path, ...], relative: str, hint: Any, problems: list[Problem]) -> dict[str, Any]:
    """A pack-wide file of all roots together: an entry of a later root replaces the earlier one of its name."""
    merged: dict[str, Any] = {}
    for root in roots:
        if (root / relative).is_file():
            merged |= Source(root / relative, problems).read(hint) or {}
    return merged


def _points(entries: Mapping[str, Mapping[str, _Entry]]) -> Iterator[Point]:
    for group, points in entries.items():
        for id_, point in points.items():
            yield Point(id_, group, point.title, point.how_to_look, point.runtime)
