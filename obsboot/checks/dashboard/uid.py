"""Dashboard uids and titles."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.sources.boards import Board
from obsboot.sources.context import Context
from obsboot.sources.loading import Shelf, shelves

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Uid(Check):
    id = "dashboard/uid"
    title = "Every dashboard has a uid and a title of its own"
    explanation = "One duplicate uid makes Grafana refuse every change of the whole folder; links need a stable uid."
    fix = "Give it its own uid: letters, digits, - and _, at most 40."

    def run(self, context: Context) -> Iterator[Finding]:
        for key in ("uid", "title"):
            yield from self._foreign(context, key) if context.foreign else self._own(context, key)

    def _own(self, context: Context, key: str) -> Iterator[Finding]:
        seen: dict[str, str] = {}
        for board in context.boards:
            value = str(board.data.get(key) or "")
            message = ""
            if not value or (key == "uid" and not _UID.fullmatch(value)):
                message = f"the dashboard has no usable {key}: {value!r}"
            elif value in seen:
                message = f"{seen[value]} has the {key} {value!r} as well"
            if message:
                yield self.finding(board.path, board.line(key), message, subject=board.subject)
            seen.setdefault(value, board.path)

    def _foreign(self, context: Context, key: str) -> Iterator[Finding]:
        known = shelves(context)
        seen: dict[str, list[Board]] = {}
        for board in context.boards:
            value = str(board.data.get(key) or "")
            if key == "uid" and value and not _UID.fullmatch(value) and "$" not in value:
                message = f"the uid {value!r} has signs that Grafana does not take, or more than 40"
                yield self.finding(board.path, board.line(key), message, subject=board.subject)
            others = seen.setdefault(value, []) if value else []
            if found := _worst(board, others, key, known):
                severity, other = found
                message = f"{other.path} has the {key} {value!r} as well"
                yield self.finding(board.path, board.line(key), message, severity=severity, subject=board.subject)
            others.append(board)


def _worst(board: Board, others: list[Board], key: str, known: tuple[Shelf, ...]) -> tuple[Severity, Board] | None:
    """How bad it is that others have the same uid or title, and which of them is the worst."""
    ranked = [(severity, other) for other in others[:50] if (severity := _severity(board, other, key, known))]
    order: list[Severity] = ["error", "warning", "info"]
    return min(ranked, key=lambda each: order.index(each[0]), default=None)


def _severity(board: Board, other: Board, key: str, known: tuple[Shelf, ...]) -> Severity | None:
    """Of two that one Grafana loads, one is refused, and with it all changes of the folder."""
    mine, theirs = _homes(board, known, key), _homes(other, known, key)
    beside = posixpath.dirname(board.path) == posixpath.dirname(other.path)
    if mine & theirs:
        return "error" if key == "uid" else "warning"
    if key == "title":
        return "warning" if beside and not mine and not theirs else None
    if mine and theirs:
        return None  # two Grafanas, or two organisations
    if board.source.text == other.source.text:
        return "info"
    return "error" if beside else "warning"


def _homes(board: Board, known: tuple[Shelf, ...], key: str) -> set[tuple[object, ...]]:
    """Where a dashboard is loaded: uids are one's own in a Grafana's organisation, titles in a folder."""
    found: set[tuple[object, ...]] = set()
    for shelf in known:
        if shelf.has(board):
            place = (id(shelf.grafana), shelf.provider.organisation)
            found.add(place if key == "uid" else (*place, shelf.path, shelf.folder(board)))
    return found
