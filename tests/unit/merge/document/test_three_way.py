"""Any JSON object: what one side changed is in the result, what both changed is told of and yours, the rest is as it was."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from obsboot.merge.document import Clash, merge_document
from obsboot.merge.document.three_way import LONGEST

Way = tuple[str | int, ...]
Json = Any
Change = tuple[str, str]
"""What is replaced, and by what."""

KEYS = st.sampled_from(["a", "b", "list", "targets", "steps", "panels", "é", "name", "id", "refId"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, 1e3])
    | st.sampled_from(["", "x", "y", "ü\n"])
)
VALUES = st.recursive(
    LEAVES, lambda held: st.lists(held, max_size=4) | st.dictionaries(KEYS, held, max_size=4), max_leaves=20
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
PLAIN_KEYS = st.sampled_from(["a", "b", "c d", "é", "x.y"])
PLAIN = st.dictionaries(
    PLAIN_KEYS,
    st.recursive(
        LEAVES, lambda held: st.lists(held, max_size=4) | st.dictionaries(PLAIN_KEYS, held, max_size=4), max_leaves=20
    ),
    min_size=1,
    max_size=5,
)
"""Documents whose arrays are known by place alone."""

FORMATS: list[dict[str, Any]] = [
    {"indent": 2}, {"indent": 1, "sort_keys": True}, {"indent": 4, "ensure_ascii": False}, {"indent": "\t"}, {},
    {"separators": (",", ":")}, {"indent": 2, "separators": (",", ":")},
]  # fmt: skip


def scalars(value: Json, way: Way = ()) -> Iterator[tuple[Way, Json]]:
    if isinstance(value, dict | list):
        for key, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from scalars(held, (*way, key))
    else:
        yield way, value


def put(document: Json, way: Way, value: Json) -> None:
    for step in way[:-1]:
        document = document[step]
    document[way[-1]] = value


def written(way: Way) -> str:
    """The path as a clash tells it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way).removeprefix(".")


def told(value: Json) -> str:
    """A value with its type, for true is not 1."""
    return json.dumps(value, sort_keys=True)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Json, list[Way], list[Way], list[Way]]:
    """A document, and its scalars: those that only one side changes, the other, and both."""
    document = draw(PLAIN)
    mine: list[Way] = []
    theirs: list[Way] = []
    both: list[Way] = []
    for way, _ in scalars(document):
        draw(st.sampled_from([[], [], mine, theirs, both])).append(way)
    return document, mine, theirs, both


@given(edits(), st.sampled_from(FORMATS))
def test_edits_of_both_sides_are_in_the_result_and_exactly_what_both_edited_clashes(
    given_edits: tuple[Json, list[Way], list[Way], list[Way]], form: dict[str, Any]
) -> None:
    base, mine, theirs, both = given_edits
    yours, template, merged = (copy.deepcopy(base) for _ in range(3))
    for index, way in enumerate([*mine, *both]):
        put(yours, way, f"mine {index}")
        put(merged, way, f"mine {index}")
    for index, way in enumerate([*theirs, *both]):
        put(template, way, f"theirs {index}")
    for index, way in enumerate(theirs):
        put(merged, way, f"theirs {index}")
    document = merge_document(json.dumps(base, indent=3), json.dumps(yours, **form), json.dumps(template, indent=2))
    assert document.text == json.dumps(merged, **form)
    assert sorted(clash.path for clash in document.conflicts) == sorted(map(written, both))
    lines = document.text.split("\n")
    for clash in document.conflicts:
        assert str(clash.yours) in lines[clash.line - 1]
        assert str(clash.template).startswith('"theirs ')
        assert clash.what == "both changed it"


@given(OBJECTS, OBJECTS, st.sampled_from(FORMATS))
def test_of_a_file_that_was_only_formatted_the_result_says_what_the_template_says(
    base: Json, template: Json, form: dict[str, Any]
) -> None:
    document = merge_document(json.dumps(base, indent=3), json.dumps(base, **form), json.dumps(template, indent=2))
    assert told(json.loads(document.text)) == told(template)
    assert document.conflicts == ()


@given(OBJECTS, OBJECTS, OBJECTS)
def test_nothing_that_you_wrote_is_lost(base: Json, yours: Json, template: Json) -> None:
    document = merge_document(json.dumps(base), json.dumps(yours), json.dumps(template))
    known = {told(value) for _, value in scalars(base)}
    kept = {told(value) for _, value in scalars(json.loads(document.text))}
    assert {told(value) for _, value in scalars(yours)} - known <= kept


@given(OBJECTS, OBJECTS, st.sampled_from(FORMATS))
def test_where_one_side_changed_nothing_the_other_is_taken_byte_for_byte(
    base: Json, other: Json, form: dict[str, Any]
) -> None:
    old, new = json.dumps(base, indent=3), json.dumps(other, **form)
    assert merge_document(old, old, new).text == new
    assert merge_document(old, new, old).text == new
    assert merge_document(old, new, new).text == new
    assert merge_document(old, new, json.dumps(base)).text == new
    assert merge_document(old, new, json.dumps(other, indent=7)).text == new


BASE = (
    '{\n  "a": 1.0,\n  "keep": 12345678901234567890,\n  "tags": ["x", "y"],\n  "o": {"p": 1, "q": {}},\n  "e": []\n}\n'
)
NEW_MEMBER = '  "d": {\n    "f": [1, 2]\n  },\n  "e"'


