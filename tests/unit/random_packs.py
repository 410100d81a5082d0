"""Small packs drawn at random: what a template made of them in each version, and what people do to them by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from hypothesis import strategies as st

from obsboot.model import GeneratedFile, Owner

KINDS = ("yaml", "json", "md", "conf", "sh", "txt")
TOKEN = re.compile(rb"hand\d{3}")
"""What every line that is written by hand has in it."""

Line = tuple[int, int]
"""Its number, which it keeps, and how often the template has changed it."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file of the template in one version."""

    source: str
    path: str
    owner: Owner
    lines: tuple[Line, ...]
    indent: int = 0
    x: bool = False

    @property
    def kind(self) -> str:
        return self.path.rpartition(".")[2]

    def file(self) -> GeneratedFile:
        return GeneratedFile(self.path, text_of(self), self.owner, self.source, executable=self.x)


Version = tuple[Rendered, ...]


def text_of(one: Rendered) -> str:
    """Its text: panels of a dashboard, keys of a mapping, or plain lines."""
    if one.kind == "json":
        return board([{"id": number, "title": f"v{times}"} for number, times in one.lines], 2 + one.indent)
    pad, form = " " * one.indent, "k{}: v{}" if one.kind == "yaml" else "line {} v{}"
    return "".join(f"{pad}{form.format(*line)}\n" for line in one.lines)


def board(panels: Sequence[Mapping[str, Any]], indent: int) -> str:
    shown = [{"type": "timeseries", **panel} for panel in panels]
    return json.dumps({"title": "Board", "panels": shown}, indent=indent) + "\n"


@st.composite
def versions(draw: st.DrawFn, count: int) -> tuple[Version, ...]:
    """The versions of a template, each from the one before; what it once took away it never brings back."""
    version = tuple(draw(rendered(f"f{number}")) for number in range(draw(st.integers(1, 4))))
    every = [version]
    for number in range(1, count):
        changed = [one for each in every[-1] for one in draw(later(each, number))]
        if draw(st.booleans()):
            changed.append(draw(rendered(f"n{number}")))
        if len(changed) > 1 and draw(st.integers(0, 9)) == 0:
            changed[:2] = _swapped(*changed[:2])
        every.append(tuple(changed))
    return tuple(every)


@st.composite
def rendered(draw: st.DrawFn, name: str) -> Rendered:
    kind, owner = (
        draw(st.sampled_from(KINDS)),
        draw(st.sampled_from(["managed", "managed", "managed", "owned", "seed"])),
    )
    folder = draw(st.sampled_from(["o", "o/deep"]))
    lines = tuple((number, 0) for number in range(draw(st.integers(1, 8))))
    return Rendered(name, f"{folder}/{name}.{kind}", owner, lines)  # type: ignore[arg-type]


@st.composite
def later(draw: st.DrawFn, one: Rendered, number: int) -> list[Rendered]:
    """What a later version makes of a file: it, changed or not, or nothing."""
    changes = draw(st.lists(st.sampled_from(_CHANGES), max_size=2))
    for change in changes:
        at = draw(st.integers(0, 7))
        if change == "gone":
            return []
        one = _changed(one, change, at, number)
    return [one]


def _swapped(one: Rendered, other: Rendered) -> tuple[Rendered, Rendered]:
    """Each with the name of the other, if they are of a kind."""
    if one.kind != other.kind:
        return one, other
    return replace(one, path=other.path), replace(other, path=one.path)


_CHANGES = ("edit", "edit", "add", "cut", "rename", "rename", "indent", "chmod", "gone")


