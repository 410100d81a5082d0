"""Durations as Go writes them, and names with dots as Filebeat reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.sources.documents import Mapped
from obsboot.sources.inputs import nested, unfolded
from obsboot.sources.shipping import seconds

LENGTHS: list[tuple[object, float | None]] = [
    ("72h", 259200), ("1h30m", 5400), ("1.5s", 1.5), ("-2ms", -0.002), (".5m", 30), (7, 7), ("0", 0), ("5", None),
    ("3d", None), ("5 m", None), ("", None), (True, None), (None, None), (["5h"], None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "length"), LENGTHS)
def test_a_duration(said: object, length: float | None) -> None:
    assert seconds(said) == (length if length is None else pytest.approx(length))


WAYS = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=1, max_size=5, unique=True
)


@given(WAYS)
def test_a_name_is_found_however_it_is_nested(ways: list[tuple[str, ...]]) -> None:
    """Of names of which none lies below another."""
    apart = [way for way in ways if not any(other != way and other == way[: len(other)] for other in ways)]
    data = Mapped(1)
    for number, way in enumerate(apart):
        data[".".join(way)] = number
        data.lines[".".join(way)] = number + 1
    for number, way in enumerate(apart):
        assert nested(data, ".".join(way)) == number
    assert all("." not in key for key in unfolded(data))
