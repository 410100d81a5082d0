"""The queries of the pack's dashboards, each with the signal that it shows, and the variables that they use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from obsboot.live.prometheus import Prometheus
from obsboot.live.run import Run
from obsboot.live.variables import normal_panel
from obsboot.model import Instance, Signal
from obsboot.promql import PromqlError, Rewrite, Selector, rewrite
from obsboot.render.views import for_panel

_LABEL_VALUES = re.compile(r"^label_values\((?:(.*),)?\s*(\w+)\s*\)$", re.S)


@dataclass(frozen=True, slots=True)
class Query:
    """One target of one panel. `expr` is the copy's, variables not yet resolved; `signal` None where it was edited."""

    board: str
    panel: str
    ref: str
    expr: str
    instance: Instance | None = None
    signal: Signal | None = None

    @property
    def subject(self) -> str:
        return f"{self.board}/{self.panel}" + (f" ({self.ref})" if self.ref not in ("", "A") else "")


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard of the copy: its queries and its variables (the `templating` entries)."""

    name: str
    queries: tuple[Query, ...]
    variables: tuple[Mapping[str, Any], ...] = field(default=())
    uid: str = ""


def boards(run: Run) -> Iterator[Board]:
    """The dashboards of the copy. Panels keep their signal as long as nobody edits their query."""
    book = _Book(run)
    top = f"{run.stack.directory}/grafana/dashboards/"
    for path in sorted(run.copy.texts):
        if path.startswith(top) and path.endswith(".json"):
            was, now = json.loads(run.copy.files[path]), json.loads(run.copy.texts[path])
            name = PurePosixPath(path).stem
            pairs = zip(_targets(was), _targets(now), strict=True)
            queries = tuple(book.query(name, panel, old, new) for (panel, old), (_, new) in pairs)
            yield Board(name, queries, tuple(now.get("templating", {}).get("list", ())), str(now.get("uid", "")))


def _targets(board: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for panel in _panels(board):
        for target in panel.get("targets") or ():
            if target.get("expr"):
                yield str(panel.get("title", "")), target


def queries_of(board: Mapping[str, Any]) -> list[str]:
    """The queries of a dashboard's JSON."""
    return [str(target["expr"]) for _, target in _targets(board)]


def _panels(board: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for panel in board.get("panels") or ():
        yield panel
        yield from _panels(panel)


class _Book:
    """Which signal of which instance a query belongs to."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.known: dict[str, list[tuple[Instance, Signal]]] = {}
        for instance in run.stack.instances:
            for signal in instance.signals():
                key = neutral(for_panel(signal.expr, run.stack, instance))
                self.known.setdefault(key, []).append((instance, signal))

    def query(self, board: str, panel: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Query:
        made = Query(board, panel, str(now.get("refId", "")), str(now["expr"]))
        for instance, signal in self.known.get(neutral(was["expr"]), ()):
            if board == instance.id or f'"{instance.job}"' in was["expr"]:
                return replace(made, instance=instance, signal=signal)
        return made


def neutral(expr: str) -> str:
    """The query without its job and instance, by which a signal is found again on any dashboard."""

    def bare(selector: Selector) -> Selector:
        kept = tuple(m for m in selector.matchers if m.name not in ("job", "instance"))
        return replace(selector, matchers=kept)

    try:
        return rewrite(normal_panel(expr), Rewrite(selector=bare))
    except PromqlError:
        return expr


def variable_values(prometheus: Prometheus, variables: tuple[Mapping[str, Any], ...]) -> dict[str, list[str]]:
    """What each query variable of a dashboard offers, earlier ones set to All, as Grafana asks for it."""
    offered: dict[str, list[str]] = {}
    for variable in variables:
        if variable.get("type") != "query":
            continue
        given = variable.get("query")
        text = given.get("query", "") if isinstance(given, Mapping) else str(given or "")
        for name, values in all_values(variables, offered).items():
            text = text.replace(f"${name}", values)
        found = _LABEL_VALUES.match(text.strip())
        if found:
            offered[str(variable["name"])] = prometheus.label_values(found[2], (found[1] or "").strip())
    return offered


def all_values(variables: tuple[Mapping[str, Any], ...], offered: Mapping[str, list[str]]) -> dict[str, str]:
    """What Grafana puts in for each variable when All is chosen: its own value for that, or all values as a regex."""
    texts = {}
    for variable in variables:
        name = str(variable.get("name"))
        if name in offered:
            texts[name] = str(variable.get("allValue") or one_of(offered[name]))
    return texts


def one_of(values: list[str]) -> str:
    """Several values as Grafana joins them for a regex matcher of Prometheus."""
    escaped = [re.sub(r"([\\^$.*+?()\[\]{}|])", r"\\\\\1", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
