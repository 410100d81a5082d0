"""What happens to one file, by its three sides. Nothing that the user wrote is ever dropped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from obsboot.merge import Conflict, Labels
from obsboot.model import GeneratedFile, plural
from obsboot.workspace.line_ends import with_ends_of
from obsboot.workspace.state import Recorded, blob_id
from obsboot.workspace.update.contents import Content, merged
from obsboot.workspace.update.sides import Sides

Action = Literal[
    "unchanged", "add", "update", "rename", "merge", "delete", "keep", "declined", "orphan", "conflict", "released",
    "refuse",
]  # fmt: skip
"""unchanged: nothing to do. add, update, rename, delete: obsboot's own bytes. merge: both changes in one file. keep: the
user's bytes, which the template does not touch. declined: the user deleted it, and it stays away. orphan: the template
no longer has it, the user edited it, so it stays. conflict: both sides are at odds. released: a seed that the template
no longer has. refuse: nothing can be written there."""

Status = Literal["written", "conflict", "declined", "orphan"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a file.

    `data` are the bytes that `goal` shall have, with `mode`; None where they stay or go. `aside` are the template's
    bytes for the sidecar. `recorded` is what the state says of the file afterwards, at `at`; None where it forgets it.
    """

    path: str
    action: Action
    reason: str = ""
    goal: str = ""
    data: bytes | None = field(default=None, repr=False)
    aside: bytes | None = field(default=None, repr=False)
    conflicts: tuple[Conflict, ...] = ()
    recorded: Recorded | None = None
    base: str | None = field(default=None, repr=False)
    """The pristine text that belongs to `recorded`."""
    mode: int = 0o644

    @property
    def at(self) -> str:
        return self.goal or self.path


def verdict(sides: Sides, labels: Labels, version: str) -> Verdict:
    """The decision for one file; `version` is that of the new rendering."""
    return replace(_decided(sides, labels, version), mode=sides.mode)


def _decided(sides: Sides, labels: Labels, version: str) -> Verdict:
    if sides.blocked:
        return Verdict(sides.path, "refuse", sides.blocked)
    if sides.file is None:
        return _dropped(sides)
    new = _record(sides.file, version)
    if sides.recorded is None:
        return _added(sides, sides.file, new)
    new = replace(new, home=sides.file.path if sides.recorded.home else "")
    if sides.file.owner == "seed" or sides.recorded.owner == "seed":
        return _seed(sides, sides.recorded, new)
    if sides.yours is None:
        return _deleted(sides, sides.file, new)
    return _present(sides, sides.file, new, labels)


def _record(file: GeneratedFile, version: str) -> Recorded:
    return Recorded(file.source, blob_id(file.text.encode()), file.owner, version, executable=file.executable)


def _dropped(sides: Sides) -> Verdict:
    """The template no longer has the file."""
    recorded = sides.recorded
    if recorded is None or sides.yours is None:
        return Verdict(sides.path, "unchanged")
    if recorded.owner == "seed":
        return Verdict(sides.path, "released", "the template no longer has it; it is yours")
    if sides.is_pristine:
        return Verdict(sides.path, "delete", "the template no longer has it")
    known = recorded.status == "orphan"
    kept = replace(recorded, status="orphan")
    why = "the template no longer has it; you edited it, so it stays, and is no part of the pack any more"
    return Verdict(sides.path, "unchanged" if known else "orphan", "" if known else why, recorded=kept, base=sides.base)


def _added(sides: Sides, file: GeneratedFile, new: Recorded) -> Verdict:
    """The template has a file that the pack did not have."""
    if sides.yours is None:
        return Verdict(sides.path, "add", "new", data=file.text.encode(), recorded=new, base=file.text)
    if sides.is_current:
        return Verdict(sides.path, "unchanged", recorded=new, base=file.text)
    if file.owner == "seed":
        return Verdict(sides.path, "keep", "it was there already, and is yours", recorded=new, base=None)
    what = Conflict(1, 1, "a file of yours", "a new file", "both have a file here, and nothing that both began with")
    return Verdict(sides.path, "conflict", what.what, aside=file.text.encode(), conflicts=(what,))


def _seed(sides: Sides, old: Recorded, new: Recorded) -> Verdict:
    """What was written once stays as it is and where it is; one that the user has removed, from its new place as well."""
    if sides.yours is None and not sides.taken and not new.home:
        gone = replace(new, blob=old.blob, base_version=old.base_version, owner="seed")
        return Verdict(sides.path, "unchanged", goal=sides.goal, recorded=gone)
    home = new.home or (sides.file.path if sides.file and sides.file.path != sides.path else "")
    kept = replace(new, blob=old.blob, base_version=old.base_version, home=home, owner="seed")
    return Verdict(sides.path, "unchanged", recorded=kept)


