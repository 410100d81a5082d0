"""The pack as it would be rendered now, with the answers as they are stored; nothing is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.commands.options import catalogue_of

if TYPE_CHECKING:
    from obsboot.workspace import State, Wanted
    from obsboot.workspace.update.sides import Sides


def wanted_now(root: Path, state: State, roots: tuple[Path, ...]) -> Wanted:
    """All that shall be in the repository. Raises ObsbootError where an answer is missing or unfit."""
    from obsboot.commands.drafting import redrafted  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415

    catalogue = catalogue_of(roots)
    return wanted(root, redrafted(root, catalogue, state), catalogue, state)


def sides_now(root: Path, state: State, roots: tuple[Path, ...]) -> tuple[Sides, ...]:
    """Every file of the pack with its recorded, its present and its new text."""
    from obsboot.workspace.planning import with_gitignore  # noqa: PLC0415
    from obsboot.workspace.state import renamed  # noqa: PLC0415
    from obsboot.workspace.update.sides import sides  # noqa: PLC0415

    new = wanted_now(root, state, roots)
    return tuple(sides(root, renamed(state, new.sources), with_gitignore(new)))
