from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from obsboot.filtering.identity import Identity, identities
from obsboot.model import Finding

ONE = Finding("promql/le", "error", "rules/a.yaml", 7, "le is missing in 3 places", "why", "fix", 5, "alert A")


def test_lines_columns_and_messages_move_and_the_fingerprint_stays() -> None:
    moved = replace(ONE, line=90, column=2, message="le is missing in 4 places", severity="warning", why="", fix="")
    assert identities([moved])[moved].fingerprint == identities([ONE])[ONE].fingerprint


def test_check_path_subject_and_ordinal_each_make_another_fingerprint() -> None:
    every = [Identity("a/b", "p", "s"), Identity("a/c", "p", "s"), Identity("a/b", "q", "s"), Identity("a/b", "p", "t")]
    every += [Identity("a/b", "p", "s", 2), Identity("a/b", "ps", ""), Identity("a/b", "", "ps")]
    assert len({each.fingerprint for each in every}) == len(every)


def test_the_fingerprint_is_one_for_ever() -> None:
    """What a code host stored for an alert has to be found again by every later version."""
    assert identities([ONE])[ONE].fingerprint == ("88678cce27db0c53a4c67ba42838fd42a49e044836d5a35a32f914250e5330fb")


def test_those_alike_are_counted_in_the_order_of_their_places() -> None:
    later, first, other = replace(ONE, line=30), replace(ONE, column=1), replace(ONE, line=8, subject="alert B")
    found = identities([later, ONE, other, first, first])
    assert [found[each].ordinal for each in (first, ONE, later, other)] == [1, 2, 3, 1]


@given(st.permutations(range(6)))
def test_the_order_in_which_they_come_does_not_matter(order: list[int]) -> None:
    every = [replace(ONE, line=n % 3, message=str(n)) for n in range(6)]
    assert identities([every[n] for n in order]) == identities(every)


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint(path: str, subject: str) -> None:
    assert len(Identity("a/b", path + "\ud800", subject).fingerprint) == 64
