"""Changes are found where they belong, applied, and undone byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.live.changes import Change, Document, apply, grouped, undo

TEXT = """\
# é: a comment
groups:
- name: é
  rules:
  - alert: A
    expr: |-
      rate(x[5m])
        > 1
    for: 10m   # trailing
list: [a, b]
command:
- --one
"""


def document() -> Document:
    return Document("file.yaml", TEXT)


def test_a_replaced_block_scalar_becomes_one_line_and_comes_back() -> None:
    doc = document()
    (name, node), *_ = doc.values("groups", "*", "rules", "*", "expr")
    change = doc.replace(node, '"rate(x[20s]) > 1"', "durations", name)
    changed = apply(TEXT, [change])
    assert Document("f", changed).at("groups", "0", "rules", "0", "expr").value == "rate(x[20s]) > 1"
    assert "for: 10m   # trailing" in changed
    assert undo(changed, [change]) == TEXT


def test_items_go_before_the_first_of_a_block_list_and_of_a_flow_list() -> None:
    doc = document()
    changes = [
        doc.first_item(doc.at("command"), "--zero", "durations", "command"),
        doc.first_item(doc.at("list"), "z", "durations", "list"),
    ]
    changed = Document("f", apply(TEXT, changes))
    assert [node.value for _, node in changed.entries(changed.at("command"))] == ["--zero", "--one"]
    assert [node.value for _, node in changed.entries(changed.at("list"))] == ["z", "a", "b"]
    assert undo(changed.text, changes) == TEXT


def test_a_list_at_the_margin_may_become_a_flow_list() -> None:
    doc = document()
    change = doc.replace(doc.at("command"), '["--other"]', "receivers", "command")
    changed = Document("f", apply(TEXT, [change]))
    assert [node.value for _, node in changed.entries(changed.at("command"))] == ["--other"]
    assert undo(changed.text, [change]) == TEXT


def test_a_change_that_does_not_fit_is_refused() -> None:
    change = Change("f", "ports", "here", 0, "not there", "x")
    with pytest.raises(ValueError, match="here"):
        apply(TEXT, [change])
    with pytest.raises(ValueError, match="here"):
        undo(TEXT, [change])


def test_overlapping_changes_are_refused() -> None:
    both = [Change("f", "ports", "one", 0, "# é", "x"), Change("f", "ports", "two", 2, "é", "y")]
    with pytest.raises(ValueError, match="two"):
        apply(TEXT, both)


@given(
    st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5), st.text(max_size=8)), max_size=6)
)
def test_undoing_gives_the_text_back(text: str, wishes: list[tuple[int, int, str]]) -> None:
    changes, at = [], 0
    for start, length, after in sorted(wishes):
        if start >= at and start + length <= len(text):
            changes.append(Change("f", "durations", "w", start, text[start : start + length], after))
            at = start + max(length, 1)
    assert undo(apply(text, changes), changes) == text


def test_changes_are_listed_by_kind_in_a_fixed_order() -> None:
    made = [Change("f", kind, "w", 0, "", "") for kind in ("images", "durations", "images")]
    assert [(kind, len(found)) for kind, _, found in grouped(made)] == [("durations", 1), ("images", 2)]
