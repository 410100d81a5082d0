"""The answers of a pack that is not there yet: from flags, environment, files, detection, and from whoever is asked."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from obsboot.answers import Draft, Given
    from obsboot.catalog import Catalogue
    from obsboot.detect import Detection
    from obsboot.workspace import State


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says. `interactive`: a person is there and may be asked; `quiet`: nothing is told."""

    pairs: tuple[str, ...]
    file: Path | None
    interactive: bool
    quiet: bool = False


def drafted(root: Path, said: Said, catalogue: Catalogue, detection: Detection, state: State | None) -> Draft:
    """The answers of all sources, complete; a person was asked for what was open."""
    from obsboot import answers, workspace  # noqa: PLC0415
    from obsboot.answers.unanswered import assumptions, demand  # noqa: PLC0415
    from obsboot.commands.showing import say  # noqa: PLC0415

    known = workspace.stored(root, state, catalogue)
    instances = [*catalogue, *detection.instances, *(g.key.partition(".")[0] for g in known)]
    flags = answers.from_flags(said.pairs)
    told: list[Given] = [*flags, *answers.from_environment(os.environ, instances)]
    if said.file:
        told += answers.from_file(said.file, str(said.file))
    told += known
    directory = next((g.text.strip() for g in told if g.key == "directory"), catalogue.questions["directory"].default)
    told += answers.from_detection(detection, str(directory))
    draft = answers.merge(told, catalogue, detection)
    if said.interactive:
        from obsboot.answers.asking import ask, missing, prompts  # noqa: PLC0415

        told = [*ask(prompts(draft, catalogue, detection), draft.answers.values), *told]
        draft = answers.merge([*flags, *told], catalogue, detection)
        if draft.missing:  # an answer can make another one needed
            told = [*ask(missing(draft), draft.answers.values), *told]
            draft = answers.merge([*flags, *told], catalogue, detection)
    demand(draft)
    for note in () if said.quiet else assumptions(draft, catalogue):
        say(f"note: {note}")
    return draft


def confirmed() -> bool:
    """Whether the person wants the files. What was typed before the question was shown is no answer to it."""
    with suppress(ImportError, OSError):
        import termios  # noqa: PLC0415 - not everywhere

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return click.confirm("Write these files?", default=True)
