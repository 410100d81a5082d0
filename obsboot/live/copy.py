"""The run's copy of the pack: the files on disk with a closed list of changes made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from obsboot.live.changes import Change, Document, apply
from obsboot.live.clock import Clock, clock
from obsboot.live.edits.boards import dashboard, datasource
from obsboot.live.edits.compose import Surroundings, compose
from obsboot.live.edits.notify import notify
from obsboot.live.edits.rules import Lowered, rules
from obsboot.live.edits.scrape import scrape
from obsboot.live.variables import normal_panel
from obsboot.model import Alert, Exit, Instance, ObsbootError, Pack, Stack
from obsboot.promql import PromqlError, seconds_of, windows
from obsboot.promql.rewriting import normal
from obsboot.render.rules import active, expression, override
from obsboot.render.views import for_panel

_PRIVATE = (".env", "secrets")
"""What is never copied: the run has secrets of its own."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The pack's files (paths relative to the repository), the changes, and the texts with the changes made."""

    files: Mapping[str, bytes]
    changes: tuple[Change, ...]
    clock: Clock
    texts: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the copy, readable by the unprivileged users of containers whatever the umask."""
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.texts[path].encode() if path in self.texts else data)
        for entry in (folder, *folder.rglob("*")):
            entry.chmod(0o755 if entry.is_dir() or entry.suffix == ".sh" else 0o644)


def read(pack: Pack) -> dict[str, bytes]:
    """The pack's files as they stand on disk, by their path in the repository; no secrets.

    Raises ObsbootError where there is none, or a link leads out of the repository.
    """
    top = pack.root / pack.stack.directory
    if not top.is_dir():
        raise ObsbootError(f"{top}: there is no pack to prove", fix="write one with `obsboot init`", code=Exit.USAGE)
    files: dict[str, bytes] = {}
    for path in sorted(top.rglob("*")):
        inside = path.relative_to(top)
        if inside.parts[0] in _PRIVATE or not path.is_file():
            continue
        if not path.resolve().is_relative_to(pack.root.resolve()):
            raise ObsbootError(f"{path}: the link leads out of the repository", fix="put the file itself there")
        files[path.relative_to(pack.root).as_posix()] = path.read_bytes()
    return files


def copy(pack: Pack, speed: float, around: Callable[[Clock], Surroundings]) -> Copy:
    """The copy of the pack at `speed` (lowered where a window would hold too few scrapes)."""
    files = read(pack)
    documents = _documents(files)
    wall = _wall(pack.stack)
    at = _clock(pack.stack, documents, speed, wall)
    edits = _Edits(pack.stack, around(at), wall, _lowered(pack.stack))
    changes = tuple(change for document in documents.values() for change in edits.of(document))
    texts = {path: apply(doc.text, [c for c in changes if c.path == path]) for path, doc in documents.items()}
    return Copy(files, changes, at, texts)


def _documents(files: Mapping[str, bytes]) -> dict[str, Document]:
    """The files that may be changed, parsed. Raises ObsbootError with the place where one does not parse."""
    found = {}
    for path, data in files.items():
        if PurePosixPath(path).suffix not in (".yaml", ".yml", ".json") or "/prometheus/tests/" in path:
            continue
        try:
            found[path] = Document(path, data.decode())
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise ObsbootError(
                f"{path}: cannot be read: {error}", fix="run `obsboot check`", code=Exit.FAILED
            ) from None
    return {path: document for path, document in found.items() if document.root is not None}


@dataclass(frozen=True, slots=True)
class _Edits:
    stack: Stack
    around: Surroundings
    wall: frozenset[str]
    lowered: Lowered

    def of(self, document: Document) -> Iterator[Change]:
        """Which edit a file gets is told by its place in the pack."""
        path = document.path.removeprefix(f"{self.stack.directory}/")
        pace = self.around.clock
        if path in ("compose.yaml", "compose.override.yaml"):
            return compose(document, self.around)
        if path == "prometheus/prometheus.yml":
            return scrape(document, pace)
        if path.startswith("prometheus/rules/"):
            return rules(document, pace, self.wall, self.lowered)
        if path == "alertmanager/alertmanager.yml":
            return notify(document, pace)
        if path.startswith("grafana/provisioning/datasources/"):
            return datasource(document, pace)
        if path.startswith("grafana/dashboards/"):
            return dashboard(document, pace, _wall_panels(self.stack))
        return iter(())


def _clock(stack: Stack, documents: Mapping[str, Document], speed: float, wall: frozenset[str]) -> Clock:
    main = documents.get(f"{stack.directory}/prometheus/prometheus.yml")
    if main is None:
        raise ObsbootError(
            f"{stack.directory}/prometheus/prometheus.yml is missing: there is nothing to run", code=Exit.USAGE
        )
    interval, evaluation = (_seconds(main, key) for key in ("scrape_interval", "evaluation_interval"))
    return clock(speed, interval, evaluation, _windows(documents.values(), wall))


def _seconds(document: Document, key: str) -> float:
    node = document.at("global", key)
    return seconds_of(node.value) if node is not None else 60.0


def _windows(documents: Iterable[Document], wall: frozenset[str]) -> Iterator[float]:
    for document in documents:
        for _, rule in document.values("groups", "*", "rules", "*"):
            fields = {key: node.value for key, node in document.entries(rule)}
            if wall.isdisjoint((fields.get("alert", ""), fields.get("record", ""))):
                try:
                    yield from windows(str(fields.get("expr", "1")))
                except PromqlError:
                    continue


def _wall(stack: Stack) -> frozenset[str]:
    """The alerts and records of signals whose windows are those of the wall clock."""
    names = set()
    for instance in stack.instances:
        ages = {s.name: s for s in instance.signals() if s.clock == "wall"}
        names |= {alert.name for alert in instance.alerts() if alert.signal in ages}
        for signal in ages.values():
            if signal.record:
                names |= {signal.record.name + window for window in signal.record.windows or ("",)}
    return frozenset(names)


def _wall_panels(stack: Stack) -> frozenset[str]:
    return frozenset(
        normal_panel(for_panel(s.expr, stack, i)) for i in stack.instances for s in i.signals() if s.clock == "wall"
    )


def _lowered(stack: Stack) -> dict[tuple[str, str], str]:
    found = {}
    for instance in stack.instances:
        for alert in active(stack, instance):
            if alert.live_threshold is not None:
                before = normal(expression(stack, instance, alert))
                found[alert.name, before] = _with_threshold(stack, instance, alert)
    return found


def _with_threshold(stack: Stack, instance: Instance, alert: Alert) -> str:
    """The alert's expression with `live_threshold`, which also stands above what a user overrides."""
    word = next(w for w in ("above", "below", "equals") if getattr(alert, w) is not None)
    changed = {k: v for k, v in override(stack, instance, alert.name).items() if k != "threshold"}
    mine = {**stack.overrides.get(instance.id, {}), alert.name: changed}
    bare = replace(stack, overrides={**stack.overrides, instance.id: mine})
    lowered: dict[str, Any] = {word: alert.live_threshold}
    return expression(bare, instance, replace(alert, **lowered))
