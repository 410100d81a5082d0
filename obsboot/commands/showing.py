"""What init and detect show: a table on a terminal, plain lines elsewhere, and the same facts in both."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from obsboot.detect import Detection
    from obsboot.workspace import Plan

Row = tuple[str, str, str]


def say(text: str = "") -> None:
    """One line for the user, without what could steer a terminal."""
    click.echo("".join(char for char in text if char.isprintable() or char == "\n"))


def show_rows(title: str, heads: Row, rows: Sequence[Row]) -> None:
    """Three columns; on a terminal a table."""
    if not rows:
        return
    if sys.stdout.isatty():
        _table(title, heads, rows)
        return
    say(f"{title}:")
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        say(f"  {row[0]:<{first}}  {row[1]:<{second}}  {row[2]}".rstrip())


def _table(title: str, heads: Row, rows: Sequence[Row]) -> None:
    from rich import box  # noqa: PLC0415 - costs more than all the rest of init
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*heads, title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for row in rows:
        table.add_row(*(Text("".join(c for c in cell if c.isprintable())) for cell in row))
    Console().print(table)


def detection_rows(detection: Detection) -> Iterator[Row]:
    """What was found, its value, and where that is said and why."""
    for key, options in detection.values.items():
        for option in options:
            yield (
                key,
                str(option.value),
                f"{option.evidence} {option.evidence.why}{'' if option.sure else ' (a guess)'}",
            )
    for found in detection.instances.values():
        first, *more = found.evidence
        others = "".join(f", {evidence}" for evidence in more[:3])
        yield found.id, found.component if found.sure else f"{found.component}?", f"{first} {first.why}{others}"
        for key, options in found.answers.items():
            for option in options:
                yield f"{found.id}.{key}", str(option.value), f"{option.evidence} {option.evidence.why}"


def show_detection(detection: Detection) -> None:
    """Everything that detection found, what it does not cover, and what it could not read."""
    show_rows(f"Found in {detection.files} files", ("what", "value", "where and why"), list(detection_rows(detection)))
    uncovered = [(one.name, "not covered", f"{one.evidence} {one.evidence.why}") for one in detection.uncovered]
    show_rows("Not covered by the catalogue", ("what", "", "where and why"), uncovered)
    for finding in detection.findings:
        say(f"{finding.path}:{finding.line}: {finding.message}. {finding.why} ({finding.fix})")


def show_plan(plan: Plan) -> None:
    """The steps by folder, with counts; whatever is not simply created, by name."""
    folders: dict[str, list[str]] = {}
    for step in plan.of("create", "replace"):
        folder, _, name = step.path.rpartition("/")
        folders.setdefault(folder or ".", []).append(name)
    rows = [(f"{folder}/", str(len(names)), _some(names)) for folder, names in sorted(folders.items())]
    show_rows(f"To be written: {sum(map(len, folders.values()))} files", ("folder", "files", ""), rows)
    for step in plan.of("keep"):
        say(f"{step.path}: kept, {step.reason}")
    for step in plan.of("replace"):
        if step.backup:
            say(f"{step.path}: replaced, what is there now goes to {step.backup}")
    for note in plan.notes:
        say(note)


def show_secrets(plan: Plan, directory: str) -> None:
    """The files that now wait for a secret of the user's."""
    for step in plan.of("create"):
        if step.path.startswith(f"{directory}/secrets/") and not step.path.endswith("/README"):
            say(f"fill in {step.path}")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
