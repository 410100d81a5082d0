from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.formula import FormulaError, evaluate, names_in


@pytest.mark.parametrize(
    ("formula", "names", "number"),
    [
        (0.8, {}, 0.8),
        ("0.9 * size", {"size": 10}, 9.0),
        ("max(2 * workers, 3) / 4", {"workers": 1}, 0.75),
        ("-(a - b)", {"a": 1, "b": 3}, 2.0),
        ("ceil(a / 2)", {"a": 3}, 2.0),
        ("hits / (hits + misses)", {"hits": 8, "misses": 2}, 0.8),
    ],
)
def test_arithmetic(formula: str | float, names: dict[str, float], number: float) -> None:
    assert evaluate(formula, names) == pytest.approx(number)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("a +", "no arithmetic"),
        ("__import__('os')", "no arithmetic"),
        ("a.b", "no arithmetic"),
        ("'text'", "no arithmetic"),
        ("unknown", "nothing is called 'unknown'"),
        ("word * 2", "which is no number"),
        ("1 / zero", "divides by zero"),
        ("a ** 9", "no arithmetic"),
        ("(" * 5000, "no arithmetic"),
    ],
)
def test_what_is_no_arithmetic_says_so(formula: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        evaluate(formula, {"a": 1, "zero": 0, "word": "text"})


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_formula_error(text: str) -> None:
    with suppress(FormulaError):
        assert isinstance(evaluate(text, {"a": 2.0}), float)


def test_names_in_a_formula() -> None:
    assert names_in("max(pool_size, 2) * replicas") == {"pool_size", "replicas"}
    assert names_in(3) == set()
