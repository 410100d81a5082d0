"""The way out of a conflict: markers give way to one side, and the template's version beside a file goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from obsboot import __version__
from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace.line_ends import with_ends_of
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Plan, Step, record_steps, replacing
from obsboot.workspace.restoring import mode_of, without_sidecar
from obsboot.workspace.standing import marked
from obsboot.workspace.state import SIDECAR, Recorded, State, blob_id, is_pristine
from obsboot.workspace.update.sides import Sides

Side = Literal["yours", "template"]
Rendering = Callable[[], Iterable[Sides]]
"""Gives every file as the template has it now; asked only where the template's version is beside a file."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What happens to one file, what the state says of it afterwards, and the pristine text that belongs to that."""

    path: str
    steps: tuple[Step, ...]
    recorded: Recorded
    base: str | None = None


def resolving(root: Path, state: State, paths: Sequence[str], side: Side | None, rendering: Rendering) -> Plan:
    """The plan that takes one side of all that is at odds in these files; without a side it only records that nothing is.

    Raises ObsbootError where a file has no conflict, or where a side has to be taken and cannot.
    """
    done = [_resolved(root, state, path, side, rendering) for path in dict.fromkeys(paths)]
    files = dict(sorted({**state.files, **{one.path: one.recorded for one in done}}.items()))
    texts = {**state.base, **{one.recorded.blob: one.base for one in done if one.base is not None}}
    after = replace(state, files=files, base=_needed(files, texts))
    return Plan(root, (*(step for one in done for step in one.steps), *record_steps(root, after)))


def _needed(files: Mapping[str, Recorded], texts: Mapping[str, str]) -> dict[str, str]:
    blobs = {one.blob for one in files.values() if one.owner != "seed"}
    return {blob: text for blob, text in texts.items() if blob in blobs}


def _resolved(root: Path, state: State, path: str, side: Side | None, rendering: Rendering) -> _Resolved:
    if why := obstacle(root, path) or obstacle(root, f"{path}{SIDECAR}"):
        raise ObsbootError(f"{path}: {why}", code=Exit.REFUSED)
    recorded, there = state.files.get(path), content(root / path)
    beside, line = content(root / f"{path}{SIDECAR}"), _marked(there, recorded)
    if side is None and (beside is not None or line):
        what = f"{path}{SIDECAR} is still there" if beside is not None else f"a marker is left in line {line}"
        raise ObsbootError(f"{path}: {what}", fix="say which side it is: --yours or --template", code=Exit.REFUSED)
    if beside is not None and side:
        return _beside(root, beside, side, *_met(path, rendering))
    if recorded is not None and line and side:
        status = "orphan" if recorded.status == "orphan" else "written"
        return _Resolved(path, (_chosen(root, path, there or b"", side),), replace(recorded, status=status))
    if recorded is None or recorded.status != "conflict":
        raise ObsbootError(f"{path}: nothing is at odds there", fix="`obsboot resolve` lists what is")
    return _Resolved(path, (), replace(recorded, status="written"))


def _marked(there: bytes | None, recorded: Recorded | None) -> int:
    """The first line of a marker; what the template itself has there is none."""
    if there is None or (recorded is not None and is_pristine(there, recorded.blob)):
        return 0
    return marked(there)


def _chosen(root: Path, path: str, there: bytes, side: Side) -> Step:
    """The file with every block of markers replaced by one side."""
    from obsboot.merge import resolved  # noqa: PLC0415 - only files with markers need it

    try:
        data = resolved(there.decode(), side).encode()
    except UnicodeDecodeError:
        raise ObsbootError(f"{path}: it is no UTF-8 text", fix="resolve it in an editor", code=Exit.REFUSED) from None
    if line := marked(data):
        fix = "mend it in an editor (--edit)"
        raise ObsbootError(f"{path}:{line}: that marker belongs to no whole block", fix=fix, code=Exit.REFUSED)
    step = replacing(root, path, data, there)
    return replace(step, reason=_TAKEN[side], mode=mode_of(root / path, executable=False))


_TAKEN = {"yours": "yours is taken", "template": "the template's is taken"}


def _met(path: str, rendering: Rendering) -> tuple[Sides, GeneratedFile]:
    """The sides of the file as the template has it now."""
    for each in rendering():
        if each.path == path and each.file is not None:
            return each, each.file
    raise _outdated(path)


def _outdated(path: str) -> ObsbootError:
    """The base may only ever be what the template said, lest an edit be taken for the template's later on."""
    return ObsbootError(
        f"{path}{SIDECAR}: the template does not say that (any more): it was edited, or obsboot or the answers changed",
        fix=f"put into {path} what you want of it, and run `obsboot update`, which writes it anew",
        code=Exit.REFUSED,
    )


def _beside(root: Path, beside: bytes, side: Side, met: Sides, file: GeneratedFile) -> _Resolved:
    """The base becomes the template's text, so that the next update sees only what is new after it.

    A file whose new place is taken stays where it is, as if the user had moved it.
    """
    blob = blob_id(file.text.encode())
    if not is_pristine(beside, blob):
        raise _outdated(met.path)
    stays = met.taken or (met.recorded is not None and met.recorded.home)
    recorded = Recorded(
        file.source, blob, file.owner, __version__, executable=file.executable, home=file.path if stays else ""
    )
    return _Resolved(met.path, tuple(_taken(root, met.path, side, file)), recorded, file.text)


def _taken(root: Path, path: str, side: Side, file: GeneratedFile) -> Iterator[Step]:
    if side == "template":
        there = content(root / path)
        step = replacing(root, path, with_ends_of(there, file.text), there)
        yield replace(step, reason=_TAKEN[side], mode=mode_of(root / path, file.executable))
    else:
        yield Step(path, "keep", _TAKEN[side])
    yield from without_sidecar(root, path)