def _changed(one: Rendered, change: str, at: int, number: int) -> Rendered:
    lines = list(one.lines)
    at = min(at, len(lines) - 1)
    if change == "edit":
        lines[at] = (lines[at][0], lines[at][1] + 1)
    elif change == "add":
        lines.insert(at, (100 * number + len(lines), 0))
    elif change == "cut" and len(lines) > 1:
        del lines[at]
    elif change == "rename":
        return replace(one, path=f"o/renamed/{one.source}-{number}.{one.kind}")
    elif change == "indent":
        return replace(one, indent=one.indent + 2)
    elif change == "chmod":
        return replace(one, x=True)
    return replace(one, lines=tuple(dict.fromkeys(lines)))


# --- by hand

Deed = Literal["insert", "change", "remove", "delete", "move", "chmod", "crlf", "no end", "raw", "bytes", "foreign"]


@dataclass(frozen=True, slots=True)
class Hand:
    """One thing that somebody does to the file at `path`; `number` makes what is written theirs."""

    deed: Deed
    path: str
    at: int
    number: int

    @property
    def token(self) -> str:
        return f"hand{self.number:03d}"


_DEEDS: tuple[Deed, ...] = (
    "insert", "insert", "change", "change", "remove", "delete", "move", "chmod", "crlf", "no end", "raw", "bytes",
)  # fmt: skip


@st.composite
def hands(draw: st.DrawFn, old: Version, new: Version) -> list[Hand]:
    """What was done between two versions, also to places where only the new one has a file."""
    paths = [one.path for one in old]
    deeds = draw(st.lists(st.tuples(st.sampled_from(_DEEDS), st.sampled_from(paths), st.integers(0, 7)), max_size=6))
    done = [Hand(deed, path, at, number) for number, (deed, path, at) in enumerate(deeds)]
    places = sorted({one.path for one in new} - set(paths))
    has_foreign = draw(st.booleans())
    if places and has_foreign:
        done.append(Hand("foreign", draw(st.sampled_from(places)), 0, len(done)))
    return done


def do(root: Path, hand: Hand) -> None:
    """Does it; where the file is gone by now, nothing."""
    path = root / hand.path
    if hand.deed == "foreign":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{hand.token}\n")
    elif not path.exists():
        return
    elif hand.deed == "delete":
        path.unlink()
    elif hand.deed == "move":
        path.rename(path.with_name(f"moved-{path.name}"))
    elif hand.deed == "chmod":
        path.chmod(0o755 if hand.at % 2 else 0o640)
    else:
        path.write_bytes(_edited(path.read_bytes(), path.suffix, hand))


def _edited(data: bytes, suffix: str, hand: Hand) -> bytes:
    if hand.deed == "bytes":
        return data + f"\0\xff{hand.token}".encode("latin-1")
    if hand.deed == "crlf":
        return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if hand.deed == "no end":
        return data.rstrip(b"\r\n")
    if suffix == ".json" and hand.deed != "raw":
        with suppress(ValueError):
            return _board_edited(json.loads(data), hand).encode()
    lines = data.splitlines(keepends=True)
    end = b"\r\n" if b"\r\n" in data else b"\n"
    at = min(hand.at, max(len(lines) - 1, 0))
    if hand.deed in ("change", "remove"):
        del lines[at : at + 1]
    if hand.deed != "remove":
        lines.insert(at, _line(lines, suffix, hand) + end)
    return b"".join(lines)


def _line(lines: Sequence[bytes], suffix: str, hand: Hand) -> bytes:
    """A line in the manner of the others."""
    first = lines[0] if lines else b""
    pad = first[: len(first) - len(first.lstrip(b" "))]
    return pad + (f"{hand.token}: 1" if suffix == ".yaml" else f"line by {hand.token}").encode()


def _board_edited(document: dict[str, Any], hand: Hand) -> str:
    panels = document["panels"]
    at = min(hand.at, len(panels) - 1)
    if hand.deed == "insert" or not panels:
        panels.insert(at, {"id": 500 + hand.number, "title": hand.token})
    elif hand.deed == "change":
        panels[at]["title"] = hand.token
    else:
        del panels[at]
    return board(panels, 1 + hand.number % 3)
