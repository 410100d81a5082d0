"""What each type of question accepts."""

from __future__ import annotations

from typing import Any

import pytest

from obsboot.catalog import unlawful
from obsboot.model import Question

LAWFUL = [
    ("text", "#alerts"),
    ("text", "Grüße, <b> & 'so on'"),
    ("identifier", "shop-api"),
    ("integer", 3),
    ("number", 3),
    ("number", -0.5),
    ("ratio", 0),
    ("ratio", 0.999),
    ("ratio", 1),
    ("seconds", 0.3),
    ("address", "db"),
    ("address", "db.example.org:5432"),
    ("address", "[::1]:6379"),
    ("yesno", False),
    ("path", "ops/observability"),
    ("path", ".observability"),
    ("url", "https://git.example.org/shop/blob/main/runbooks"),
    ("email", "on-call+shop@example.org"),
]
UNLAWFUL = [
    ("text", "{{ .Values }}", "text without '{{'"),
    ("text", "$HOME", "text without '$'"),
    ("text", "%{host}", "text without '%{'"),
    ("text", "two\nlines", "one line of text without control characters"),
    ("text", "", "text of 1 to 200 characters"),
    ("text", "x" * 201, "text of 1 to 200 characters"),
    ("text", 5, "text"),
    ("identifier", "Shop", "lower-case letters"),
    ("identifier", 'a"b', "lower-case letters"),
    ("identifier", "x" * 64, "lower-case letters"),
    ("identifier", "shop\n", "lower-case letters"),
    ("integer", 2.5, "a whole number"),
    ("integer", True, "a whole number"),
    ("integer", "3", "a whole number"),
    ("number", "three", "a number"),
    ("number", float("nan"), "at least 1"),
    ("ratio", 80, "at most 1"),
    ("ratio", -0.1, "at least 0"),
    ("seconds", -1, "at least 0"),
    ("address", "db host", "a host, or host:port"),
    ("address", "db:port", "a host, or host:port"),
    ("yesno", "yes", "true or false"),
    ("path", "/etc", "a relative path"),
    ("path", "a/../../b", "a relative path"),
    ("url", "javascript:alert(1)", "an address that begins with http"),
    ("url", 'https://x/"quoted"', "an address that begins with http"),
    ("email", "nobody", "one e-mail address"),
    ("choice", "hole", "one of whole, part"),
]


@pytest.mark.parametrize(("type_", "value"), LAWFUL)
def test_lawful(type_: Any, value: Any) -> None:
    assert unlawful(Question("q", "?", type_), value) == ""


@pytest.mark.parametrize(("type_", "value", "why"), UNLAWFUL)
def test_unlawful(type_: Any, value: Any, why: str) -> None:
    question = Question("q", "?", type_, choices=("whole", "part"), minimum=1 if type_ == "number" else None)
    assert unlawful(question, value).startswith(why)


def test_bounds_include_their_ends() -> None:
    question = Question("q", "?", "integer", minimum=1, maximum=3)
    assert [unlawful(question, n) for n in (0, 1, 3, 4)] == ["at least 1", "", "", "at most 3"]


def test_no_answer_is_lawful_where_it_is_the_default() -> None:
    assert unlawful(Question("q", "?", "url", default=""), "") == ""
    assert unlawful(Question("q", "?", "url"), "") != ""


def test_a_choice_of_the_list() -> None:
    assert unlawful(Question("q", "?", "choice", choices=("a", "b")), "b") == ""