def _deleted(sides: Sides, file: GeneratedFile, new: Recorded) -> Verdict:
    """The user deleted the file."""
    known = sides.recorded is not None and sides.recorded.status == "declined"
    changed = sides.recorded is not None and sides.recorded.blob != new.blob
    why = "you deleted it, so it stays away" + ("; the template has changed it" if changed else "")
    gone = replace(new, status="declined")
    action: Action = "unchanged" if known and not changed else "declined"
    goal = "" if sides.taken else sides.goal  # where it would be put back; what is the user's there stays the user's
    return Verdict(sides.path, action, "" if action == "unchanged" else why, goal, recorded=gone, base=file.text)


def _present(sides: Sides, file: GeneratedFile, new: Recorded, labels: Labels) -> Verdict:
    yours, text = sides.yours or b"", file.text
    goal = sides.goal if sides.goal != sides.path else ""
    if sides.taken:
        what = Conflict(1, 1, "a file of yours", f"its new place, {goal}", "a file of yours is where it shall be")
        return _at_odds(sides, Content(yours, (what,), aside=True), text)
    if sides.is_current:
        return _followed(Verdict(sides.path, "unchanged", goal=goal, recorded=new, base=text), sides)
    if sides.is_pristine:
        data = with_ends_of(yours, text)
        return Verdict(sides.path, "rename" if goal else "update", goal=goal, data=data, recorded=new, base=text)
    if sides.recorded is not None and sides.recorded.blob == new.blob:
        new = replace(new, base_version=sides.recorded.base_version)
        return _followed(Verdict(sides.path, "keep", "your edits", goal, recorded=new, base=text), sides)
    if sides.base is None:
        what = Conflict(1, 1, "edited", "a new rendering", "what you began with is not known")
        return _at_odds(sides, Content(yours, (what,), aside=True), text)
    content = merged(sides.path, sides.base, yours, text, labels)
    if content.conflicts and content.aside:
        return _at_odds(sides, content, text)
    if content.data == yours and not content.conflicts:
        return _followed(Verdict(sides.path, "keep", _told(sides, content), goal, recorded=new, base=text), sides)
    status: Status = "conflict" if content.conflicts else "written"
    outcome: Action = "conflict" if content.conflicts else "merge"
    record = replace(new, status=status)
    return Verdict(
        sides.path, outcome, _told(sides, content), goal, content.data, None, content.conflicts, record, text
    )


def _followed(each: Verdict, sides: Sides) -> Verdict:
    """The verdict of a file whose bytes stay, in its new place or with its new mode if it has one."""
    if each.goal:
        return replace(each, action="rename", data=sides.yours)
    if sides.mode != sides.permissions:
        reason = "it is to be executed" if sides.mode & 0o111 else "it is not to be executed any more"
        return replace(each, action="update", reason=reason, data=sides.yours)
    return each


def _at_odds(sides: Sides, content: Content, text: str) -> Verdict:
    """No markers can stand in the file: it keeps what is yours, the sidecar has the template's, and the base stays.

    The next update tries again from the same base, until `resolve` says which side it is.
    """
    data = content.data if content.data != sides.yours else None
    record = replace(sides.recorded, status="conflict") if sides.recorded else None
    reason = f"{plural(len(content.conflicts), 'change')} at odds; the template's file is beside it"
    return Verdict(sides.path, "conflict", reason, "", data, text.encode(), content.conflicts, record, sides.base)


def broken_merge(sides: Sides, why: str) -> Verdict:
    """A merge whose lines went well, and whose result does not hold: yours stays, and the template's is beside it."""
    what = Conflict(1, 1, "your edits", "a new rendering", why)
    text = sides.file.text if sides.file else ""
    return _at_odds(sides, Content(sides.yours or b"", (what,), aside=True), text)


def _told(sides: Sides, content: Content) -> str:
    owned = sides.file is not None and sides.file.owner == "owned"
    where = "; it is regenerated by obsboot: overrides.yaml is the place for such changes" if owned else ""
    if content.conflicts:
        return f"{plural(len(content.conflicts), 'place')} at odds, marked in the file{where}"
    return f"your edits and the template's{where}"
