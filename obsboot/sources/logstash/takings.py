"""What the grok filters of a folder try on which field, with the definitions that they have."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from obsboot.logs.syntax import Bareword, Number, Position, Text
from obsboot.sources.logstash.grok import Library, Reference, bracketed, builtin, own, references
from obsboot.sources.logstash.pipelines import Logstash, official
from obsboot.sources.logstash.settings import ecs
from obsboot.sources.pipelines import Used, entries, setting, texts, words
from obsboot.sources.topology import Service

Word = Text | Bareword | Number
_MOST_FILES = 200
_HOME = Text("/usr/share/logstash/patterns", at=Position(1, 1))
"""Whatever is in this folder every grok filter reads."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """The patterns that files and the filter itself define.

    `whole` is whether nothing else can be defined anywhere; `absent` are folders that no container of Logstash has.
    """

    library: Library = field(default_factory=own)
    whole: bool = True
    absent: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Taking:
    """One field of one grok filter, and the patterns that are tried on it in turn."""

    used: Used
    field: str
    patterns: tuple[Word, ...]
    definitions: Definitions

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of an entry that none of the patterns fits."""
        said = setting(self.used.plugin, "tag_on_failure")
        return ("_grokparsefailure",) if said is None else texts(said)

    @property
    def alone(self) -> bool:
        """Whether the filter tries this field and no other, and stops at the first pattern that fits."""
        tries = list(entries(setting(self.used.plugin, "match")))
        return len(tries) == 1 and "false" not in texts(setting(self.used.plugin, "break_on_match"))


@lru_cache(maxsize=1)
def takings(found: Logstash) -> tuple[Taking, ...]:
    """Every field of every grok filter."""
    return tuple(_takings(found))


def _takings(found: Logstash) -> Iterator[Taking]:
    files: dict[tuple[object, ...], Definitions] = {}
    home = _of_files(found, (_HOME,), "*", "").library.texts
    seen = {path: bool(_seeing(found, path)) for path in found.configurations}
    for used in found.plugins:
        if (used.section, used.plugin.name) != ("filter", "grok"):
            continue
        folders = words(setting(used.plugin, "patterns_dir"))
        glob = "".join(texts(setting(used.plugin, "patterns_files_glob"))) or "*"
        keeps = ecs(found, used)
        key = (used.path, glob, keeps, *(str(each.value) for each in folders))
        if key not in files or files[key].absent:
            read = _of_files(found, folders, glob, used.path)
            files[key] = replace(read, library=Library(read.library.texts, keeps) if read.library.texts else own(keeps))
        there = replace(files[key], whole=files[key].whole and seen[used.path])
        given = {name: "".join(texts(value)) for name, value in entries(setting(used.plugin, "pattern_definitions"))}
        if given or home:
            there = replace(there, library=Library({**home, **there.library.texts, **given}, keeps))
        for name, patterns in entries(setting(used.plugin, "match")):
            yield Taking(used, bracketed(name), words(patterns), there)


def _of_files(found: Logstash, folders: tuple[Word, ...], glob: str, pipeline: str) -> Definitions:
    texts_: dict[str, str] = {}
    whole, absent = True, []
    for word in folders:
        wanted = str(word.value)
        if _nowhere(found, wanted, pipeline):
            absent.append(word)
            continue
        read = [found.read(path) for path in _paths(found, wanted, glob)]
        whole = whole and bool(read) and None not in read
        for text in read:
            texts_ |= defined(text or "")
    return Definitions(Library(texts_) if texts_ else own(), whole, tuple(absent))


def _paths(found: Logstash, wanted: str, glob: str) -> list[str]:
    """The files of a folder of patterns, or the one file that is named."""
    for place in found.places(wanted):
        inside = [path for path in found.everything if posixpath.dirname(path) == place]
        if paths := [path for path in inside if fnmatch.fnmatchcase(posixpath.basename(path), glob)]:
            return paths[:_MOST_FILES]
        if place in found.everything and found.read(place) is not None:
            return [place]
    return []


def _nowhere(found: Logstash, wanted: str, pipeline: str) -> bool:
    """Whether no container that runs the pipeline has the folder: none mounts it, and their images are the official ones."""
    seeing = _seeing(found, pipeline)
    if not seeing or not wanted.startswith("/") or wanted.startswith("/usr/share/logstash/vendor"):
        return False
    return not any(each.mount_at(posixpath.normpath(wanted)) for each in seeing)


def _seeing(found: Logstash, pipeline: str) -> list[Service]:
    """The containers that run a pipeline, where all of them are the official image."""
    seeing = found.seeing(pipeline)
    return seeing if all(map(official, seeing)) else []


def defined(text: str) -> dict[str, str]:
    """The patterns of a file: a name and an expression a line."""
    found: dict[str, str] = {}
    for row in text.split("\n"):
        name, _, expression = row.strip().partition(" ")
        if name.replace("_", "").isalnum() and expression and not row.startswith("#"):
            found[name] = expression.strip()
    return found


def undefined(taking: Taking, pattern: str) -> Iterator[Reference]:
    """The references of a pattern to what nobody defines, those inside of definitions included."""
    known, seen = taking.definitions.library.texts, set[str]()
    waiting = [(each, each) for each in references(pattern)]
    while waiting:
        outer, inner = waiting.pop(0)
        if inner.name in seen:
            continue
        seen.add(inner.name)
        if inner.name in known:
            waiting += [(outer, each) for each in references(known[inner.name])]
        elif not builtin().has(inner.name):
            yield outer if inner is outer else Reference(inner.name, outer.field, outer.type, outer.at)
