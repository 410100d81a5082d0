"""What `status` shows: for people what has to be seen to first, for machines the same as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from obsboot import __version__
from obsboot.commands.colour import echo
from obsboot.model import plural
from obsboot.workspace.standing import Standing, What, Word, worst

SCHEMA = 1
_ORDER: tuple[What, ...] = ("conflict", "blocked", "drifted", "missing", "edited", "orphan", "declined")
_COLOURS: dict[str, str] = {
    "conflict": "red", "blocked": "red", "drifted": "yellow", "missing": "yellow",
    "conflicts": "red", "behind": "yellow", "in sync": "green",
}  # fmt: skip
_OUT: dict[What, str] = {
    "conflict": "obsboot resolve {path} --yours or --template",
    "blocked": "move it away",
    "drifted": "obsboot diff {path}; move the change to overrides.yaml, then obsboot restore {path}",
    "missing": "obsboot restore {path}; if you mean it, the next update takes note; if you moved it, obsboot mv",
    "declined": "obsboot restore {path} has it back",
}
"""The way out of each; what stands in none is as it may be."""


@dataclass(frozen=True, slots=True)
class Status:
    """`version` is that of the obsboot which wrote the pack; `changes` how many files an update would touch, if known."""

    version: str
    files: tuple[Standing, ...]
    changes: int | None = None

    @property
    def is_behind(self) -> bool:
        return self.version != __version__ or bool(self.changes)

    @property
    def word(self) -> Word:
        return worst(self.files, self.is_behind)

    @property
    def counts(self) -> dict[What, int]:
        """How many files are what, in the order in which they are shown; only what there is."""
        counted = Counter(one.what for one in self.files)
        return {what: counted[what] for what in _ORDER if counted[what]}


def show(status: Status) -> None:
    """Each file that is not simply as it was rendered with the way out, and the word for all of them last."""
    shown = sorted((one for one in status.files if one.what in _ORDER), key=lambda one: _ORDER.index(one.what))
    for one in shown:
        echo(f"{one.what:<9} {one.path}: {one.why}", _COLOURS.get(one.what))
        if out := way_out(one):
            echo(f"          {out}")
    if status.is_behind:
        echo(f"{'behind':<9} {_behind(status)}", _COLOURS["behind"])
        echo("          obsboot update --plan")
    show_short(status)


def show_short(status: Status) -> None:
    told = [f"{count} {what}" for what, count in status.counts.items()] or [f"{len(status.files)} files"]
    told += [_behind(status)] if status.is_behind else []
    echo(f"{status.word}: {', '.join(told)}", _COLOURS.get(status.word))


def way_out(one: Standing) -> str:
    """The command that settles it; empty where nothing has to be settled."""
    return _OUT.get(one.what, "").format(path=one.path)


def _behind(status: Status) -> str:
    versions = f"obsboot {status.version} wrote it, and this is {__version__}" if status.version != __version__ else ""
    files = "" if status.changes is None else f"an update would touch {plural(status.changes, 'file')}"
    return "; ".join(filter(None, (versions, files)))


def as_data(status: Status) -> dict[str, object]:
    """The same for machines; the schema is in docs/update.md."""
    return {
        "schema": SCHEMA,
        "state": status.word,
        "version": {"pack": status.version, "obsboot": __version__},
        "behind": status.is_behind,
        "changes": status.changes,
        "count": len(status.files),
        "counts": status.counts,
        "files": [
            {"path": one.path, "what": one.what, "owner": one.owner, "why": one.why, "fix": way_out(one)}
            for one in status.files
            if one.what in _ORDER
        ],
    }
