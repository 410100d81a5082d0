"""Every log format of the catalogue reads its own samples as they say, and nothing makes it slow."""

from __future__ import annotations

import time

import pytest

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs.reading import UNPARSED, read
from obsboot.logs.trying import differences, undeclared
from obsboot.model import LogFormat

CATALOGUE = load()
FORMATS = [each for component in CATALOGUE.values() for each in component.logs.values()]
HOSTILE = ("a", "%", '"', "\\", " ", "(", ",", "'", "\n", "1", "::", "select ", 'x="', "{", "\u00e9", "\x00", "12.")
"""What a line can be stuffed with."""
SIZE, SECONDS = 64 * 1024, 0.25
"""Characters, and seconds of processor time for a line of them. A pattern that looks for its end in two ways takes minutes.
Lines of a mebibyte are read in `make test-logs`."""


def ids(format_: LogFormat) -> str:
    return f"{format_.component}.{format_.name}"


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_each_sample_becomes_its_document(format_: LogFormat) -> None:
    formats = list(CATALOGUE[format_.component].logs.values())
    wrong = {
        sample.entry: found for sample in samples(format_) if (found := list(differences(formats, format_, sample)))
    }
    assert not wrong


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_there_are_a_dozen_samples_and_they_show_every_field(format_: LogFormat) -> None:
    every = samples(format_)
    assert len(every) >= 12
    assert all(sample.server for sample in every)
    assert not list(undeclared(format_, CATALOGUE.log_fields, every))


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_a_hostile_line_is_soon_done_with_and_kept(format_: LogFormat) -> None:
    sample = max((sample.entry for sample in samples(format_)), key=len)
    for stuffing in HOSTILE:
        read_stuffed(format_, sample, stuffing, len(sample) // 2, SIZE, SECONDS)


def read_stuffed(format_: LogFormat, sample: str, stuffing: str, at: int, size: int, seconds: float) -> None:
    """Reads a line with so many characters of stuffing in it, and sees that it is soon done with and not lost."""
    entry = sample[:at] + stuffing * (size // len(stuffing)) + sample[at:]
    started = time.process_time()
    document = read(list(CATALOGUE[format_.component].logs.values()), {"message": entry})
    assert time.process_time() - started < seconds, (sample, stuffing, at)
    assert UNPARSED not in document.get("tags", ()) or document["message"] == entry
