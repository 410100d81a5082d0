"""Logstash's pipelines as a folder's files make them: which files belong together, and where in the folder a path leads."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from obsboot.logs.configuration import parse
from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import Configuration, Node, Section, Statement
from obsboot.sources.context import Context
from obsboot.sources.documents import Line, Mapped, listed, mapped
from obsboot.sources.folder import Folder
from obsboot.sources.pipelines import Used, setting, texts, used
from obsboot.sources.source import Source
from obsboot.sources.topology import Service, services

_FILLED = re.compile(r"(?<!%)\{\{[^{}\n]*\}\}|\{%[-+ ]|<%[-=# ]")
"""What another tool fills in before Logstash reads the file."""
_COMMENTS = r"(?:\s|#[^\n]*\n)*"
_BEGINNING = re.compile(rf"{_COMMENTS}(?:input|filter|output){_COMMENTS}\{{{_COMMENTS}(?:\}}|if\b|[\w-]+\s*[\[{{])")
"""A section that begins with a plugin: style sheets and other languages have words like its own."""
_MOST_READ = 65_536
_OFFICIAL = frozenset({
    "logstash", "elastic/logstash", "docker.elastic.co/logstash/logstash", "docker.elastic.co/logstash/logstash-oss",
    "opensearchproject/logstash-oss-with-opensearch-output-plugin",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """One pipeline of a pipelines.yml."""

    path: str
    data: Mapped

    @property
    def id(self) -> str:
        return str(self.data.get("pipeline.id") or "")


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """Files that Logstash reads as one. `whole` is whether all of them are known and can be read."""

    name: str
    files: tuple[tuple[str, Configuration], ...]
    plugins: tuple[Used, ...]
    whole: bool
    listing: Listing | None = None

    def sections(self, kind: str) -> Iterator[tuple[str, Section]]:
        """The sections of a kind in their order, each with the path of its file."""
        for path, configuration in self.files:
            yield from ((path, each) for each in configuration.sections if each.kind == kind)

    @property
    def inputs(self) -> tuple[Used, ...]:
        return tuple(each for each in self.plugins if each.section == "input")


class Logstash:
    """All that a folder holds of Logstash, read once."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @cached_property
    def configurations(self) -> dict[str, Configuration | ConfigurationError]:
        """Every pipeline file by its path, or why it is none; not those that another tool fills in first."""
        found: dict[str, Configuration | ConfigurationError] = {}
        for source in self.context.sources("logstash"):
            try:
                found[source.path] = parse(source.text)
            except ConfigurationError as error:
                if _BEGINNING.match(source.text) and not _FILLED.search(source.text):
                    found[source.path] = error
        return found

    @cached_property
    def plugins(self) -> tuple[Used, ...]:
        """Every plugin of every file that can be read."""
        return tuple(used(self.configurations))

    @cached_property
    def listings(self) -> tuple[Listing, ...]:
        """The entries of every pipelines.yml."""
        return tuple(_listings(self.context.sources("logstash-pipelines")))

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """The pipelines of pipelines.yml and the files that none of them names, those that complete each other together."""
        found = [
            self._pipeline(each.id, self.named(each), each) for each in self.listings if "path.config" in each.data
        ]
        taken = {path for each in found for path, _ in each.files}
        folders: dict[str, list[str]] = {}
        for path in self.configurations:
            if path not in taken:
                folders.setdefault(posixpath.dirname(path), []).append(path)
        for folder, paths in folders.items():
            parts = [paths] if self._complete_each_other(paths) else [[path] for path in paths]
            found += [self._pipeline(folder if len(part) > 1 else part[0], part, None) for part in parts]
        return tuple(each for each in found if each.files)

    def named(self, listing: Listing) -> list[str]:
        """The files that an entry's `path.config` names, as far as they are in the folder."""
        wanted = str(listing.data.get("path.config") or "")
        return self.files_at(wanted, list(self.configurations))

    def files_at(self, wanted: str, paths: Iterable[str]) -> list[str]:
        """Those of the paths that a path (or glob, or folder) inside Logstash's container means."""
        for place in self.places(wanted):
            matched = [path for path in paths if fnmatch.fnmatchcase(path, place) or posixpath.dirname(path) == place]
            if matched:
                return sorted(matched)
        return []

    def places(self, wanted: str) -> list[str]:
        """Where in the folder a path inside Logstash's container may be: by its mounts, else by the end of the path."""
        wanted = posixpath.normpath(wanted)
        mounted = [(mount, each) for each in self.containers if (mount := each.mount_at(wanted))]
        if mounted:
            _, service = max(mounted, key=lambda each: len(each[0].target))
            found = service.outside(wanted)
            return [] if found is None else [found]
        parts = wanted.strip("/").split("/")
        return self._ends(parts)

    def _ends(self, parts: list[str]) -> list[str]:
        """Each end of a path, the longest first, at the root and below each folder that holds files of Logstash."""
        above = {""}
        for path in self.configurations:
            steps = path.split("/")[:-1]
            above.update("/".join(steps[:count]) for count in range(1, len(steps) + 1))
        ends = ["/".join(parts[start:]) for start in range(len(parts))]
        places = [posixpath.join(folder, end) for end in ends for folder in sorted(above, key=len, reverse=True)]
        return [each for each in places if posixpath.dirname(each) in self._folders or each in self._folders]

    @cached_property
    def _folders(self) -> set[str]:
        """Every folder of the folder, the root included."""
        return {"", *(posixpath.dirname(path) for path in self.everything)}

    @cached_property
    def containers(self) -> tuple[Service, ...]:
        """The containers in which Logstash runs."""
        return tuple(each for each in services(self.context) if each.runs("logstash"))

    def seeing(self, path: str) -> list[Service]:
        """Those of them that see a file of the folder."""
        return [each for each in self.containers if each.inside(path) is not None]

    @cached_property
    def version(self) -> int:
        """The major version that compose files say runs; 0 where they do not tell, or not with one voice."""
        found = {each.tag.partition(".")[0] for each in self.containers}
        return int(only) if len(found) == 1 and (only := found.pop()).isdigit() else 0

    def read(self, path: str) -> str | None:
        """The beginning of any file of the folder, whatever is in it; None where there is none or it is no text."""
        subject = self.context.subject
        if path in self.context.files.texts:
            return self.context.files.texts[path]
        if not isinstance(subject, Folder) or path not in subject.exists:
            return None
        try:
            place = subject.root / path
            if place.is_symlink() or not place.is_file():
                return None
            with place.open("rb") as file:
                head = file.read(_MOST_READ)
        except OSError:
            return None
        return None if b"\0" in head else head.decode("utf-8", "replace").replace("\r\n", "\n")

    @cached_property
    def everything(self) -> tuple[str, ...]:
        """Every path of the folder."""
        subject = self.context.subject
        return tuple(sorted(subject.exists if isinstance(subject, Folder) else self.context.files.texts))

    def _pipeline(self, name: str, paths: list[str], listing: Listing | None) -> Pipeline:
        found = [(path, each) for path in paths if isinstance(each := self.configurations[path], Configuration)]
        return Pipeline(name, tuple(found), tuple(used(dict(found))), len(found) == len(paths), listing)

    def _complete_each_other(self, paths: list[str]) -> bool:
        """Whether files of one folder are parts of one pipeline: some of them lack an input or an output."""
        kinds = [
            {section.kind for section in each.sections}
            for path in paths
            if isinstance(each := self.configurations[path], Configuration)
        ]
        some = {kind for each in kinds for kind in each}
        return len(kinds) > 1 and {"input", "output"} <= some and not all({"input", "output"} <= each for each in kinds)


