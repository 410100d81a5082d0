"""A random project: what a template renders before and after, and what the user has made of it in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from random import Random

from obsboot.model import GeneratedFile
from tests.fuzz import texts
from tests.fuzz.texts import Kind, Marks

HAND, NEW = re.compile(rb"hand-\d{6}"), re.compile(rb"new-\d{6}")
"""The marks of lines that a user wrote, and of lines that only the new template has."""
HAND_LINES = 100
"""At the least, in each project."""


@dataclass(frozen=True)
class Project:
    """`before` and `after` are the renderings of the two versions, `yours` what the user has by path.

    `gone` are the templates whose files the user deleted: of these nobody wants anything any more.
    """

    name: str
    before: tuple[GeneratedFile, ...]
    after: tuple[GeneratedFile, ...]
    yours: Mapping[str, bytes]
    gone: frozenset[str]
    ignored: str

    @property
    def hand(self) -> frozenset[bytes]:
        """The marks of all lines written by hand."""
        return frozenset(mark for data in self.yours.values() for mark in HAND.findall(data))

    @property
    def new(self) -> Mapping[bytes, GeneratedFile]:
        """The marks of the lines that an update has to bring. A seed is written once, so its are not among them."""
        files = (file for file in self.after if file.owner != "seed" and file.source not in self.gone)
        return {mark: file for file in files for mark in NEW.findall(file.text.encode())}

    def places(self, file: GeneratedFile) -> frozenset[str]:
        """Where the file was at first, and where the new template has it."""
        every = (*self.before, *self.after)
        return frozenset(each.path for each in every if each.source == file.source)

    def writer(self, mark: bytes) -> str:
        """In which file the user wrote this line."""
        return next(path for path, data in self.yours.items() if mark in data)

    def seeds(self) -> list[str]:
        """Where files are that belong to the user once they are written."""
        return sorted({file.path for file in (*self.before, *self.after) if file.owner == "seed"})

    def edit(self, root: Path) -> None:
        """Makes the first rendering, which stands in `root`, what the user has."""
        for file in self.before:
            if file.path not in self.yours:
                (root / file.path).unlink()
        for path, data in self.yours.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)


def project(seed: str) -> Project:
    """The project of this seed: the same one each time."""
    random = Random(seed)
    before = tuple(_files(random))
    after = tuple(_next_version(random, before))
    yours, gone = _Hand(random, before, after).work()
    return Project(seed, before, after, yours, gone, before[0].path)


def _files(random: Random) -> Iterator[GeneratedFile]:
    """20 to 40 files, the first of them the one that git ignores."""
    yield _file(random, texts.IGNORED, "local", 0.0)
    for number in range(random.randint(19, 39)):
        yield _file(random, random.choice(texts.KINDS), f"{random.choice(texts.WORDS)}-{number}", random.random())


def _file(random: Random, kind: Kind, name: str, share: float) -> GeneratedFile:
    owner = "managed" if share < 0.6 else "owned" if share < 0.9 else "seed"
    path = kind.path.format(name)
    return GeneratedFile(path, kind.make(random, name), owner, f"templates/{path}", kind.executable)  # type: ignore[arg-type]


def _next_version(random: Random, before: tuple[GeneratedFile, ...]) -> Iterator[GeneratedFile]:
    """Six of a hundred files go, eight get another name, six come; most of the others change."""
    marks = Marks("new")
    yield replace(before[0], text=texts.edited(random, before[0].path, before[0].text, marks))
    for file in before[1:]:
        fate = random.random()
        if fate < 0.06:
            continue
        text = file.text
        if random.random() < 0.05:
            text = texts.reindented(file.path, text)
        if random.random() < 0.1:
            text = texts.rearranged(random, file.path, text)
        for _ in range(random.choice((0, 0, 1, 2, 4, 8))):
            text = texts.edited(random, file.path, text, marks)
        yield replace(file, text=text, path=_renamed(file.path) if fate < 0.14 else file.path)
    for number in range(len(before)):
        if random.random() < 0.06:
            added = _file(random, random.choice(texts.KINDS), f"added-{number}", 0.6 * random.random())
            yield replace(added, text=texts.edited(random, added.path, added.text, marks))


def _renamed(path: str) -> str:
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}-renamed{pure.suffix}"))


class _Hand:
    """The user, who knows nothing of the next version but may by chance have a file where it puts one."""

    def __init__(self, random: Random, before: tuple[GeneratedFile, ...], after: tuple[GeneratedFile, ...]) -> None:
        self.random, self.before, self.marks = random, before, Marks("hand")
        old = {file.path for file in before}
        self.coming = [file.path for file in after if file.path not in old]

    def work(self) -> tuple[dict[str, bytes], frozenset[str]]:
        """The files by path, and the templates of those that are deleted."""
        yours, gone = self._arranged()
        changeable = [path for path in yours if self.random.random() < 0.7]
        while len(HAND.findall("".join(yours.values()).encode())) < HAND_LINES:
            path = self.random.choice(changeable)
            for _ in range(self.random.randint(1, 6)):
                yours[path] = texts.edited(self.random, path, yours[path], self.marks)
        yours |= self._own()
        crlf = self.random.random() < 0.1
        return {path: self._saved(path, text, crlf) for path, text in yours.items()}, gone

    def _arranged(self) -> tuple[dict[str, str], frozenset[str]]:
        """Four of a hundred files are deleted, five moved; the one that git ignores is edited."""
        first, *others = self.before
        yours = {first.path: texts.edited(self.random, first.path, first.text, self.marks)}
        gone: set[str] = set()
        for file in others:
            fate = self.random.random()
            if fate < 0.04:
                gone.add(file.source)
            else:
                yours[_moved(file.path) if fate < 0.09 else file.path] = file.text
        return yours, frozenset(gone)

    def _own(self) -> Iterator[tuple[str, str]]:
        """Files that no template made."""
        yield "observability/docs/own.md", f"# Ours\n\n{self.marks.next()}\n"
        if self.coming and self.random.random() < 0.2:
            yield self.random.choice(self.coming), f"# {self.marks.next()}\n"

    def _saved(self, path: str, text: str, crlf: bool) -> bytes:
        """The bytes that the user's editor, or Grafana, makes of it."""
        if path.endswith(".json") and "hand-" in text and self.random.random() < 0.15:
            with suppress(ValueError):  # it is broken
                text = texts.exported(text)
        if self.random.random() < 0.03:
            text = text.removesuffix("\n")
        return (text.replace("\n", "\r\n") if crlf else text).encode()


def _moved(path: str) -> str:
    pure = PurePosixPath(path)
    return str(PurePosixPath("observability", "ours", pure.name))
