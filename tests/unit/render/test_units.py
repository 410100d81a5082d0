from __future__ import annotations

import pytest

from obsboot.render.units import spell


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8, "percentunit", "80%"),
        (0.001, "percentunit", "0.1%"),
        (90, "percent", "90%"),
        (300, "s", "5m"),
        (5400, "s", "1.5h"),
        (0.005, "s", "5ms"),
        (3, "s", "3s"),
        (0, "s", "0s"),
        (2**20, "bytes", "1MiB"),
        (512, "bytes", "512B"),
        (2**30, "Bps", "1GiB/s"),
        (6, "opm", "6 a minute"),
        (1.5e9, "none", "1,500,000,000"),
    ],
)
def test_a_number_reads_with_its_unit(value: float, unit: str, text: str) -> None:
    assert spell(value, unit) == text