def logstash(context: Context) -> Logstash:
    """What the folder or pack holds of Logstash; the same for each check that asks, each of which meets its files."""
    context.sources("logstash")
    return _logstash(context)


@lru_cache(maxsize=1)
def _logstash(context: Context) -> Logstash:
    return Logstash(context)


def official(service: Service) -> bool:
    """Whether its image is the one that Logstash's makers publish, so that nothing is hidden in it."""
    name = service.image.partition("@")[0].removeprefix("docker.io/")
    return (name.rpartition(":")[0] or name) in _OFFICIAL


def place(node: Node) -> Line:
    """Where a part of a configuration stands."""
    return Line(node.at.line, node.at.column)


def called(each: Used) -> str:
    """The subject of a finding about a plugin: `filter grok access`."""
    name = next(iter(texts(setting(each.plugin, "id"))), "")
    return f"{each.section} {each.plugin.name}" + (f" {name}" if name else "")


def walk(body: Iterable[Statement]) -> Iterator[Statement]:
    """Every statement, those in branches after the branch that holds them."""
    for each in body:
        yield each
        for arm in getattr(each, "arms", ()):
            yield from walk(arm.body)


def _listings(sources: Iterable[Source]) -> Iterator[Listing]:
    for source in sources:
        for each in listed(source.data):
            yield Listing(source.path, mapped(each))
