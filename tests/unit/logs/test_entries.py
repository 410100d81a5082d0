"""Lines become entries as Filebeat makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from obsboot.logs.entries import LONGEST, MOST_LINES, Entry, entries, placed_entries
from obsboot.model import LogFormat, Place


def format_(name: str, starts: str, multiline: bool = False) -> LogFormat:
    return LogFormat(name, name, starts, (), {}, Place(Path("x"), 1), {"INT": r"\d+"}, multiline, "kettle")


ONE = [format_("steam", "%{INT} ")]
SEVERAL = [format_("steam", "%{INT} ", multiline=True), format_("json", r"\{")]


def test_without_a_multiline_format_each_line_is_an_entry_whatever_it_begins_like() -> None:
    assert list(entries(ONE, ["1 a\n", "  b\r\n", "", "\n", "2 c"])) == ["1 a", "  b", "2 c"]


def test_a_line_that_begins_like_none_of_the_formats_belongs_to_the_entry_above() -> None:
    lines = ["1 a", "  b", "", "no number", "{json}", "its rest", "2 c"]
    assert list(entries(SEVERAL, lines)) == ["1 a\n  b\n\nno number", "{json}\nits rest", "2 c"]


def test_what_comes_before_the_first_beginning_is_an_entry_of_its_own() -> None:
    assert list(entries(SEVERAL, ["", "rest of", "another file", "1 a"])) == ["rest of\nanother file", "1 a"]


def test_every_entry_has_the_line_on_which_it_begins() -> None:
    found = list(placed_entries(SEVERAL, ["", "1 a", "b", "", "2 c"]))
    assert [(each.line, each.text) for each in found] == [(2, "1 a\nb\n"), (5, "2 c")]


def test_nothing_is_no_entry() -> None:
    assert list(entries(SEVERAL, [])) == list(entries(ONE, ["", "\n", "\r\n"])) == []


def test_lines_beyond_the_bound_are_left_out_and_the_next_entry_is_whole() -> None:
    long, short = placed_entries(SEVERAL, ["1 a", *["x"] * 6000, "2 c"])
    assert long.text.count("\n") == MOST_LINES - 1
    assert long.cut
    assert short == Entry("2 c", 6002)


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u20ac", "\U0001f600"])
def test_bytes_beyond_the_bound_are_cut_between_two_letters(letter: str) -> None:
    (alone,) = placed_entries(ONE, ["1 " + letter * LONGEST])
    assert alone.cut
    assert LONGEST - 4 < len(alone.text.encode()) <= LONGEST
    (joined,) = placed_entries(SEVERAL, ["1 a", *[letter * 1000] * 2000])
    assert joined.cut
    assert LONGEST - 4 < len(joined.text.encode()) <= LONGEST
    assert set(joined.text.removeprefix("1 a")) == {letter, "\n"}


def test_entries_come_as_soon_as_they_are_complete() -> None:
    seen: list[str] = []

    def lines() -> object:
        for line in ("1 a", "b", "2 c", "3 d"):
            seen.append(line)
            yield line

    assert next(entries(SEVERAL, lines())) == "1 a\nb"  # type: ignore[arg-type]
    assert seen == ["1 a", "b", "2 c"]


@given(some.lists(some.text("1 {a\n\u00e9", max_size=8).map(lambda text: text.replace("\n", ""))))
def test_no_line_is_lost(lines: list[str]) -> None:
    kept = [line for line in "\n".join(entries(SEVERAL, lines)).split("\n") if line]
    assert kept == [line for line in lines if line]
