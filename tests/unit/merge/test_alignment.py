from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from obsboot.merge.alignment import Run, equal_runs

TEXTS = st.lists(st.sampled_from("abc"), max_size=12)


def longest(first: str, second: str) -> int:
    """How many lines the two have in common at most, in order."""

    @cache
    def common(i: int, j: int) -> int:
        if i == len(first) or j == len(second):
            return 0
        return 1 + common(i + 1, j + 1) if first[i] == second[j] else max(common(i + 1, j), common(i, j + 1))

    return common(0, 0)


@given(TEXTS, TEXTS)
def test_runs_are_equal_lines_and_rise_in_both_texts(first: list[str], second: list[str]) -> None:
    a = b = 0
    for run in equal_runs(first, second):
        assert run.first >= a
        assert run.second >= b
        assert run.length > 0
        a, b = run.first + run.length, run.second + run.length
        assert first[run.first : a] == second[run.second : b]


@given(TEXTS, TEXTS)
def test_of_lines_that_all_repeat_as_many_as_possible_are_found(first: list[str], second: list[str]) -> None:
    # The frame keeps the ends from being equal, where fewer lines than possible may be taken.
    one, other = ["<", *"abc", *first, ">"], ["[", *second, *"abc", "]"]
    one, other = [line for line in one for _ in "12"], [line for line in other for _ in "12"]
    assert sum(run.length for run in equal_runs(one, other)) == longest("".join(one), "".join(other))


def test_a_line_that_stands_once_tells_more_than_braces_that_repeat() -> None:
    assert equal_runs(["rule", "}", "}", "}"], ["}", "}", "}", "rule"]) == [Run(0, 3, 1)]


def test_lines_between_those_that_stand_once_are_found_too() -> None:
    first = ["x", "one", "}", "", "}", "two", "y"]
    second = ["z", "one", "", "}", "}", "two", "w"]
    assert equal_runs(first, second) == [Run(1, 1, 1), Run(3, 2, 2), Run(5, 5, 1)]
