"""Expressions that take exponential time, and such as only look like it."""

from __future__ import annotations

import time

import pytest

from obsboot.sources.logstash.backtracking import fitting, hostile, repeated
from obsboot.sources.logstash.trying import Match, tried


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+$", r"^(\w+\s?)*$", "(a|a)+$", r"(?:\s+at (.*))*$", '(?:"[^"]*"|[^,]+,?)*$', r"(\d+,?)*;", "(x+x+)+y",
        r"(?<text>(?:[a-z.]+ ?)+)$",
    ],
)  # fmt: skip
def test_hostile(expression: str) -> None:
    (found,) = hostile([expression])
    assert found
    assert found in expression


@pytest.mark.parametrize(
    "expression",
    [
        r"(?:(?:\d{1,3}\.){3})+$", r"(?:/[\w.]*)+$", r"(\w+-)*\w+", "(?:[0-9A-Fa-f]{2}:)+", "([^ ]* )*x", "(?>a+)+b",
        r'(?:[^"\\]|\\.)*"', r"(%\w+ ?)+", "(?:a{1000,})?$", r"\((a+)\)+",
        r"\w (?:\w+ ?)+",
    ],
)  # fmt: skip
def test_harmless(expression: str) -> None:
    assert hostile([expression]) == [""]


def test_the_parts_that_are_repeated() -> None:
    expression = r"(?:a+)+[(b+)*](?P<g0>c|d){2,}(e)*(f+)?(?=(g+))\(h+\)*(?:i?)+"
    assert list(repeated(expression)) == ["a+", "c|d"]


def test_texts_that_an_expression_fits() -> None:
    assert list(fitting(r"a\s+[^a]{2}(?:b|c)?\d*")) == ["a 00", "a 00b0"]


def test_a_match_and_what_it_holds() -> None:
    assert tried([("b(?P<g0>c)", "abcd"), ("x", "abcd"), ("(", "abcd")]) == [Match(1, 3, {"g0": "c"}), None, None]


def test_what_takes_too_long_ends_all_the_same() -> None:
    began = time.monotonic()
    assert tried([("a", "a"), ("(a+)+$", "a" * 60 + "b"), ("a", "a")]) == [Match(0, 1)]
    assert time.monotonic() - began < 20
