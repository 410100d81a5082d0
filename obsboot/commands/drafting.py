"""The answers of a pack: from flags, environment, files, what is stored or detected, and from whoever is asked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def redrafted(
    root: Path, catalogue: Catalogue, state: State | None, pairs: tuple[str, ...] = (), asks: bool = False
) -> Draft:
    """The stored answers of a pack, under those of flags and environment; only what they leave open is asked for."""
    from obsboot import answers, workspace  # noqa: PLC0415
    from obsboot.answers.unanswered import demand  # noqa: PLC0415

    known = workspace.stored(root, state, catalogue)
    instances = [*catalogue, *(one.key.partition(".")[0] for one in known)]
    told = [*answers.from_flags(pairs), *answers.from_environment(os.environ, instances), *known]
    draft = answers.merge(told, catalogue)
    if asks and draft.missing:
        from obsboot.answers.asking import ask, missing  # noqa: PLC0415

        draft = answers.merge([*ask(missing(draft), draft.answers.values), *told], catalogue)
    demand(draft)
    return draft
