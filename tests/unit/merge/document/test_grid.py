"""Newcomers find room below what they follow, in their row, and push down what is below."""

from __future__ import annotations

import pytest

from obsboot.merge.document.grid import Box, Layout
from obsboot.merge.document.structure import Key

ROW = Box(0, 0, 24, 1)


def row_at(line: int) -> Box:
    return ROW._replace(y=line)


@pytest.mark.parametrize(
    ("settled", "other", "expected"),
    [
        pytest.param(
            {"a": Box(0, 0, 12, 9), "b": Box(12, 0, 12, 4), "c": Box(0, 9, 24, 3)},
            {"b": Box(12, 0, 12, 4), "new": Box(0, 4, 24, 5)},
            {"new": Box(0, 9, 24, 5), "c": Box(0, 14, 24, 3)},
            id="below a taller neighbour of what it follows",
        ),
        pytest.param(
            {"a": Box(0, 0, 12, 9), "b": Box(12, 0, 12, 4), "c": Box(0, 9, 24, 3)},
            {"b": Box(12, 0, 12, 4), "new": Box(12, 4, 12, 5)},
            {"new": Box(12, 4, 12, 5), "c": Box(0, 9, 24, 3)},
            id="where there is room",
        ),
        pytest.param(
            {"a": Box(0, 0, 8, 2), "row": row_at(2), "c": Box(0, 3, 8, 4)},
            {"a": Box(0, 0, 8, 2), "new": Box(8, 3, 8, 4)},
            {"new": Box(8, 2, 8, 4), "row": row_at(6), "c": Box(0, 7, 8, 4)},
            id="not beyond the next row",
        ),
        pytest.param(
            {"row": row_at(0), "a": Box(0, 1, 8, 2), "b": Box(0, 3, 8, 2), "later row": row_at(5)},
            {"row": row_at(0), "a": Box(0, 1, 8, 2), "new row": row_at(3), "new": Box(0, 4, 8, 2)},
            {"b": Box(0, 3, 8, 2), "new row": row_at(5), "new": Box(0, 6, 8, 2), "later row": row_at(8)},
            id="a row below all of the one before",
        ),
        pytest.param(
            {"a": Box(0, 3, 8, 2)},
            {"new": Box(0, 0, 24, 3), "a": Box(0, 3, 8, 2)},
            {"new": Box(0, 3, 24, 3), "a": Box(0, 6, 8, 2)},
            id="above what it precedes",
        ),
        pytest.param(
            {"row": row_at(0), "a": Box(0, 1, 8, 2), "later row": row_at(3), "b": Box(0, 4, 8, 2)},
            {"row": row_at(0), "b": Box(0, 1, 8, 2), "new": Box(8, 1, 8, 2)},
            {"new": Box(8, 1, 8, 2), "a": Box(0, 1, 8, 2), "b": Box(0, 4, 8, 2)},
            id="in its row, though what it follows left that",
        ),
        pytest.param(
            {"a": Box(0, 0, 8, 2)},
            {"gone row": row_at(0), "a": Box(0, 1, 8, 2), "new": Box(0, 3, 8, 2)},
            {"new": Box(0, 2, 8, 2)},
            id="without its row below what it follows",
        ),
        pytest.param(
            {},
            {"one": Box(0, 5, 8, 2), "two": Box(8, 5, 8, 2)},
            {"one": Box(0, 5, 8, 2), "two": Box(8, 5, 8, 2)},
            id="alone",
        ),
    ],
)
def test_room_for_a_newcomer(settled: dict[Key, Box], other: dict[Key, Box], expected: dict[Key, Box]) -> None:
    rows: set[Key] = {key for key in (*settled, *other) if "row" in str(key)}
    layout = Layout(settled, rows)
    layout.take_in({key for key in other if key not in settled and key != "gone row"}, Layout(other, rows))
    assert {key: layout.boxes[key] for key in expected} == expected


def test_what_would_take_long_is_refused() -> None:
    many: dict[Key, Box] = {number: Box(0, number, 24, 1) for number in range(2000)}
    layout = Layout({}, ())
    with pytest.raises(ValueError, match="too many panels"):
        layout.take_in(set(many), Layout(many, ()))
