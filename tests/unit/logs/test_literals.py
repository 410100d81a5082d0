"""What is known of every text that fits a pattern is true of every text that fits it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.catalog import load
from obsboot.logs.grok import grok
from obsboot.logs.literals import Holds, fixed, holds
from obsboot.model import Match, Replace

FORMATS = [each for component in load().values() for each in component.logs.values()]
MATCHES = [(step.match, each) for each in FORMATS for step in each.steps if isinstance(step, Match)]
REPLACEMENTS = sorted(
    {by.pattern for each in FORMATS for step in each.steps if isinstance(step, Replace) for by in step.steps}
)
KNOWN = {
    "status=": Holds("status=", ("status=",), empty=False),
    r"a\.b[.]\x41": Holds("a.b.A", ("a.b.A",), empty=False),
    r"(\\)[\\]": Holds("\\\\", ("\\\\",), empty=False),
    r"\A[^ ]*status=(?:\d+)? end": Holds(None, ("status=",), empty=False),
    "(?:duration|plan): ": Holds(None, ("duration", "plan"), empty=False),
    "(?:ab|abc)x?": Holds(None, ("ab",), empty=False),
    "(?:ab|[cd])": Holds(None, (), empty=False),
    "ab?c*d{0,2}": Holds(None, ("a",), empty=False),
    "(?:xy){2,3}": Holds(None, ("xy",), empty=False),
    "(?:xy){1}z": Holds("xyz", ("xyz",), empty=False),
    "(?=word)a": Holds(None, ("a",), empty=False),
    "a(?!word)b": Holds(None, ("a",), empty=False),
    "(?i)word": Holds(empty=False),
    "(?i)(?:word)?": Holds(),
    "[abc]|": Holds(),
    r"\d+": Holds(None, (), empty=False),
    "%{WORD:a.b}=%{WORD}": Holds(None, ("=",), empty=False),
    "%{SAID:a}!": Holds(None, ("yes", "no"), empty=False),
}


@pytest.mark.parametrize("pattern", KNOWN)
def test_of_a_pattern_is_known(pattern: str) -> None:
    assert holds([pattern], {"WORD": "[a-z]+", "SAID": "yes|no"}) == KNOWN[pattern]


def test_of_several_patterns_only_what_holds_for_all_is_known() -> None:
    assert holds(["a=[0-9]+", "bc=[0-9]*"], {}) == Holds(None, ("a=", "bc="), empty=False)
    assert holds(["a=[0-9]+", "[0-9]*"], {}) == Holds()


def test_a_text_is_fixed_where_no_other_fits() -> None:
    assert fixed('\\\\\ue001"') == '\\\ue001"'
    assert [fixed(each) for each in ("a|b", "a+", r"\Aa", "a(?=b)", "(?i)a", "[ab]", ".")] == [None] * 7


_PIECES = st.sampled_from(
    ["a", "b", "ab", r"\.", r"\d", "[ab]", "[^a]", "(?:a|b)", "(ab|c)?", "(?:ab)+", "a*", "b{1,2}", "(?=a)", "|", r"\A"]
)


@given(st.lists(_PIECES, max_size=6).map("".join), st.data())
def test_every_text_that_fits_is_as_is_said_of_it(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    agrees(holds([pattern], {}), text)


@given(st.sampled_from(REPLACEMENTS), st.text("'\"\\ ?(),;.:=<>1aeExX_$-/*\n\r\t\ue000\ue001\x1b[0m", max_size=30))
def test_what_a_replacement_finds_is_as_is_said_of_it(pattern: str, text: str) -> None:
    for found in re.finditer(pattern, text, re.ASCII):
        agrees(holds([pattern], {}), found[0])


@pytest.mark.parametrize("number", range(len(MATCHES)))
def test_the_patterns_of_the_catalogue_fit_only_texts_that_are_as_is_said(number: int) -> None:
    patterns, format_ = MATCHES[number]
    known = holds(patterns, format_.fragments)
    for pattern in patterns:
        expression = grok(pattern, format_.fragments).expression
        for text in ("", "\n", "x", '"', "0"):
            if expression.fullmatch(text):
                agrees(known, text)


def agrees(known: Holds, text: str) -> None:
    assert known.exact in (None, text)
    assert not known.needles or any(each in text for each in known.needles)
    assert text or known.empty
