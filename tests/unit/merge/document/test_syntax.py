"""A document is read without loss, and what it says is told from how it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.merge.document.syntax import DEEPEST, Node, Values, parse, write

SPACE = st.text(" \t\n\r", max_size=3)
SCALARS = st.sampled_from(
    [
        "0",
        "-0",
        "1.0",
        "1e3",
        "-1.5E-7",
        "12345678901234567890",
        "true",
        "false",
        "null",
        '""',
        r'"\u00e9\n\"\\"',
        '"é\U0001f600"',
    ]
)


@st.composite
def texts(draw: st.DrawFn, depth: int = 3, kind: str = "{") -> str:
    """JSON with space wherever it may stand."""
    items = []
    for index in range(draw(st.integers(0, 3))):
        inner = draw(st.sampled_from("{[-" if depth else "-"))
        value = draw(SCALARS) if inner == "-" else draw(texts(depth - 1, inner))
        label = f'"{index}"{draw(SPACE)}:{draw(SPACE)}' if kind == "{" else ""
        items.append(f"{draw(SPACE)}{label}{value}{draw(SPACE)}")
    closing = "}" if kind == "{" else "]"
    return f"{kind}{','.join(items) or draw(SPACE)}{closing}"


@given(texts(), SPACE, SPACE, st.booleans())
def test_what_was_read_is_written_again(text: str, before: str, after: str, marked: bool) -> None:
    whole = ("\ufeff" if marked else "") + before + text + after
    assert write(parse(whole, Values()))[0] == whole


@given(texts())
def test_what_json_reads_is_what_the_tree_says(text: str) -> None:
    values = Values()
    data = json.loads(text)
    assert parse(text, values).root.same == values.of(data)
    assert parse(json.dumps(data, sort_keys=True, indent=1), values).root.same == values.of(data)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "[]", "1", "{", "{]", '{"a" 1}', '{"a": }', '{"a": 1,}', "{,}", '{"a": [1,]}', '{"a": 01}', '{"a": 1.}',
        '{"a": +1}', '{"a": NaN}', '{"a": Infinity}', '{"a": tru}', '{"a": truex}', '{"a": "\n"}', r'{"a": "\x"}',
        r'{"a": "\u12"}', '{"a": "}', "{'a': 1}", '{"a": 1} x', '{"a": 1}{}', '{"a": 1e999999999999999999999}',
        '{"a": 1\x0b}', '{"a": 1, "a": 1}', r'{"a": 1, "\u0061": 2}',
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text, Values())


def test_what_is_refused_is_told_with_its_line() -> None:
    with pytest.raises(ValueError, match=r"^line 3: "):
        parse('{\n "a": 1,\n "b" 2\n}', Values())


def test_nesting_is_bounded() -> None:
    nested = '{"a":' * DEEPEST + "1" + "}" * DEEPEST
    assert write(parse(nested, Values()))[0] == nested
    with pytest.raises(ValueError, match="levels deep"):
        parse(f'{{"a":{nested}}}', Values())
    with pytest.raises(ValueError, match="levels deep"):
        parse('{"a":' + "[" * 1_000_000, Values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True), ("1000", "1e3", True), ("0", "-0", True), ("0.1", "0.10", True), ('"é"', r'"\u00e9"', True),
        ("1", "true", False), ("0", "false", False), ("null", '"null"', False), ("1", '"1"', False), ("[]", "{}", False),
        ("12345678901234567890", "12345678901234567891", False), ("[1, 2]", "[2, 1]", False), ('""', "null", False),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', True), ('{"a": 1}', '{"a": 1, "b": null}', False), ("[[]]", "[]", False),
    ],
)  # fmt: skip
def test_values_are_compared_by_what_they_say(one: str, other: str, same: bool) -> None:
    values = Values()
    left, right = (parse(f'{{"a": {text}}}', values).root.same for text in (one, other))
    assert (left == right) is same


def test_the_lines_of_nodes_are_those_of_the_text() -> None:
    source = parse('\n{"a": 1,\n"b": [\n2, {"c"\n: true}]}', Values())
    nodes: list[Node | None] = [source.root, source.root.member("a"), source.root.member("b")]
    array = source.root.items[1].node
    nodes += [array.items[0].node, array.items[1].node, array.items[1].node.member("c")]
    wanted = [node for node in nodes if node is not None]
    _, lines = write(source, wanted)
    assert [lines[node] for node in wanted] == [2, 2, 3, 4, 4, 5]
