"""Alertmanager's matchers: as what its two parsers take a text, and what follows from one matcher for another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql import Matcher
from obsboot.sources.languages import parts
from obsboot.sources.matchers import agrees, contradict, implies, values
from obsboot.sources.matchertexts import Read, read

READ = {
    "team=web": (("team", "=", "web"),),
    " team = web ": (("team", "=", "web"),),
    '{team="web", severity=~"a|b",}': (("team", "=", "web"), ("severity", "=~", "a|b")),
    '"service.name"!="x"': (("service.name", "!=", "x"),),
    'team="a\\nb"': (("team", "=", "a\nb"),),
    'team="\\u0041"': (("team", "=", "\\u0041"),),
    '"a.b"="\\u0041"': (("a.b", "=", "A"),),
    'team="",': (("team", "=", ""),),
    "": (),
    "{}": (),
}
OLDER = {
    "team==web": (("team", "=", "=web"),),
    "code=~[0-9]{3}": (("code", "=~", "[0-9]{3"),),
    "{code=~[0-9]{3}}": (("code", "=~", "[0-9]{3}"),),
    'a="b\\.c",d=e f': (("a", "=", "b\\.c"), ("d", "=", "e f")),
    "team=": (("team", "=", ""),),
}
NONE = [
    "team",
    "team=a,,b=c",
    'team=w"b',
    'team="web',
    '"a.b"=~"c\\.d"',
    "team=~a,b",
    'team=~"(?!a)"',
    "a.b=c d",
    "{a.b=c",
]


def _matchers(found: tuple[tuple[str, str, str], ...]) -> tuple[Matcher, ...]:
    return tuple(Matcher(*each) for each in found)


@pytest.mark.parametrize("text", READ)
def test_both_parsers_or_the_newer_one_read_it(text: str) -> None:
    assert read(text) == Read(_matchers(READ[text]))


@pytest.mark.parametrize("text", OLDER)
def test_only_the_older_parser_reads_it(text: str) -> None:
    assert read(text) == Read(_matchers(OLDER[text]), old=True)


@pytest.mark.parametrize("text", NONE)
def test_no_parser_reads_it(text: str) -> None:
    assert read(text).matchers is None


_LETTERS = st.text("ab", max_size=3)
_PATTERN = st.recursive(
    st.one_of(_LETTERS, st.sampled_from(["[ab]", "a?", "(?:b)", "c\\.d"])),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({'|'.join(each)})"),
    ),
    max_leaves=4,
).flatmap(lambda text: st.sampled_from([text, f"{text}.*", f"{text}.+", f"^{text}$", ".*", ".+"]))
_MATCHER = st.one_of(
    st.builds(Matcher, st.just("x"), st.sampled_from(["=", "!="]), _LETTERS),
    st.builds(Matcher, st.just("x"), st.sampled_from(["=~", "!~"]), _PATTERN),
)
_VALUES = ("", *(a + b + c for a in ("", "a", "b", "c.d") for b in ("", "a", "b") for c in ("", "a", "b", "z")))


@given(_PATTERN)
def test_parts_are_what_the_pattern_matches(pattern: str) -> None:
    found = parts(pattern)
    for value in _VALUES if found is not None else ():
        held = any(
            value == part.begin
            if part.least is None
            else value.startswith(part.begin) and len(value) - len(part.begin) >= part.least
            for part in found or ()
        )
        assert held == bool(re.fullmatch(pattern, value)), value


@given(_MATCHER, _MATCHER)
def test_what_is_said_of_two_matchers_holds_of_each_value(one: Matcher, other: Matcher) -> None:
    accepted = [value for value in _VALUES if agrees(one, value)]
    if implies((one,), (other,)):
        assert all(agrees(other, value) for value in accepted)
    if contradict((one,), (other,)):
        assert not any(agrees(other, value) for value in accepted)
    if few := values(one):
        assert set(accepted) <= set(few)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("=~", "a|b"), ("=~", "a|b|c")),
        (("=~", "pay-.+"), ("=~", "pay.*")),
        (("=~", "(pay|order)s?"), ("=~", "pays?|orders?")),
        (("=~", "eu-[12]"), ("=~", "eu-[0-9]")),
        (("!=", ""), ("=~", ".+")),
        (("!~", "a|b|c"), ("!~", "a|b")),
        (("=~", "a|b"), ("!=", "c")),
        (("=~", "a.*"), ("!~", "b.*|c")),
        (("=", "A"), ("=~", "(?i)a|b")),
        (("!=", "x"), ("=~", ".*")),
    ],
)
def test_one_follows_from_the_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert implies((Matcher("x", *one),), (Matcher("x", *other),))
    assert not implies((Matcher("y", *one),), (Matcher("x", *other),)) or other[1] == ".*"


def test_of_what_only_go_reads_nothing_is_said() -> None:
    greek = Matcher("x", "=~", r"\p{Greek}+")
    assert agrees(greek, "a")
    assert not implies((Matcher("x", "=", "a"),), (greek,))
    assert not contradict((Matcher("x", "=", "a"),), (greek,))
