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
from obsboot.live.edits.inside import Inside, inside
from obsboot.live.edits.logs import looks, shipped
from obsboot.live.edits.notify import notify
from obsboot.live.edits.rules import Lowered, rules
from obsboot.live.edits.scrape import scrape
from obsboot.live.fragments import surroundings
from obsboot.live.variables import normal_panel
from obsboot.model import Alert, Exit, Instance, ObsbootError, Pack, Stack
from obsboot.promql import PromqlError, windows
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
    added: tuple[str, ...] = ()
    """The files that the pack does not have: the run's own stack around its fragments."""

    def readable(self) -> dict[str, str]:
        """The files of the pack as text, before any change."""
        return {path: data.decode(errors="replace") for path, data in self.files.items()}

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
    for path in _files(top, pack.root.resolve()):
        files[path.relative_to(pack.root).as_posix()] = path.read_bytes()
    return files


def _files(folder: Path, root: Path, private: Iterable[str] = _PRIVATE) -> Iterator[Path]:
    """Every file below a folder but `private` ones of it; links inside the repository are followed."""
    for path in sorted(each for each in folder.iterdir() if each.name not in private):
        there = path.resolve()
        if path.is_symlink() and not there.is_relative_to(root):
            raise ObsbootError(
                f"{path}: the link leads out of the repository", fix="put the file itself there", code=Exit.REFUSED
            )
        if path.is_symlink() and folder.resolve().is_relative_to(there):
            raise ObsbootError(f"{path}: the link leads to a folder that it is in", fix="remove it", code=Exit.REFUSED)
        if path.is_dir():
            yield from _files(path, root, ())
        elif path.is_file():
            yield path


def copy(pack: Pack, speed: float, around: Callable[[Clock], Surroundings]) -> Copy:
    """The copy of the pack at `speed` (lowered where a window would hold too few scrapes)."""
    own = read(pack)
    added = surroundings(pack.stack, own)
    files = {**own, **added}
    parsed = documents(files)
    wall = _wall(pack.stack)
    at = _clock(pack.stack, parsed, speed, wall)
    edits = _Edits(pack.stack, around(at), wall, _lowered(pack.stack), inside(pack.stack))
    made = {path: list(_once(_changes(edits, document))) for path, document in parsed.items()}
    texts = {path: _applied(document, made[path]) for path, document in parsed.items()}
    emptied = tuple(_emptied(pack.stack, files))
    texts |= {change.path: "" for change in emptied}
    changes = (*(change for each in made.values() for change in each), *emptied)
    return Copy(files, changes, at, texts, tuple(added))


def _emptied(stack: Stack, files: Mapping[str, bytes]) -> Iterator[Change]:
    """What lies beside Alertmanager's configuration may hold a password or an address of a receiver."""
    for path, data in files.items():
        inside_it = path.removeprefix(f"{stack.directory}/alertmanager/")
        if inside_it != path and data and inside_it != "alertmanager.yml" and not path.endswith((".tmpl", ".md")):
            yield Change(path, "receivers", "all of it", 0, data.decode(errors="surrogateescape"), "")


def _changes(edits: _Edits, document: Document) -> Iterator[Change]:
    try:
        yield from edits.of(document)
    except (AttributeError, KeyError, TypeError):  # a list where a name has to be, and the like
        message = f"{document.path}: it does not have the shape that its server reads"
        raise ObsbootError(message, fix="`obsboot check` tells where", code=Exit.FAILED) from None


def _once(changes: Iterable[Change]) -> Iterator[Change]:
    """What an anchor holds is met again at each of its aliases, and changed once."""
    seen = set()
    for change in changes:
        place = (change.start, change.before, change.after)
        if place not in seen:
            seen.add(place)
            yield change


def _applied(document: Document, changes: Iterable[Change]) -> str:
    try:
        return apply(document.text, changes)
    except ValueError as error:
        fix = "write out what its aliases stand for, where each use needs another value"
        raise ObsbootError(f"no copy can be made of it: {error}", fix=fix, code=Exit.COULD_NOT_CHECK) from None


def documents(files: Mapping[str, bytes]) -> dict[str, Document]:
    """The files that may be changed, parsed. Raises ObsbootError with the place where one does not parse."""
    found = {}
    for path, data in files.items():
        if PurePosixPath(path).suffix not in (".yaml", ".yml", ".json") or "/prometheus/tests/" in path:
            continue
        try:
            found[path] = Document(path, data.decode())
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
            where = f"{path}:{mark.line + 1}" if mark else path
            fix = "mend it; `obsboot check` looks at all of the pack"
            raise ObsbootError(f"{where}: cannot be read: {problem or error}", fix=fix, code=Exit.FAILED) from None
    return {path: document for path, document in found.items() if document.root is not None}


@dataclass(frozen=True, slots=True)
class _Edits:
    stack: Stack
    around: Surroundings
    wall: frozenset[str]
    lowered: Lowered
    inside: Inside

    def of(self, document: Document) -> Iterator[Change]:
        """Which edit a file gets is told by its place in the pack."""
        path = document.path.removeprefix(f"{self.stack.directory}/")
        pace = self.around.clock
        edits: dict[str, Callable[[], Iterator[Change]]] = {
            "compose.yaml": lambda: compose(document, self.around, self.inside),
            "compose.override.yaml": lambda: compose(document, self.around, self.inside),
            "prometheus/prometheus.yml": lambda: scrape(document, pace, self.inside),
            "prometheus/rules/": lambda: rules(document, pace, self.wall, self.lowered),
            "alertmanager/alertmanager.yml": lambda: notify(document, pace),
            "grafana/provisioning/datasources/": lambda: datasource(document, pace, self.inside),
            "grafana/dashboards/": lambda: dashboard(document, pace, _wall_panels(self.stack)),
            "filebeat/filebeat.yml": lambda: shipped(document, self.around.run),
            "elastalert/": lambda: looks(document, pace),
        }
        here = (edit for place, edit in edits.items() if path == place or (place[-1] == "/" and path.startswith(place)))
        return next(here, lambda: iter(()))()


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
    return document.seconds(node) if node is not None else 60.0


def _windows(documents: Iterable[Document], wall: frozenset[str]) -> Iterator[float]:
    for document in documents:
        for _, rule in document.values("groups", "*", "rules", "*"):
            fields = {key: str(node.value) for key, node in document.entries(rule)}
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
