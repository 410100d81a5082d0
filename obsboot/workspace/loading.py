"""The pack as it stands in a repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.state import ANSWERS, FOLDER, MANIFEST, State, load_state

if TYPE_CHECKING:
    from obsboot.answers.given import Given
    from obsboot.catalog import Catalogue
    from obsboot.model import Answers, Pack


def stored(root: Path, state: State | None, catalogue: Catalogue) -> tuple[Given, ...]:
    """The answers of `.obsboot/answers.yml` with their provenance, under the keys that they have in this catalogue.

    None where there is no such file.
    """
    from obsboot.answers.given import Given, from_file  # noqa: PLC0415 - who only looks at files needs no answers
    from obsboot.answers.migrating import migrated  # noqa: PLC0415

    if obstacle(root, ANSWERS) or not (root / ANSWERS).exists():
        return ()
    origin = state.origin if state else {}
    given = from_file(root / ANSWERS, ANSWERS, "file")
    if state:
        given = migrated(given, state.version, catalogue.migrations)
    return tuple(Given(one.key, one.text, origin.get(one.key, "file"), one.where) for one in given)


def stored_answers(root: Path, catalogue: Catalogue, state: State | None) -> Answers:
    """The stored answers alone, with the overrides beside them. Raises ObsbootError where one is unfit."""
    from obsboot.answers.given import Given  # noqa: PLC0415
    from obsboot.answers.merging import merge  # noqa: PLC0415
    from obsboot.answers.overrides import read_overrides  # noqa: PLC0415

    # Whatever detection once said was accepted since: a bad value is an error now.
    accepted = (Given(one.key, one.text, "stored", one.where) for one in stored(root, state, catalogue))
    answers = merge(accepted, catalogue).answers
    return read_overrides(root, answers, catalogue)


def has_pack(root: Path) -> bool:
    """Whether there is a pack, or what is left of one."""
    return os.path.lexists(root / FOLDER)


def load_pack(root: Path, catalogue: Catalogue) -> Pack:
    """The pack of the repository at `root`: its stack, and its files as they are on the disk now.

    A file that the state knows and that is gone is not in `files`. Raises ObsbootError where there is no pack, or
    where its state is damaged.
    """
    from obsboot.model import Pack  # noqa: PLC0415
    from obsboot.stack import resolve  # noqa: PLC0415
    from obsboot.workspace.standing import statuses  # noqa: PLC0415

    state = load_state(root)
    if state is None:
        raise ObsbootError(f"{root}: there is no pack: {MANIFEST} is missing", fix="run `obsboot init` first")
    files: dict[str, str] = {}
    for path in state.files:
        if (text := _text(root, path)) is not None:
            files[path] = text
    pristine = {path: text for path in state.files if (text := state.pristine(path)) is not None}
    owners = {path: recorded.owner for path, recorded in state.files.items()}
    stack = resolve(stored_answers(root, catalogue, state), catalogue)
    return Pack(root, stack, files, pristine, owners, statuses(root, state))


def _text(root: Path, path: str) -> str | None:
    if why := obstacle(root, path):
        raise ObsbootError(f"{path}: {why}", fix="put the file back", code=Exit.REFUSED)
    try:
        data = content(root / path)
        return None if data is None else data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ObsbootError(f"{path}: it is not UTF-8 text", fix="put the file back", code=Exit.REFUSED) from None
    except OSError as error:
        raise ObsbootError(f"{path}: it cannot be read: {error.strerror}", code=Exit.REFUSED) from None
