"""What shall be in the repository, by the answers of a draft: the same for a first pack and for a later one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obsboot.answers import Draft
    from obsboot.catalog import Catalogue
    from obsboot.model import Stack
    from obsboot.workspace import State, Wanted


def resolved(root: Path, draft: Draft, catalogue: Catalogue, state: State | None) -> Stack:
    """The stack of the draft, with what the repository overrides, also where the pack is about to move."""
    from obsboot.answers.overrides import read_overrides  # noqa: PLC0415
    from obsboot.stack import resolve  # noqa: PLC0415

    before = state.values.get("directory", "") if state else ""
    return resolve(read_overrides(root, draft.answers, catalogue, before), catalogue)


def wanted(root: Path, draft: Draft, catalogue: Catalogue, state: State | None) -> Wanted:
    """All files of that stack, its secrets, and the answers as they will be stored."""
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.answers import merge, stored_text  # noqa: PLC0415
    from obsboot.answers.migrating import sources_since  # noqa: PLC0415
    from obsboot.render import render, secrets  # noqa: PLC0415
    from obsboot.render.alertmanager import secret_files  # noqa: PLC0415

    stack = resolved(root, draft, catalogue, state)
    before = merge(workspace.stored(root, state, catalogue), catalogue).explicit() if state else {}
    return workspace.Wanted(
        files=render(stack),
        answers=stored_text(draft.explicit(), catalogue),
        directory=stack.directory,
        origin={key: given.origin for key, given in draft.given.items()},
        values=dict(_values(stack)),
        sources=sources_since(state.version, catalogue.migrations) if state else {},
        answers_before=stored_text(before, catalogue) if before else "",
        variables=secrets(stack),
        secret_files=secret_files(stack),
    )


def _values(stack: Stack) -> Iterator[tuple[str, str]]:
    """Every answer that holds, by its key: those of the pack, then those of each instance that is not always there."""
    yield from ((key, str(value)) for key, value in sorted(stack.values.items()))
    for instance in stack.instances:
        if instance.component.kind != "platform":
            yield from ((f"{instance.id}.{key}", str(value)) for key, value in sorted(instance.values.items()))
