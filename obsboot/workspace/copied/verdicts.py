"""What happens to one file of a copier project: as in a pack, and for what no pack has: links and bytes that are no text."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from obsboot.merge import Conflict, Labels, has_markers
from obsboot.workspace.copied.rendering import Rendered
from obsboot.workspace.obstacles import obstacle
from obsboot.workspace.state import SIDECAR, Recorded, blob_id
from obsboot.workspace.update.sides import Sides
from obsboot.workspace.update.verdicts import Verdict, broken_merge, verdict


@dataclass(frozen=True, slots=True)
class Met:
    """One file: the sides of its text, and what the template had and has, of whatever kind."""

    sides: Sides
    old: Rendered | None
    new: Rendered | None

    @property
    def is_untouched(self) -> bool:
        """Whether the template has it as it had it, where it had it: then nothing the user did concerns it."""
        return self.old == self.new and self.sides.goal == self.sides.path

    @property
    def is_text(self) -> bool:
        return all(side is None or side.text is not None for side in (self.old, self.new))


def decided(root: Path, met: Met, labels: Labels, version: str) -> Verdict:
    """The verdict for one file that the template touches."""
    path = met.sides.path
    if met.new is not None and met.new.is_link:
        return _link(root, met, met.new)
    if met.new is not None and not obstacle(root, path + SIDECAR) and (root / (path + SIDECAR)).exists():
        return Verdict(path, "refuse", f"{path}{SIDECAR} of an earlier update is still beside it")
    if met.sides.blocked:
        return _blocked(met)
    if met.new is None and met.sides.recorded is not None and met.sides.recorded.home:
        return Verdict(path, "orphan", "the template no longer has it; you moved it, so it stays")
    if _is_marked(met):
        return Verdict(path, "refuse", "markers of an earlier update are still in it")
    if met.new is not None and met.sides.yours is not None and (not met.is_text or _is_exact(met)):
        return _whole(met, met.new, met.sides.yours, version)
    if met.new is not None and met.sides.yours is None and met.sides.recorded is None:
        each = Verdict(path, "add", "new", data=met.new.data, recorded=_record(met, met.new, version))
        return replace(each, mode=met.sides.mode)
    return _sound(met, verdict(met.sides, labels, version))


def _is_exact(met: Met) -> bool:
    return met.old is not None and met.old.data == met.sides.yours


def _record(met: Met, new: Rendered, version: str) -> Recorded:
    place = met.sides.file.path if met.sides.file else met.sides.path
    return Recorded(place, blob_id(new.data), "managed", version, executable=new.executable)


def _link(root: Path, met: Met, new: Rendered) -> Verdict:
    """The template has a link. obsboot writes none: a link can lead anywhere."""
    path, there = met.sides.path, root / met.sides.path
    to = new.data.decode(errors="replace")
    if there.is_symlink() and str(there.readlink()) == to:
        return Verdict(path, "unchanged")
    what = Conflict(1, 1, "no such link", f"a link to {to}", f"obsboot writes no links: ln -s {to} {path}")
    return Verdict(path, "conflict", f"the template has a link to {to} here", conflicts=(what,))


def _blocked(met: Met) -> Verdict:
    """A link or a folder of the user's is there: it stays."""
    path, why = met.sides.path, met.sides.blocked
    if met.new is None:
        return Verdict(path, "orphan", f"the template no longer has it; {why}, so it stays")
    what = Conflict(1, 1, why, "a new rendering", why)
    return Verdict(path, "conflict", f"{why}; the template's file is beside it", aside=met.new.data, conflicts=(what,))


def _is_marked(met: Met) -> bool:
    """Whether the file has markers of a conflict that are not the template's own: within them, nobody could resolve more."""
    yours, old = ((data or b"").decode(errors="replace") for data in (met.sides.yours, met.old and met.old.data))
    return bool(has_markers(yours)) and not has_markers(old)


def _whole(met: Met, new: Rendered, yours: bytes, version: str) -> Verdict:
    """A file that is taken as a whole: of one side or of the other."""
    sides = met.sides
    moves = sides.goal != sides.path
    each = Verdict(sides.path, "keep", "your bytes", sides.goal if moves else "", recorded=_record(met, new, version))
    each = replace(each, mode=sides.mode)
    if _is_exact(met) and yours != new.data:
        return replace(each, action="rename" if moves else "update", reason="", data=new.data)
    if yours == new.data or (met.old is not None and met.old.data == new.data):
        if moves or sides.mode != sides.permissions:
            return replace(each, action="rename" if moves else "update", data=yours)
        return each
    what = Conflict(1, 1, "edited bytes" if met.old else "a file of yours", "other bytes", "it cannot be merged")
    why = "both have it, and it cannot be merged; the template's file is beside it"
    return replace(each, action="conflict", reason=why, goal="", aside=new.data, conflicts=(what,))


def _sound(met: Met, each: Verdict) -> Verdict:
    """A merge after which a file can no longer be read is none."""
    if each.action != "merge" or each.data is None or met.sides.yours is None:
        return each
    suffix = PurePosixPath(each.at).suffix
    broken = _broken(suffix, each.data)
    return broken_merge(met.sides, broken) if broken and not _broken(suffix, met.sides.yours) else each


def _broken(suffix: str, data: bytes) -> str:
    """Why these bytes are no file of their kind; empty where they are, and of kinds that are not known."""
    readers = {".toml": tomllib.loads, ".json": json.loads}
    try:
        readers.get(suffix, str)(data.decode())
    except (ValueError, RecursionError) as error:
        return f"the merged file would be no {suffix.lstrip('.').upper()}: {error}"
    return ""
