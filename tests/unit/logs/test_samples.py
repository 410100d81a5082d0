"""Every log format of the catalogue reads its own samples as they say, and nothing makes it slow."""

from __future__ import annotations

import time

import pytest

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs.reading import UNPARSED, read
from obsboot.logs.trying import differences, undeclared
from obsboot.model import LogFormat

FORMATS = [each for component in load().values() for each in component.logs.values()]
HOSTILE = ("a", "%", '"', "\\", " ", "(", ",", "'", "\n", "1", "::", "select ", 'x="', "{", "\u00e9", "\x00", "12.")
"""What a line can be stuffed with, a mebibyte of each."""
SECONDS = 1.0
"""For one line of a mebibyte. A pattern that looks for its end in two ways takes minutes."""


def ids(format_: LogFormat) -> str:
    return f"{format_.component}.{format_.name}"


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_each_sample_becomes_its_document(format_: LogFormat) -> None:
    formats = list(load()[format_.component].logs.values())
    wrong = {
        sample.entry: found for sample in samples(format_) if (found := list(differences(formats, format_, sample)))
    }
    assert not wrong


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_there_are_a_dozen_samples_and_they_show_every_field(format_: LogFormat) -> None:
    every = samples(format_)
    assert len(every) >= 12
    assert all(sample.server for sample in every)
    assert not list(undeclared(format_, load().log_fields, every))


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_a_hostile_line_is_soon_done_with_and_kept(format_: LogFormat) -> None:
    formats = list(load()[format_.component].logs.values())
    for sample in samples(format_)[:3]:
        for stuffing in HOSTILE:
            for at in (len(sample.entry) // 2, len(sample.entry)):
                entry = sample.entry[:at] + stuffing * (1024 * 1024 // len(stuffing)) + sample.entry[at:]
                started = time.process_time()
                document = read(formats, {"message": entry})
                assert time.process_time() - started < SECONDS, (sample.entry, stuffing, at)
                assert UNPARSED not in document.get("tags", ()) or document["message"] == entry
