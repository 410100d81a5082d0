"""Technologies that are recognised though the catalogue does not cover them, so that none is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from obsboot.catalog import Catalogue, CatalogueError
from obsboot.catalog.problems import Problem
from obsboot.catalog.reading import Source
from obsboot.detect.composefile import ComposeService
from obsboot.detect.evidence import Evidence, Uncovered
from obsboot.detect.tree import Tree

_FILE = "templates/pack/known.yaml"
_DEPENDENCIES = ("pyproject.toml", "requirements*.txt", "package.json", "go.mod", "pom.xml", "build.gradle*", "Gemfile")
# A requirement begins its line or its string: prose that mentions a name is none.
_REQUIREMENT = re.compile(
    r"(?:^[ \t]*(?:require[ \t]+|gem[ \t]+)?|[\"'>:])(@?\w[\w/.-]*)(?=[\s\"'<>=!~;\[@(:,)]|$)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Known:
    """`images` are last parts of an image's name, `libraries` names of requirements; either may be empty.

    `kind` is `service` for what answers HTTP requests itself: it rivals the framework that was found. `files` are the
    dependency files that may hold the library, by default all that are looked at.
    """

    title: str
    images: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
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
) -> dict[str, Uncovered]:
    """What is there and not covered, by id, the first evidence of each; of an unknown image the image is the id."""
    found: dict[str, Uncovered] = {}
    by_image = {image: name for name, entry in entries.items() for image in entry.images}
    for service in services:
        if service.image and service.build is None and service not in covered:
            name = by_image.get(_last_part(service.image), service.image)
            title = entries[name].title if name in entries else service.image
            why = "a container of it in the compose file" if name in entries else "an image that nothing knows"
            found.setdefault(name, Uncovered(title, service.at(service.image_line, why)))
    for name, evidence in _libraries(entries, tree):
        found.setdefault(name, Uncovered(entries[name].title, evidence))
    return found


def _last_part(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def _libraries(entries: Mapping[str, Known], tree: Tree) -> Iterator[tuple[str, Evidence]]:
    by_library = {library: name for name, entry in entries.items() for library in entry.libraries}
    for path in tree.matching(_DEPENDENCIES) if by_library else ():
        text, file = tree.text(path), path.rpartition("/")[2]
        for match in _REQUIREMENT.finditer(text):
            name = by_library.get(match[1].lower().replace("_", "-"))
            if name and any(fnmatchcase(file, glob) for glob in entries[name].files):
                yield (
                    name,
                    Evidence(path, text.count("\n", 0, match.start(1)) + 1, "its library among the dependencies"),
                )
