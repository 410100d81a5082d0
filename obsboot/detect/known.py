"""Technologies that are recognised though the catalogue does not cover them, so that none is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from obsboot.catalog import Catalogue, CatalogueError
from obsboot.catalog.problems import Problem
from obsboot.catalog.reading import Source
from obsboot.detect.clues import line_matches
from obsboot.detect.composefile import ComposeService
from obsboot.detect.evidence import Evidence, Uncovered
from obsboot.detect.tree import Tree

_FILE = "templates/pack/known.yaml"
_DEPENDENCIES = ("pyproject.toml", "requirements*.txt", "package.json", "go.mod", "pom.xml", "build.gradle*", "Gemfile")


@dataclass(frozen=True, slots=True)
class Known:
    """`image` is searched in compose images, `library` in the lines of dependency files; either may be empty.

    `kind` is `service` for what answers HTTP requests itself: it rivals the framework that was found. `files` are the
    dependency files that may hold the library, by default all that are looked at.
    """

    title: str
    image: str = ""
    library: str = ""
    kind: str = ""
    files: tuple[str, ...] = _DEPENDENCIES


def known(catalogue: Catalogue) -> Mapping[str, Known]:
    """What the roots' lists name and no component covers. Raises CatalogueError."""
    problems: list[Problem] = []
    entries: dict[str, Known] = {}
    for root in catalogue.roots:
        path = Path(root) / _FILE
        if path.is_file():
            entries |= Source(path, problems).read(Mapping[str, Known]) or {}
    if problems:
        raise CatalogueError(problems)
    return {name: entry for name, entry in entries.items() if name not in catalogue.components}


def uncovered(
    entries: Mapping[str, Known], tree: Tree, services: tuple[ComposeService, ...], covered: list[ComposeService]
) -> Iterator[tuple[str, Uncovered]]:
    """What is there and not covered, by id; of a compose image that nobody knows the image is the id."""
    rest = [s for s in services if s.image and s.build is None and s not in covered]
    for name, entry in entries.items():
        runs = [s for s in rest if entry.image and re.search(entry.image, s.image)]
        rest = [s for s in rest if s not in runs]
        places = [s.at(s.image_line, "a container of it in the compose file") for s in runs]
        if found := next(iter([*places, *_library(entry, tree)]), None):
            yield name, Uncovered(entry.title, found)
    for service in rest:
        yield service.image, Uncovered(service.image, service.at(service.image_line, "an image that nothing knows"))


def _library(entry: Known, tree: Tree) -> Iterator[Evidence]:
    if entry.library:
        # A requirement begins its line or its string: prose that mentions a name is none.
        pattern = rf"(?:^[ \t]*|[\"'>:/])(?:{entry.library})(?=[\s\"'<>=!~;\[@(:,)]|$)"
        for path in tree.matching(entry.files):
            for line, _ in line_matches(re.compile(pattern, re.IGNORECASE | re.MULTILINE), tree, path):
                yield Evidence(path, line, "its library among the dependencies")
