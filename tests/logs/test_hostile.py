"""Lines of a mebibyte that are made to keep a pattern busy: each is read within a second."""

from __future__ import annotations

import pytest

from obsboot.catalog.logformats import samples
from obsboot.model import LogFormat
from tests.unit.logs.test_samples import FORMATS, HOSTILE, ids, read_stuffed

SIZE, SECONDS = 1024 * 1024, 1.0


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_a_hostile_line_of_a_mebibyte_is_read_within_a_second(format_: LogFormat) -> None:
    for sample in (each.entry for each in samples(format_)[:2]):
        for stuffing in HOSTILE:
            for at in (len(sample) // 2, len(sample)):
                read_stuffed(format_, sample, stuffing, at, SIZE, SECONDS)