A_CHANGED = ("1.0", "1.50")


@pytest.mark.parametrize(
    ("yours", "template", "rendered"),
    [
        pytest.param(A_CHANGED, ('"p": 1', '"p": 2'), ('"p": 1', '"p": 2'), id="scalars"),
        pytest.param(A_CHANGED, ('"p": 1', '"p": 1e0'), None, id="a number written otherwise"),
        pytest.param(('"x"', '"w", "x"'), ('"y"', '"y", "z"'), ('"y"', '"y", "z"'), id="elements"),
        pytest.param(('"y"', '"y", "u"'), ('"y"', '"y", "z"'), ('"u"', '"u", "z"'), id="elements at one place"),
        pytest.param(('"y"', '"y", "u"'), ('"y"', '"y", "u"'), None, id="the same element"),
        pytest.param((', "y"', ""), ('"p": 1, ', ""), ('"p": 1, ', ""), id="removals"),
        pytest.param(A_CHANGED, ("[]", "[\n1,\n2]"), ("[]", "[\n    1,\n    2\n  ]"), id="into an empty array"),
        pytest.param(A_CHANGED, ("{}", '{"r":[1]}'), ("{}", '{"r": [1]}'), id="inside of one line"),
        pytest.param(A_CHANGED, ('  "e"', '"d":{\n"f":[1,2]},"e"'), ('  "e"', NEW_MEMBER), id="a new member"),
        pytest.param(A_CHANGED, (',\n  "e": []', ""), (',\n  "e": []', ""), id="without the last member"),
        pytest.param(('"y"', '"y2"'), ('"a": 1.0,', ""), ('"a": 1.0,\n  ', ""), id="without the first member"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_what_the_template_changed_is_edited_in_your_text(
    yours: Change, template: Change, rendered: Change | None, mark: str, end: str
) -> None:
    mine = BASE.replace(*yours, 1)
    expected = mine.replace(*rendered, 1) if rendered else mine
    document = merge_document(BASE, (mark + mine).replace("\n", end), BASE.replace(*template, 1))
    assert document.text == (mark + expected).replace("\n", end)
    assert document.conflicts == ()


def test_clashes_say_what_happened() -> None:
    base = '{"a": 1, "b": {"c": [1, 2]}, "d": 4}'
    yours = '{\n"a": 2,\n"d": {"x": [1,\n2]},\n"n": "mine"}'
    template = '{"a": 3, "b": {"c": [1, 2, 3]}, "n": "theirs"}'
    assert merge_document(base, yours, template).conflicts == (
        Clash("b", 1, '{"c": [1, 2]}', None, '{"c": [1, 2, 3]}', "you removed it, the template changed it"),
        Clash("a", 2, "1", "2", "3", "both changed it"),
        Clash("d", 3, "4", '{"x": [1, 2]}', None, "you changed it, the template removed it"),
        Clash("n", 5, None, '"mine"', '"theirs"', "both added it"),
    )
    assert merge_document(base, yours, template).text == yours


def test_an_order_that_one_side_changed_is_taken_and_of_two_yours() -> None:
    base = {"transformations": [{"id": "a", "o": 1}, {"id": "b", "o": 2}, {"id": "c", "o": 3}]}
    one, two, three = base["transformations"]
    yours = json.dumps({"transformations": [one, two | {"o": "mine"}, three]})
    document = merge_document(json.dumps(base), yours, json.dumps({"transformations": [three, one, two]}))
    assert json.loads(document.text) == {"transformations": [three, one, two | {"o": "mine"}]}
    assert document.conflicts == ()
    other = json.dumps({"transformations": [two, one, three]})
    document = merge_document(json.dumps(base), other, json.dumps({"transformations": [three, one, two]}))
    assert document.text == other
    what = "both put its elements in another order"
    assert document.conflicts == (Clash("transformations", 1, None, None, None, what),)


def test_what_is_too_large_is_refused() -> None:
    large = json.dumps({"a": "x" * LONGEST})
    for sides in ((large, "{}", "{}"), ("{}", large, "{}"), ("{}", "{}", large)):
        with pytest.raises(ValueError, match="longer than"):
            merge_document(*sides)


@given(st.lists(st.integers(0, 2), max_size=12), st.lists(st.integers(0, 2), max_size=12))
def test_a_sequence_that_one_side_changed_is_taken_whatever_repeats_in_it(base: list[int], template: list[int]) -> None:
    assume(base != template)
    document = merge_document(json.dumps({"a": base}), json.dumps({"a": base, "b": 1}), json.dumps({"a": template}))
    assert json.loads(document.text) == {"a": template, "b": 1}


def test_sequences_too_long_to_align_keep_what_both_sides_have() -> None:
    base = [f"{number % 7}" for number in range(400)]
    yours, template = ["mine", *base[5:], "mine too"], ["theirs", *base[9:], "theirs too"]
    document = merge_document(json.dumps({"a": base}), json.dumps({"a": yours}), json.dumps({"a": template}))
    result = Counter(json.loads(document.text)["a"])
    assert result >= Counter(yours)
    assert result.keys() == {*yours, *template}
    assert document.conflicts == ()
