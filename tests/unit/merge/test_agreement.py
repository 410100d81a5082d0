"""What is held against a merged value, whatever way it came about."""

from __future__ import annotations

import pytest

from obsboot.merge.agreement import Four, doubts
from obsboot.merge.values import Span, read


def whats(*texts: str) -> list[str]:
    """The doubts about the last of four texts."""
    return [doubt.what for doubt in doubts(Four([read(text).documents.items[0] for text in texts]))]


@pytest.mark.parametrize(
    ("base", "yours", "template", "merged", "what"),
    [
        # mappings
        ("{a: 1, b: 1}", "{a: 2, b: 1}", "{a: 1, b: 2}", "{a: 2, b: 2}", None),
        ("{a: 1, b: 1}", "{a: 2, b: 1}", "{a: 1, b: 2}", "{a: 2, b: 1}", "`b` would come out as neither side has it"),
        ("{a: 1, b: 1}", "{a: 2}", "{a: 1, b: 2}", "{a: 2, b: 2}", "you removed `b`, the template changed it"),
        ("{a: 1, b: 1}", "{a: 1, b: 2}", "{a: 2}", "{a: 2, b: 2}", "the template removed `b`, you changed it"),
        ("{a: 1}", "{a: 1, b: 1}", "{a: 1, b: 2}", "{a: 1, b: 1}", "both sides added `b`"),
        ("{a: 1}", "{a: 2}", "{a: 3}", "{a: 3}", "both sides changed `a`"),
        ("{a: }", "{a: {x: 1}}", "{a: {y: 1}}", "{a: {x: 1, y: 1}}", None),
        ("{a: {x: 1}}", "{a: !own {x: 1}}", "{a: {x: 1, y: 1}}", "{a: !own {x: 1, y: 1}}", None),
        ("{a: {x: 1}}", "{a: !own {x: 1}}", "{a: {x: 1, y: 1}}", "{a: {x: 1, y: 1}}", "both sides changed `a`"),
        # text
        ("a b c d e", "A b c d e", "a b c d E", "A b c d E", None),
        ("a b c d e", "A b c d e", "a b c d E", "A b c d e", "both sides changed the file"),
        ("a b c", "A b c", "B b c", "A b c", "both sides changed the file"),
        # lists whose elements have names
        ("[{name: a}]", "[{name: a}, {name: b}]", "[{name: c}, {name: a}]", "[{name: c}, {name: a}, {name: b}]", None),
        ("[a, b, c]", "[b, a, c]", "[a, b, c, d]", "[b, a, c, d]", None),
        ("[a, b, c]", "[b, a, c]", "[a, b, c, d]", "[a, b, c, d]",
         "the file would come out in another order than either side has it"),
        ("[a, b]", "[x, a, b]", "[a, b, x]", "[x, a, b, x]", "both sides added `x`"),
        ("[{id: 1, v: 1}]", "[{id: 1, v: 2}]", "[]", "[]", "the template removed `1`, you changed it"),
        ("[{id: a, v: 1}]", "[{id: b, v: 1}]", "[{id: a, v: 2}, {id: c}]", "[{id: b, v: 2}, {id: c}]", None),
        ("[{id: a, v: 1}]", "[{id: b, v: 1}]", "[{id: a, v: 2}]", "[{id: b, v: 2}, {id: a, v: 2}]",
         "`b` would come out as neither side has it"),
        ("[{id: a, v: 1}]", "[{id: b, v: 3}]", "[{id: a, v: 2}]", "[{id: b, v: 2}]",
         "you removed `a`, the template changed it"),
        ("[{id: a, v: 1}, {id: d, v: 1}]", "[{id: d, v: 1}, {id: a, v: 1}]", "[{id: a, v: 1}, {id: d, v: 1, w: 1}]",
         "[{id: d, v: 1}, {id: a, v: 1, w: 1}]", "`d` would come out as neither side has it"),
        # lists whose elements have none
        ("[{v: 1}, {v: 2}]", "[{v: 1, x: 1}, {v: 2}]", "[{v: 1, y: 1}, {v: 2}]", "[{v: 1, x: 1, y: 1}, {v: 2}]", None),
        ("[{v: 1}, {v: 2}]", "[{v: 1, x: 1}, {v: 2}]", "[{v: 1, y: 1}, {v: 2}]", "[{v: 1, x: 1}, {v: 2}]",
         "`[0].y` would come out as neither side has it"),
        ("[{v: 1}, {v: 2}]", "[{v: 2}, {v: 1}]", "[{v: 1}, {v: 2, w: 1}]", "[{v: 2}, {v: 1, w: 1}]",
         "both sides changed the file"),
        ("[[1], [2], [3], [4]]", "[[2], [3], [4], [5]]", "[[1], [2], [6], [4]]", "[[2], [6], [4], [5]]", None),
        ("[[1]]", "[[2]]", "[[1], [3]]", "[[2], [3]]", None),
        ("[1]", "!own [1]", "[1, 2]", "[1, 2]", "both sides changed the file"),
        # other kinds of values than before
        ("1", "[1]", "{a: 1}", "[1]", "both sides changed the file"),
    ],
)  # fmt: skip
def test_a_merged_value_has_to_be_the_base_with_both_changes(
    base: str, yours: str, template: str, merged: str, what: str | None
) -> None:
    assert what in (whats(base, yours, template, merged) or [None])


def test_a_doubt_tells_the_lines_of_what_it_is_about() -> None:
    base, yours, template = "{a: 1, b: {c: 1, d: 1}}", "{b: {c: 2, d: 1}}", "{a: 2, b: {c: 1, d: 2}}"
    texts = (base, yours, template, "b:\n\n  c: 2\n  d: |\n    1\n")
    found = list(doubts(Four([read(text).documents.items[0] for text in texts], span=Span(1, 5))))
    assert [(doubt.what, doubt.span) for doubt in found] == [
        ("you removed `a`, the template changed it", Span(1, 5)),
        ("`b.d` would come out as neither side has it", Span(4, 5)),
    ]
