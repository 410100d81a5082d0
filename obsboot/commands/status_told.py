"""How the pack stands, asked and said. What takes time to load is loaded while git looks, or when it is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from obsboot.commands.opened import opened
from obsboot.model import Exit, ObsbootError
from obsboot.workspace.state import DamagedStateError
from obsboot.workspace.vouching import asked

if TYPE_CHECKING:
    from obsboot.workspace.state import State
    from obsboot.workspace.vouching import Vouched

Form = Literal["text", "short", "json"]


def told(place: str | Path, form: Form = "text", *, full: bool = False, roots: tuple[Path, ...] = ()) -> Exit:
    """Prints how the pack below `place` stands, as `obsboot status` says it, and returns the exit code.

    Raises ObsbootError where there is no pack, or where its state is damaged and text for people is wanted.
    """
    root = Path(place)
    looked: list[Vouched] = []
    try:
        state = opened(root, lambda known: looked.append(asked(root, known)))
    except DamagedStateError as error:
        return _damaged(error, form)
    # Git is looking: the rest is loaded meanwhile.
    from obsboot.commands.status_text import Status, as_data, show, show_short  # noqa: PLC0415
    from obsboot.workspace.standing import standings  # noqa: PLC0415

    files = standings(root, state, *looked)
    in_conflict = any(one.line for one in files)
    status = Status(state.version, files, _changes(root, state, roots) if full and not in_conflict else None)
    if form == "json":
        _print(as_data(status))
    elif form == "short":
        show_short(status)
    else:
        show(status)
        if full and in_conflict:
            print("What an update would change is not told as long as markers are left.")
    return Exit.DONE if status.word == "in sync" else Exit.DRIFT


def _changes(root: Path, state: State, roots: tuple[Path, ...]) -> int:
    """How many files of the pack an update would touch; the state and secrets, which no clone has, are none."""
    from obsboot.commands.rendering import wanted_now  # noqa: PLC0415
    from obsboot.workspace.state import SIDECAR  # noqa: PLC0415
    from obsboot.workspace.update import plan_update  # noqa: PLC0415

    update = plan_update(root, wanted_now(root, state, roots))
    touched = {step.path for step in update.plan.of("create", "replace", "delete")}
    return sum(bool(touched & {one.path, one.at, one.path + SIDECAR}) for one in update.verdicts)


def _damaged(error: ObsbootError, form: Form) -> Exit:
    """Says so in the form that was asked for."""
    fix = "`obsboot repair` rebuilds it from version control or from a new rendering, each file proven by its hash"
    if form == "json":
        from obsboot.commands.status_text import SCHEMA  # noqa: PLC0415

        _print({"schema": SCHEMA, "state": "damaged", "why": error.message, "fix": fix})
    elif form == "short":
        print(f"damaged: {error.message}")
    else:
        raise ObsbootError(error.message, fix=fix, code=Exit.REFUSED)
    return Exit.REFUSED


def _print(data: object) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False))
