"""YAML as plain data, the same as its usual reader makes, with places."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from plain_data import PLAIN, nested

from obsboot.sources.documents import MalformedError
from obsboot.sources.yaml import read_documents, read_yaml


@given(nested(PLAIN))
def test_what_is_written_is_read(data: object) -> None:
    assert read_yaml(yaml.safe_dump(data)) == data


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: 0o17\nc: 1.5\nd: 2020-01-01\ne: yes\nf: ~\nh: 0x1F\ni: .inf",
        "a: '1'\nb: \"2\"\nc: !!str 3\nd: !!int '4'",
        "- [a, {b: c}]\n- |\n  text\n- >-\n  folded\n  text\n",
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\nf: {<<: [*x, {g: 3}], b: 4}",
        "? [a]\n: b",
        "",
    ],
)
def test_it_is_what_the_usual_reader_makes(text: str) -> None:
    usual = yaml.safe_load(text) if not text.startswith("?") else {"?": "b"}
    assert read_yaml(text) == usual


def test_a_time_of_day_is_no_number() -> None:
    assert read_yaml("[12:30, 1:02:03.5, 08:30, 12]") == ["12:30", "1:02:03.5", "08:30", 12]


def test_places_of_merged_and_aliased_values() -> None:
    data = read_yaml("a: &x\n  b: 1\nc:\n  <<: *x\n  d: *x\n")
    assert data["c"] == {"b": 1, "d": {"b": 1}}
    assert data["c"].at("b") == 2
    assert data["c"].at("d") == 5
    assert data["c"].value_at("d").column == 6


def test_ends_of_values() -> None:
    data = read_yaml("a:\n  b: |\n    x\n    y\n  c: [1,\n    2]\nd: e\n")
    assert data["a"].ends == {"b": 4, "c": 6}
    assert data["a"].blocks == {"b"}
    assert data["a"].texts == {"b": 3, "c": 5}


def test_tags_of_ones_own_are_text() -> None:
    assert read_documents("a: !reset null\nb: !vault |\n  x\n--- !x [1]\n") == [{"a": "null", "b": "x\n"}, [1]]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: &a [*a]", 1, "undefined alias"),
        ("a: 1\nb: {<<: 2}", 2, "`<<` takes mappings"),
        ("a:\n- b: 1\n  b: 2\n", 3, "'b' is said twice"),
        ("[" * 101 + "]" * 101, 1, "nests deeper than 100"),
    ],
)
def test_what_is_refused(text: str, line: int, says: str) -> None:
    with pytest.raises(MalformedError, match=says) as caught:
        read_yaml(text)
    assert caught.value.line == line
