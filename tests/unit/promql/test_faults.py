"""Why an expression is no PromQL, and where; and that the parser's verdicts are those of Prometheus."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql import PromqlError, check
from obsboot.promql.faults import fault, switched
from obsboot.promql.tokens import tokens

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expressions.yaml").read_text())


@pytest.mark.parametrize("expr", TABLE["loads"])
def test_what_parses_has_no_fault(expr: str) -> None:
    assert fault(expr) is None
    assert switched(expr) is None


@pytest.mark.parametrize(("expr", "at"), TABLE["refused"].items())
def test_a_fault_has_its_place(expr: str, at: int) -> None:
    found = fault(expr)
    assert found is not None
    assert (found.at, found.dialect) == (at, "")
    assert found.message


@pytest.mark.parametrize(("expr", "dialect"), TABLE["not_understood"].items())
def test_what_another_program_reads_is_not_plainly_wrong(expr: str, dialect: str) -> None:
    found = fault(expr)
    assert found is not None
    assert found.dialect == dialect


@pytest.mark.parametrize(("expr", "at"), TABLE["switched"].items())
def test_functions_behind_a_switch_are_told(expr: str, at: int) -> None:
    found = switched(expr)
    assert found is not None
    assert found.at == at


def test_a_name_that_is_near_is_offered() -> None:
    found = fault("histogram_quantil(0.9, x)")
    assert found is not None
    assert "did you mean histogram_quantile()?" in found.message


PIECES = [
    "x",
    "sum",
    "rate",
    "by",
    "(",
    ")",
    "[5m]",
    "{",
    "}",
    "a",
    "=",
    '"b"',
    ",",
    "+",
    "==",
    "1",
    "offset",
    "on",
    " ",
    "'",
    "and",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_whatever_does_not_parse_has_a_fault_within_it(expr: str) -> None:
    try:
        check(expr)
    except PromqlError:
        found = fault(expr)
        assert found is not None
        assert 0 <= found.at <= max(len(expr) - 1, 0)
    else:
        assert fault(expr) is None


@given(st.text(alphabet="abx_:{}[]()=~!\"'`,.0159 +-#\n$@", max_size=40))
def test_words_and_what_is_between_them_are_the_whole(expr: str) -> None:
    found = list(tokens(expr))
    end = 0
    for token in found:
        assert expr[token.start : token.end] == token.text
        between = re.sub(r"#[^\n]*", "", expr[end : token.start])
        assert not between.strip()
        end = token.end
