"""What holds for any three texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsboot.merge import Labels, blocks, merge_text, merge_yaml, resolved

LABELS = Labels("yours", "template 1", "template 2")
BOM = "\ufeff"

WORDS = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "",
        "  }",
        "=======",
        "<<<<<<< yours",
        "|||||||",
        "é",
        "x\x0cy",
        "u\u2028v",
        "n\x85m",
        "r\rs",
        "r\r",
    ]
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n"])
Row = tuple[str, str]


@st.composite
def edited(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    """`rows` with some removed, changed, and others put between them."""
    found: list[Row] = []
    for row in [*rows, None]:
        what = draw(st.sampled_from(["keep"] * 6 + ["remove", "change", "insert"]))
        if what == "insert":
            found += draw(st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=2))
        if row and what == "change":
            found.append((draw(WORDS), row[1]))
        elif row and what != "remove":
            found.append(row)
    return found


@st.composite
def written(draw: st.DrawFn, rows: list[Row]) -> str:
    """The text of `rows`, at times all in CRLF, with a byte order mark, or without its last line end."""
    text = "".join(word + end for word, end in rows)
    if draw(st.integers(0, 5)) == 0:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    if draw(st.integers(0, 5)) == 0:
        text = text.removesuffix("\n")
    return (BOM if draw(st.integers(0, 9)) == 0 else "") + text


@st.composite
def three(draw: st.DrawFn) -> tuple[str, str, str]:
    rows = draw(st.lists(st.tuples(WORDS, ENDS), max_size=12))
    return draw(written(rows)), draw(written(draw(edited(rows)))), draw(written(draw(edited(rows))))


def lines(text: str) -> Counter[str]:
    """The lines of a text without what ends them."""
    return Counter(line.rstrip("\r") for line in text.removeprefix(BOM).split("\n"))


@given(three())
def test_a_side_that_changed_nothing_leaves_the_other_as_it_is(texts: tuple[str, str, str]) -> None:
    base, yours, _ = texts
    assert merge_text(base, yours, base, LABELS).text == yours
    assert merge_text(base, base, yours, LABELS).text == yours
    assert merge_text(base, yours, yours, LABELS).text == yours


@given(three())
def test_every_line_that_a_side_added_is_in_the_merged_text(texts: tuple[str, str, str]) -> None:
    base, yours, template = texts
    merged = lines(merge_text(base, yours, template, LABELS).text)
    for side in (yours, template):
        added = lines(side) - lines(base)
        del added[""]  # what stands behind the last line end counts as an empty line
        assert not added - merged


@given(three())
def test_every_conflict_is_a_block_and_every_block_can_be_resolved(texts: tuple[str, str, str]) -> None:
    base, yours, template = texts
    merged = merge_text(base, yours, template, LABELS)
    found = blocks(merged.text)
    assert [(block.line, block.end) for block in found] == [(one.line, one.end) for one in merged.conflicts]
    assert blocks(resolved(merged.text, "yours")) == blocks(resolved(merged.text, "template")) == ()
    assert not lines(yours) - lines(base) - lines(resolved(merged.text, "yours")) - Counter([""])
    assert not lines(template) - lines(base) - lines(resolved(merged.text, "template")) - Counter([""])


@given(three())
def test_which_side_is_whose_does_not_change_a_clean_merge(texts: tuple[str, str, str]) -> None:
    base, yours, template = (text.replace("\r", "") for text in texts)
    one, other = merge_text(base, yours, template, LABELS), merge_text(base, template, yours, LABELS)
    assert one.clean == other.clean
    assert one.text == other.text or not one.clean


@given(st.integers(1, 20), st.data())
def test_what_one_side_removed_and_the_other_left_is_gone(size: int, data: st.DataObject) -> None:
    def side(tag: str) -> tuple[set[int], str]:
        removed = data.draw(st.sets(st.integers(0, size - 1)))
        added = data.draw(st.sets(st.integers(0, size)))
        rows = (
            (f"{tag} {row}\n" if row in added else "") + (f"{row}\n" if row < size and row not in removed else "")
            for row in range(size + 1)
        )
        return removed, "".join(rows)

    (yours_removed, yours), (template_removed, template) = side("mine"), side("its")
    merged = merge_text("".join(f"{row}\n" for row in range(size)), yours, template, LABELS)
    if merged.clean:
        left = {int(line) for line in merged.text.splitlines() if line.isdigit()}
        assert left == set(range(size)) - yours_removed - template_removed


NAMES = st.sampled_from("abcdef")
Nested = dict[str, dict[str, int]]
NESTED = st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 3), min_size=1), min_size=1)


@st.composite
def changed(draw: st.DrawFn, base: Nested) -> Nested:
    found = {name: dict(inner) for name, inner in base.items()}
    for _ in range(draw(st.integers(0, 3))):
        outer, inner = draw(NAMES), draw(NAMES)
        found.setdefault(outer, {})[inner] = draw(st.integers(4, 6))
        if draw(st.booleans()):
            found.pop(draw(NAMES), None)
    order = draw(st.permutations(sorted(found))) if draw(st.booleans()) else found
    return {name: found[name] for name in order}


def as_mappings(nested: Nested) -> str:
    return "".join(
        f"{name}:\n" + "".join(f"  {key}: {inner[key]}\n" for key in inner) for name, inner in nested.items()
    )


def as_jobs(nested: Nested) -> str:
    """The same as a list whose elements have names."""
    jobs = ((f"- job_name: {name}\n", inner) for name, inner in nested.items())
    return "".join(name + "".join(f"  {key}: {inner[key]}\n" for key in inner) for name, inner in jobs)


def leaves(text: str) -> Counter[tuple[str, str, int]]:
    """What a text says, by where it says it; more than once where a list has two elements of one name."""
    data = yaml.safe_load(text) or {}
    every = data.items() if isinstance(data, dict) else ((job["job_name"], job) for job in data)
    return Counter((outer, inner, value) for outer, values in every for inner, value in values.items())


@pytest.mark.parametrize("write", [as_mappings, as_jobs])
@given(base=NESTED, data=st.data())
def test_a_clean_merge_says_what_either_side_changed_and_nothing_twice(
    write: Callable[[Nested], str], base: Nested, data: st.DataObject
) -> None:
    texts = [write(side) for side in (base, data.draw(changed(base)), data.draw(changed(base)))]
    merged = merge_yaml(texts[0], texts[1], texts[2], LABELS)
    if not merged.clean:
        return
    b, y, t, m = map(leaves, (*texts, merged.text))
    assert m == (b & y & t) + ((y - b) | (t - b))
    assert len({leaf[:2] for leaf in m}) == m.total()
