"""Oniguruma's expressions as Python reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.sources.logstash.oniguruma import BrokenError, UntoldError, check, translated


@pytest.mark.parametrize(
    ("expression", "fits", "unfit"),
    [
        (r"\A\h+\z", ["0aF"], ["g", "0\n"]),
        (r"\A\H\Z", ["g", "g\n"], ["a"]),
        (r"\A[\h.]+\z", ["a.f"], ["g"]),
        (r"\A[[:alpha:]_]+\z", ["aB_"], ["a1"]),
        (r"\A[^[:space:]]+\z", ["a"], [" "]),
        (r"(?m)\Aa.b\z", ["a\nb"], ["ab"]),
        (r"\Aa.b\z", ["axb"], ["a\nb"]),
        (r"\A(?:a(?i)b|c)d\z", ["aBd", "aCd"], ["ABd", "cd"]),
        (r"\A(?i:a)b\z", ["Ab"], ["AB"]),
        (r"\A(?<one>a)(?<[two][x]>b)(?'three'c)\z", ["abc"], ["ab"]),
        (r"\Aa\Rb\z", ["a\nb", "a\r\nb"], ["ab"]),
        (r"\A(?>a+)b++\z", ["aab"], ["aa"]),
        (r"\A[]a]+\z", ["]a"], ["b"]),
        (r"\A[a|b&~]+\z", ["a|&~"], ["c"]),
        (r"\A(?#a comment)a\z", ["a"], ["b"]),
        (r"^b$", ["a\nb\nc"], ["ab"]),
    ],
)  # fmt: skip
def test_it_fits_the_same(expression: str, fits: list[str], unfit: list[str]) -> None:
    found = re.compile(translated(expression), re.MULTILINE)
    assert [text for text in fits if not found.search(text)] == []
    assert [text for text in unfit if found.search(text)] == []


@pytest.mark.parametrize(
    "expression", [r"\p{Alpha}", r"a\Kb", r"\k<a>", r"(a)\1", "[a&&b]", "(?~a)", "(?(1)a|b)", r"\x{61}"]
)
def test_what_python_cannot_say(expression: str) -> None:
    with pytest.raises(UntoldError):
        check(expression)


@pytest.mark.parametrize("expression", ["(a", "a)", "[a", "*a", "[z-a]", "a\\"])
def test_what_nobody_reads(expression: str) -> None:
    with pytest.raises(BrokenError):
        check(expression)


def test_a_look_behind_of_several_lengths_is_no_fault() -> None:
    with pytest.raises(UntoldError):
        check("(?<=a|bc)d")


@given(st.text("()[]{}?*+|\\^$.:<>=!im#'hzAkpa-0,", max_size=30))
def test_any_text_is_read_or_refused(expression: str) -> None:
    try:
        check(expression)
    except (BrokenError, UntoldError):
        return
    re.compile(translated(expression))
