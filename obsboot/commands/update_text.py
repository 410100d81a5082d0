"""What an update shows: for people file by file, for machines the same as JSON."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot import __version__
from obsboot.commands.showing import Row, say, show_rows

if TYPE_CHECKING:
    from obsboot.workspace.update import Update, Verdict

SCHEMA = 1
_QUIET = ("unchanged", "keep")
_MOST_LINES = 40


def show(root: Path, update: Update) -> None:
    """The answers that changed, each file that is touched or needs a word, and what is at odds."""
    if update.version != __version__:
        say(f"obsboot {update.version} -> {__version__}")
    for changed in update.answers:
        say(f"answer {changed.key}: {changed.before or 'none'} -> {changed.after or 'none'} ({changed.origin})")
    show_files(root, update)
    for note in update.plan.notes:
        say(note)
    if update.is_noop:
        say("The pack is up to date: nothing to write.")
    else:
        counts = Counter(each.action for each in update.verdicts)
        say(", ".join(f"{count} {action}" for action, count in sorted(counts.items())))


def show_files(root: Path, update: Update) -> None:
    """Each file that is touched or needs a word, and what changes in those that both sides have changed."""
    told = [each for each in update.verdicts if each.action not in _QUIET]
    show_rows("Files", ("what", "file", "why"), [_row(each) for each in told])
    for each in told:
        if each.action in ("merge", "conflict"):
            _show_hunks(root, each)


def _row(each: Verdict) -> Row:
    where = f"{each.path} -> {each.goal}" if each.goal and each.goal != each.path else each.path
    return each.action, where, each.reason


def _show_hunks(root: Path, each: Verdict) -> None:
    for one in each.conflicts:
        what = f" ({one.what})" if one.what else ""
        say(f"  CONFLICT {each.at}:{one.line}-{one.end}  you: {one.yours}  template: {one.template}{what}")
    lines = list(hunks(root, each))
    for line in lines[:_MOST_LINES]:
        say(f"  {line}")
    if len(lines) > _MOST_LINES:
        say(f"  ... and {len(lines) - _MOST_LINES} lines more; --plan --json has them all")


def hunks(root: Path, each: Verdict) -> Iterator[str]:
    """What changes in the file, as the lines of a unified diff."""
    if each.data is None:
        return
    path = root / each.path
    before = path.read_bytes().decode(errors="replace") if path.is_file() else ""
    after = each.data.decode(errors="replace")
    yield from difflib.unified_diff(before.splitlines(), after.splitlines(), each.path, each.at, lineterm="")


def as_data(root: Path, update: Update) -> dict[str, object]:
    """The plan for machines; its schema is in docs/update.md."""
    return {
        "schema": SCHEMA,
        "from": update.version,
        "to": __version__,
        "answers": [{"key": a.key, "before": a.before, "after": a.after, "origin": a.origin} for a in update.answers],
        "files": files_data(root, update),
        "writes": [step.path for step in update.plan.of("create", "replace", "delete")],
        "notes": list(update.plan.notes),
        "conflicts": len(update.conflicts),
    }


def files_data(root: Path, update: Update) -> list[dict[str, object]]:
    """Each file that is touched or needs a word, for machines."""
    return [_file(root, each) for each in update.verdicts if each.action not in _QUIET]


def _file(root: Path, each: Verdict) -> dict[str, object]:
    return {
        "path": each.path,
        "goal": each.at,
        "action": each.action,
        "reason": each.reason,
        "owner": each.recorded.owner if each.recorded else "",
        "conflicts": [
            {"line": c.line, "end": c.end, "yours": c.yours, "template": c.template, "what": c.what}
            for c in each.conflicts
        ],
        "hunks": list(hunks(root, each)),
    }
