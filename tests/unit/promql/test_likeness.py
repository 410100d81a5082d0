"""Slips of the pen, and names that have grown."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql.likeness import apart, closest, grown, slip

WORDS = st.text(alphabet="abc_", max_size=8)


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("stauts", {"status", "state"}, "status"),
        ("orders_http_request_total", {"orders_http_requests_total"}, "orders_http_requests_total"),
        ("idel", {"idle", "user"}, "idle"),
        ("node", {"mode"}, ""),
        ("rate1m", {"rate5m"}, ""),
        ("code", {"node", "mode"}, ""),
        ("pod", {"pods"}, ""),
        ("node_disk_reads_total", {"node_disk_writes_total"}, ""),
        ("status", {"status"}, ""),
    ],
)
def test_a_slip_is_one_letter_in_a_word_that_is_long_enough(word: str, known: set[str], meant: str) -> None:
    assert slip(word, known) == meant


def test_a_name_has_got_its_unit() -> None:
    assert grown("node_cpu", {"node_cpu_seconds_total", "node_cpu_info"}) == "node_cpu_seconds_total"
    assert grown("node_cpu", {"node_cpu_info"}) == ""


@given(WORDS.filter(bool), st.lists(WORDS, max_size=20), st.integers(1, 3), st.sampled_from([0.5, 0.6, 0.75]))
def test_the_closest_names_are_those_that_comparing_all_of_them_finds(
    word: str, known: list[str], number: int, cutoff: float
) -> None:
    assert closest(word, known, number, cutoff) == get_close_matches(word, known, number, cutoff)


def test_of_many_names_alike_the_closest_is_found() -> None:
    known = [f"service_{number:03}_requests_total" for number in range(1000)]
    assert closest("service_417_reqests_total", known) == ["service_417_requests_total"]
    assert closest("x" * 1000, ["x" * 999]) == []


@given(WORDS, WORDS)
def test_the_distance_is_one(one: str, other: str) -> None:
    assert apart(one, other) == apart(other, one)
    assert (apart(one, other) == 0) == (one == other)
    assert apart(one, other) <= max(len(one), len(other))
    assert apart(one, other) >= abs(len(one) - len(other))


def test_neighbours_that_changed_places_are_one_step() -> None:
    assert apart("ngnix", "nginx") == 1
