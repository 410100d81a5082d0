"""The samples of log formats, read once a process: a pack is checked against them, not only its catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from obsboot.catalog import logformats
from obsboot.catalog.problems import CatalogueError
from obsboot.logs.trying import differences
from obsboot.model import Component, LogFormat, Sample
from obsboot.sources.errors import CannotCheckError

_SAMPLES: dict[tuple[Path, int], tuple[Sample, ...]] = {}
_VERDICTS: dict[tuple[tuple[Path, int], ...], tuple[tuple[int, str], ...]] = {}


def samples(format_: LogFormat) -> tuple[Sample, ...]:
    """The samples of a format. Raises CannotCheckError where they cannot be read."""
    key = _key(logformats.samples_file(format_))
    if key not in _SAMPLES:
        try:
            _SAMPLES[key] = logformats.samples(format_)
        except CatalogueError as error:
            raise CannotCheckError(str(error)) from None
    return _SAMPLES[key]


def verdict(formats: Sequence[LogFormat], format_: LogFormat) -> tuple[tuple[int, str], ...]:
    """What differs from what the samples of a format of the component promise: the number of the sample, and how."""
    paths = [each.place.path for each in formats]
    key = tuple(_key(path) for path in (logformats.samples_file(format_), *paths))
    if key not in _VERDICTS:
        every = enumerate(samples(format_))
        _VERDICTS[key] = tuple((n, how) for n, sample in every for how in differences(formats, format_, sample))
    return _VERDICTS[key]


def _key(path: Path) -> tuple[Path, int]:
    try:
        return path, path.stat().st_mtime_ns
    except OSError:
        return path, 0


def joined(component: Component) -> list[tuple[LogFormat, list[str]]]:
    """The lines of each sample that is read, with its format. Raises CannotCheckError."""
    formats = component.logs.values()
    return [(each, s.entry.split("\n")) for each in formats for s in samples(each) if not s.unparsed]
