"""Skeletons for `obsboot catalog new`: the files of a technology or of a log format, each saying what goes into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from obsboot.catalog import Catalogue, data_file, load
from obsboot.commands.logs import FORMAT_NAME
from obsboot.model import Exit, ObsbootError
from obsboot.render.context import fill_file

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: a component, a log format, or both, in the catalogue root `into`."""

    id: str
    log: str
    into: Path

    @property
    def home(self) -> Path:
        return self.into / "templates" / "components" / self.id


def with_root(roots: tuple[Path, ...], into: Path) -> tuple[Path, ...]:
    """The roots that count, with the one that is written to on top where it is a catalogue already."""
    there = any((into / place).is_dir() for place in ("templates", "dashboards", "alerts"))
    return (*roots, into) if there and into.resolve() not in {root.resolve() for root in roots} else roots


def scaffold(catalogue: Catalogue, wanted: Wanted) -> tuple[Path, ...]:
    """Writes the files that are wanted and not there, and returns them. Raises ObsbootError before any is written."""
    _refuse(catalogue, wanted)
    texts = {path: _filled(template, wanted) for path, template in _files(catalogue, wanted)}
    for path in texts:
        if path.exists() or path.is_symlink():
            raise ObsbootError(f"{path} is there already; nothing was written", code=Exit.REFUSED)
    _write(texts)
    load(list(dict.fromkeys([*catalogue.roots, wanted.into.resolve()])))
    return tuple(texts)


def _write(texts: Mapping[Path, str]) -> None:
    """All of the files or none."""
    begun: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                begun.append(path)
                file.write(text)
    except OSError as error:
        for path in begun:
            path.unlink(missing_ok=True)
        where = error.filename or (begun[-1] if begun else "")
        raise ObsbootError(f"{where} cannot be written: {error.strerror}", code=Exit.REFUSED) from error


def _refuse(catalogue: Catalogue, wanted: Wanted) -> None:
    if not _ID.fullmatch(wanted.id):
        raise ObsbootError(
            f"{wanted.id!r} cannot be an id", fix="lower-case letters, digits and dashes, a letter first"
        )
    if wanted.log and not re.fullmatch(FORMAT_NAME, wanted.log):
        fix = "lower-case letters, digits and '_', a letter first"
        raise ObsbootError(f"{wanted.log!r} cannot be a log format's name", fix=fix)
    component = catalogue.get(wanted.id)
    if component and not wanted.log:
        fix = "--log NAME adds a log format to it"
        raise ObsbootError(f"the catalogue has {wanted.id} already: {component.place}", fix=fix, code=Exit.REFUSED)
    if component and wanted.log in component.logs:
        place = component.logs[wanted.log].place.path
        fix = f"choose another name; to change that one for you alone, copy it to {wanted.home / 'logs'}"
        raise ObsbootError(f"{wanted.id} has a log format {wanted.log} already: {place}", fix=fix, code=Exit.REFUSED)


def _files(catalogue: Catalogue, wanted: Wanted) -> Iterator[tuple[Path, str]]:
    """Every file with its skeleton."""
    if wanted.id not in catalogue:
        yield wanted.home / "component.yaml", "component.yaml"
        yield wanted.home / "live" / "recipe.yaml", "recipe.yaml"
        yield wanted.into / "dashboards" / f"{wanted.id}.yaml", "dashboard.yaml"
        yield wanted.into / "alerts" / f"{wanted.id}.yaml", "alerts.yaml"
    if wanted.log:
        yield wanted.home / "logs" / f"{wanted.log}.yaml", "format.yaml"
        yield wanted.home / "logs" / f"{wanted.log}.samples.yaml", "samples.yaml"


def _filled(template: str, wanted: Wanted) -> str:
    words = wanted.id.split("-")
    return fill_file(
        data_file(f"templates/skeleton/{template}"),
        id=wanted.id,
        name=wanted.log,
        title=" ".join(words).capitalize(),
        prefix="_".join(words),
        alert="".join(map(str.capitalize, words)),
    )
