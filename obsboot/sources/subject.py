"""What is judged: the files of a pack or of any other folder, and those of them that a pack has under their names."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from obsboot.model import Instance, Pack, Stack, Unread
from obsboot.sources.documents import MalformedError, Mapped
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.folder import Folder
from obsboot.sources.kinds import Kind
from obsboot.sources.reading import Broken, Files, FolderLayout, PackLayout
from obsboot.sources.source import Source

Found = TypeVar("Found")
Collected = tuple[tuple[Found, ...], Broken]


class Subject:
    """One pack, or one folder of files that obsboot did not write. Everything is read when it is first asked for, and kept.

    `unseen` collects what a check asked for and could not read; the runner clears it between checks.
    """

    def __init__(self, subject: Pack | Folder) -> None:
        self.subject = subject
        self.unseen: set[Unread] = set()
        if isinstance(subject, Pack):
            self.files = Files(subject.files)
            self.layout: PackLayout | FolderLayout = PackLayout(subject.stack, self.files)
            self.directory = subject.stack.directory.rstrip("/")
        else:
            self.files = Files(subject.files, subject.forms)
            self.layout = FolderLayout(self.files)
            self.directory = "."

    # The pack, where it is one

    @property
    def foreign(self) -> bool:
        """Whether the files are no pack of obsboot's, so that nobody has answered what the stack is."""
        return isinstance(self.subject, Folder)

    @property
    def pack(self) -> Pack:
        """Raises NotApplicableError where the files are none."""
        if not isinstance(self.subject, Pack):
            raise NotApplicableError("it asks for the answers of a pack, and this folder is none")
        return self.subject

    @property
    def stack(self) -> Stack:
        """Raises NotApplicableError where the files are no pack."""
        return self.pack.stack

    def own_stack(self, what: str) -> None:
        """Raises NotApplicableError in files-only mode, where the pack has no `what`."""
        if not self.stack.owns_stack:
            raise NotApplicableError(f"a files-only pack has no {what}")

    # Files

    def path(self, name: str) -> str:
        """The path from the root of a file that is named inside the pack."""
        return posixpath.normpath(f"{self.directory}/{name}")

    def has(self, name: str) -> bool:
        return self.path(name) in self.files.texts

    def paths(self, pattern: str) -> tuple[str, ...]:
        """The pack's files that a glob inside the pack names; `*` crosses no slash. None in a folder that is no pack."""
        return self.layout.paths(pattern) if isinstance(self.layout, PackLayout) else ()

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at a path from the root."""
        if isinstance(self.subject, Folder):
            return path in self.subject.exists
        return any(each == path or each.startswith(f"{path}/") for each in self.files.texts)

    def text(self, name: str) -> str:
        """Raises CannotCheckError where the pack lacks the file."""
        try:
            return self.files.texts[self.path(name)]
        except KeyError:
            raise CannotCheckError(f"{self.path(name)} is missing") from None

    def document(self, path: str) -> Any:
        """The data of a file's first document, by its path from the root. Raises MalformedError."""
        found = self.files.documents(path)
        return found[0] if found else None

    def mapping(self, name: str) -> Mapped:
        """The mapping that a YAML file of the pack is. Raises CannotCheckError."""
        self.text(name)
        found = self.readable(self.path(name))
        if not isinstance(found, Mapped):
            raise CannotCheckError(f"{self.path(name)} does not hold a mapping")
        return found

    def readable(self, path: str) -> Any:
        """The data of a file, or None and a note in `unseen` where it cannot be read."""
        try:
            return self.document(path)
        except MalformedError as error:
            self.unseen.add(_unread(path, error))
            return None

    def sources(self, kind: Kind) -> tuple[Source, ...]:
        """All documents of a kind; those that cannot be read are noted in `unseen`."""
        return self.each(self.layout.of(kind))

    # The files that a pack has under their names

    @property
    def scrape_name(self) -> str:
        return "prometheus/prometheus.yml" if self.stack.owns_stack else "prometheus/scrape.yaml"

    @property
    def scrape(self) -> Mapped:
        """The scrape configuration, whole or a fragment. Raises CannotCheckError."""
        return self.mapping(self.scrape_name)

    @property
    def services(self) -> Mapped:
        """The services of compose.yaml. Raises CannotCheckError, or NotApplicableError in files-only mode."""
        self.own_stack("compose.yaml")
        services = self.mapping("compose.yaml").get("services")
        if not isinstance(services, Mapped):
            raise CannotCheckError(f"{self.path('compose.yaml')} has no services")
        return services

    def instance_of(self, path: str) -> Instance | None:
        """The instance of the pack that a generated rule file or dashboard is about."""
        stem = posixpath.basename(path).rpartition(".")[0]
        instances = () if self.foreign else self.stack.instances
        return next((each for each in instances if each.id == stem), None)

    # Collections: what cannot be read is noted anew for each check that asks

    def collect(self, kind: Kind, read: Callable[[Source], Iterator[Found]]) -> Collected[Found]:
        """What is read out of all documents of a kind, and the files that it could not be read out of."""
        sources, unread = self.layout.of(kind)
        broken = dict(unread)
        found: list[Found] = []
        for source in sources:
            try:
                found.extend(read(source))
            except MalformedError as error:
                broken[source.path] = error
        return tuple(found), broken

    def each(self, collected: Collected[Found]) -> tuple[Found, ...]:
        """What was collected; the files that could not be read are noted."""
        self.unseen.update(_unread(path, error) for path, error in collected[1].items())
        return collected[0]


def _unread(path: str, error: MalformedError) -> Unread:
    return Unread(path, error.line, f"cannot be read: {error}")
