"""The place of each character of an expression in its file."""

from __future__ import annotations

import pytest

from obsboot.sources.context import mapped
from obsboot.sources.documents import Line
from obsboot.sources.queries import Query
from obsboot.sources.rulefiles import groups
from obsboot.sources.source import Source, Text
from obsboot.sources.yaml import read_yaml


def query(text: str) -> Query:
    (group,) = groups(Source("rules.yml", read_yaml(text), Text(text)))
    return group.rules[0].query


def rule(expr: str) -> str:
    return f"groups:\n- name: a\n  rules:\n  - alert: A\n    expr: {expr}\n    for: 5m\n"


@pytest.mark.parametrize(
    ("expr", "letter", "line", "column"),
    [
        ("sum(x) > 1", ">", 5, 18),
        ("'x{a=''b''} > 1'", ">", 5, 23),
        ('"x{a=\\"b\\"} > 1"', ">", 5, 23),
        ("|\n      sum(x)\n        > 1", ">", 7, 9),
        (">-\n      sum(x)\n\n      > 1", ">", 8, 7),
        ("sum(x)\n      > 1", ">", 6, 7),
    ],
)
def test_a_character_is_found_in_whichever_way_it_is_written(expr: str, letter: str, line: int, column: int) -> None:
    found = query(rule(expr))
    place = found.at(found.text.index(letter))
    assert (int(place), place.column) == (line, column)


def test_behind_a_variable_the_word_is_counted() -> None:
    row = '"expr": "sum(rate(x[$w])) by by (y",'
    made = Query(
        "sum(rate(x[$w])) by by (y", "sum(rate(x[1d])) by by (y", "a.json", "panel", [row], lambda: (Line(1, 10), 1)
    )
    place = made.at(made.text.index("(y"))
    assert (int(place), place.column) == (1, row.index("(y") + 1)


def test_a_label_of_the_group_is_one_of_its_rules() -> None:
    text = "groups:\n- name: a\n  labels: {team: a, severity: b}\n  rules:\n  - {alert: A, expr: x, labels: {severity: c}}\n"
    (group,) = groups(Source("rules.yml", read_yaml(text), Text(text)))
    labels = group.rules[0].labels
    assert mapped(labels) == {"team": "a", "severity": "c"}
    assert (labels.at("team"), labels.at("severity")) == (3, 5)
