"""Dashboards that were edited in Grafana on their way back into the repository."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from obsboot.merge.document import Clash, merge_document, real_changes
from obsboot.model import Exit, ObsbootError
from obsboot.render.json import dump
from obsboot.workspace.history import blobs, touching
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step, replacing

_VERSIONS = 20
"""So many earlier versions of a file are looked at; a Grafana that has an older one is far behind."""


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard of the repository; one that is new has no text yet."""

    path: str
    uid: str
    title: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What becomes of a dashboard: its text afterwards.

    `since` says which earlier version of the file Grafana has, if it has an older one; `conflicts` are what was changed
    both there since and in Grafana: the file keeps its own.
    """

    board: Board
    text: str = field(repr=False)
    since: str = ""
    conflicts: tuple[Clash, ...] = ()

    @property
    def is_new(self) -> bool:
        return not self.board.text

    @property
    def is_changed(self) -> bool:
        return self.text != self.board.text


def boards(root: Path, directory: str) -> tuple[Board, ...]:
    """The dashboards of the pack and the user's own beside them, as they are on the disk."""
    folder = root / directory / "grafana/dashboards"
    paths = [*sorted(folder.glob("*.json")), *sorted((folder / "local").rglob("*.json"))]
    return tuple(board for path in paths if (board := _board(root, path.relative_to(root).as_posix())))


def _board(root: Path, path: str) -> Board | None:
    data = None if obstacle(root, path) else content(root / path)
    try:
        text = (data or b"").decode()
        uid, title = named(text)
    except (UnicodeDecodeError, ValueError):
        return None
    return Board(path, uid, title, text) if uid else None


def named(text: str) -> tuple[str, str]:
    """uid and title of a dashboard, also of one in what Grafana's API puts around it. Raises ValueError."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    inner, around = _inner(data), data.get("metadata")
    uid = inner.get("uid") or (around.get("name") if isinstance(around, dict) else "")
    return str(uid or ""), str(inner.get("title") or "")


def _inner(data: dict[str, Any]) -> dict[str, Any]:
    """The dashboard itself, out of what the API puts around it."""
    return next((held for key in ("dashboard", "spec") if isinstance(held := data.get(key), dict)), data)


def pulled(root: Path, board: Board, exported: str, pristine: str | None, *, wins: bool = False) -> Pulled:
    """The dashboard with what was changed in Grafana. Raises ValueError where one of both is no dashboard.

    Grafana may have loaded an earlier version of the file: the one from which its export differs least. Then what was
    changed in the file since stays, unless Grafana `wins`.
    """
    plain = real_changes(board.text, exported)
    if wins or plain == board.text:
        return Pulled(board, plain)
    least, changed, base, since = _distance(board.text, plain), plain, board.text, ""
    for label, text in _earlier(root, board, pristine):
        try:
            there = real_changes(text, exported)
        except ValueError:
            continue  # it was no dashboard then
        if (distance := _distance(text, there)) < least:
            least, changed, base, since = distance, there, text, label
    if base == board.text:
        return Pulled(board, plain)
    merged = merge_document(base, board.text, changed)
    return Pulled(board, merged.text, since, merged.conflicts)


def _distance(text: str, other: str) -> int:
    """How many values differ."""
    return len(set(_values(json.loads(text), "")) ^ set(_values(json.loads(other), "")))


def _values(data: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every value with its path; panels by their ids, so that one that was put in does not change all after it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _values(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            id_ = value.get("id", number) if isinstance(value, dict) else number
            yield from _values(value, f"{path}[{id_}]")
    else:
        yield path, json.dumps(data)


def _earlier(root: Path, board: Board, pristine: str | None) -> Iterator[tuple[str, str]]:
    """What the file was before: committed, newest first, and rendered."""
    seen = {board.text}
    for commit, data in _committed(root, board.path):
        text = data.decode(errors="replace")
        if text not in seen:
            seen.add(text)
            yield f"commit {commit[:8]}", text
    if pristine is not None and pristine not in seen:
        yield "the pack as it was rendered", pristine


def _committed(root: Path, path: str) -> Iterator[tuple[str, bytes]]:
    """The commits that changed the file, with the file; none without git."""
    listed = touching(root, path, ("HEAD",), _VERSIONS)
    if listed:
        names = {f"{commit}:./{path}": commit for commit in listed}
        yield from ((names[name], data) for name, data in blobs(root, names).items())


def new_board(root: Path, directory: str, exported: str) -> Pulled:
    """A dashboard that the repository does not have, in the user's own folder and written as the pack's are.

    Raises ValueError where it is no dashboard.
    """
    uid, title = named(exported)
    schema = _inner(json.loads(exported.removeprefix("\ufeff"))).get("schemaVersion", 1)
    # What has no schema Grafana reads as one of its very first dashboards.
    least = {"uid": uid, "title": title, "schemaVersion": schema, "panels": []}
    text = dump(json.loads(real_changes(json.dumps(least), exported))) + "\n"
    folder = f"{directory}/grafana/dashboards/local"
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "dashboard"
    suffix = re.sub(r"[^A-Za-z0-9_-]", "-", uid)
    path = next(p for p in _names(f"{folder}/{slug}", suffix) if not (root / p).exists())
    return Pulled(Board(path, uid, title), text)


def _names(stem: str, suffix: str) -> Iterator[str]:
    yield f"{stem}.json"
    yield f"{stem}-{suffix}.json"
    number = 1
    while number := number + 1:
        yield f"{stem}-{suffix}-{number}.json"


def pull_plan(root: Path, every: Iterable[Pulled]) -> Plan:
    """The steps that write what has changed. The state knows nothing of it: these are the user's edits."""
    return Plan(root, tuple(_step(root, each) for each in every if each.is_changed))


def _step(root: Path, each: Pulled) -> Step:
    path = each.board.path
    step = replacing(root, path, each.text.encode(), None if obstacle(root, path) else content(root / path))
    return replace(step, mode=(root / path).stat().st_mode & 0o777) if step.action == "replace" else step


def by_name(every: Iterable[Board], name: str) -> Board | None:
    """The dashboard with this uid, path, or file name. Raises ObsbootError where it can be several."""
    known: Mapping[str, Board] = {board.path: board for board in every}
    found = [known[name]] if name in known else [board for board in known.values() if board.uid == name]
    found = found or [b for b in known.values() if name in (Path(b.path).stem, Path(b.path).name)]
    if len(found) > 1:
        paths = ", ".join(board.path for board in found)
        raise ObsbootError(f"{name}: it can be any of {paths}", fix="name one of these", code=Exit.USAGE)
    return found[0] if found else None
