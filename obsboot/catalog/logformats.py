"""The log formats of a component, `logs/<name>.yaml` in its home, and their samples beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from obsboot.catalog.problems import CatalogueError, Problem
from obsboot.catalog.reading import Source
from obsboot.model import Component, LogFormat, Sample

SAMPLES = ".samples.yaml"


@dataclass(frozen=True, slots=True)
class _Samples:
    """A file of samples: `server` names the program and version that wrote them."""

    server: str
    samples: tuple[_Sample, ...]


@dataclass(frozen=True, slots=True)
class _Sample:
    """An entry and the fields that it becomes; `unparsed` where it has to be kept as it is."""

    entry: str
    expect: Mapping[str, object]
    unparsed: bool = False


def formats(component: Component, fragments: Mapping[str, str], problems: list[Problem]) -> dict[str, LogFormat]:
    """The component's formats by name; `fragments` are those that all formats share."""
    found: dict[str, LogFormat] = {}
    for path in _files(component):
        name = path.name.removesuffix(".yaml")
        format_: LogFormat | None = Source(path, problems).read(LogFormat, name=name, component=component.id)
        if format_:
            found[name] = replace(format_, fragments={**fragments, **format_.fragments})
    return found


def samples(format_: LogFormat) -> tuple[Sample, ...]:
    """The samples of a format, in the order of their file. Raises CatalogueError where the file cannot be read."""
    path, problems = samples_file(format_), list[Problem]()
    read: _Samples | None = Source(path, problems).read(_Samples)
    if read is None:
        raise CatalogueError(problems)
    return tuple(Sample(each.entry, each.expect, each.unparsed, read.server) for each in read.samples)


def samples_file(format_: LogFormat) -> Path:
    """Where the samples of a format are."""
    return format_.place.path.with_name(f"{format_.name}{SAMPLES}")


def _files(component: Component) -> Iterator[Path]:
    """One file a name: that of the root which counts most."""
    seen: dict[str, Path] = {}
    for home in component.homes:
        for path in sorted((home / "logs").glob("*.yaml")):
            if not path.name.endswith(SAMPLES):
                seen.setdefault(path.name, path)
    return (path for _, path in sorted(seen.items()))
