"""The language of Logstash configurations: what is one, what is none, where everything stands."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsboot.logs.configuration import parse
from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import (
    Arm,
    Array,
    Bareword,
    Branch,
    Comparison,
    Condition,
    Entry,
    Field,
    Hash,
    Joined,
    Node,
    Not,
    Number,
    Plugin,
    Position,
    Regex,
    Section,
    Setting,
    Text,
    Value,
)

AT = Position(1, 1)

GOOD = (
    "",
    "# nothing",
    "filter { }",
    "filter{}",
    "input { stdin { } } filter { } output { stdout { codec => rubydebug { metadata => true } } }",
    "filter { drop {} drop {} } filter { drop {} }",
    "filter {\r\n\tdrop { # a comment\r\n\t}\r\n}",
    "filter { } # the end has no newline",
    "filter { grok-2 { } 3 { } else-where { } elsewhere { } iffy { } }",
    "filter { mutate { add_tag => [] add_tag => ['a', \"b\"] 'id' => x1 } }",
    "filter { mutate { add_field => { \"a\" => 'b' 1 => 2 word => -3.5 'e' => { } } } }",
    'filter { mutate { add_field => { "a" => 1"b" => 2 # between entries\n "c" => 3 } } }',
    'filter { mutate { add_field => { "ab" => 1 ab => 2 } } }',
    'filter { mutate { add_tag => [ "a" # here too\n , [ "b", { "c" => d1 } ] ] } }',
    "filter { x { n => 10. m => 007 } }",
    'filter { x { a => "several\nlines # and no comment" } }',
    r'filter { x { a => "it says \"so\"" b => "\d+" c => "\\ " d => "\n" } }',
    'output { elasticsearch { hosts => ["a:9200"] codec => json { charset => "UTF-8" } } }',
    "filter { if [a] { } }",
    "filter { if[a]{drop{}}else if[b]{}else{} }",
    "filter { if [a] { } elseif [b] { } }",
    "filter { if [a] { } # said\n else # why\n if [b] { } else # not\n { } }",
    "filter { if [@metadata][a b] { } }",
    "filter { if ![a] or !([b] and ! [c]) { } }",
    'filter { if ([a] == "x") and (([b] != 3 or [c] >= [d])) { } }',
    'filter { if [a] < -1 or [a] > 1.5 or [a] <= 0 or "x" == [a] { } }',
    r"filter { if [a] =~ /^\/var\/log/ or [a] !~ 'x' or 'abc' =~ /[\]\"'{}#]/ { } }",
    r"filter { if [a] =~ /\\\/x/ { } }",
    'filter { if "x" in [tags] or "x" not in [tags] or [a] in [b] or [a] in "abc" or 1 in [c] { } }',
    'filter { if [a] in ["x", 2, word] or [a] not in ["x", "y"] { } }',
    'filter { if "x" not  # where\n in [tags] { } }',
    'filter { if "x"in[tags]and[b]{ } }',
    "filter { if [a] xor [b] { } else if [a] nand [b] { } else if ([a] xor [b]) and [c] { } }",
    "filter { if [a]and[b]or[c] { } }",
)


@pytest.mark.parametrize("text", GOOD)
def test_it_is_a_configuration(text: str) -> None:
    parse(text)


BAD = (
    # text, line, column, a part of the message
    ("filters { }", 1, 7, "expected `{`, found `s { }`"),
    ("codec { }", 1, 1, "expected `input`, `filter` or `output`"),
    ("filter { } x", 1, 12, "expected `input`"),
    ("filter { } }", 1, 12, "expected `input`"),
    ("filter {\n  mutate { }\n", 3, 1, "expected `}` for the `{` in line 1, found the end"),
    ("filter { mutate { }", 1, 20, "in line 1"),
    ("filter { mutate }", 1, 17, "expected `{`"),
    ("filter { mutate => { } }", 1, 17, "expected `{`, found `=> { } }`"),
    ('filter { "mutate" { } }', 1, 10, "expected a plugin, `if` or `}`"),
    ("filter { => }", 1, 10, "expected a plugin, `if` or `}`"),
    ("filter { é { } }", 1, 10, "expected a plugin"),
    ("filter {\n  mutate {\n    id x\n  }\n}", 3, 8, "expected `=>`, found `x`"),
    ('filter { mutate { id = "x" } }', 1, 22, "expected `=>`"),
    ("filter { mutate { id => } }", 1, 25, "expected a string, a number, a word of two letters or more"),
    ("filter { mutate { id => a } }", 1, 25, "two letters or more"),
    ("filter { mutate { id => a-b } }", 1, 25, "two letters or more"),
    ("filter { mutate { id => ab-c } }", 1, 27, "expected a blank or `}` right behind the value"),
    ("filter { mutate { id => a.b } }", 1, 25, "two letters or more"),
    ("filter { mutate { id => 5x } }", 1, 26, "expected a blank or `}`"),
    ('filter { mutate { id => "x", b => 1 } }', 1, 28, "expected a blank or `}`"),
    ('filter { mutate { a => "x"b => 1 } }', 1, 27, "expected a blank or `}`"),
    ('filter { mutate { a => "x"# no\n b => 1 } }', 1, 27, "expected a blank or `}`"),
    ("filter { mutate { a => ${HOME} } }", 1, 24, "found `${HOME} } }`"),
    ('filter { mutate { a => "x } }', 1, 24, "this string has no end"),
    ("filter {\n mutate {\n  a => 'x\\' } }", 3, 8, "a ' behind a backslash is none"),
    ('filter { mutate { a => "C:\\" } }', 1, 24, 'a " behind a backslash is none'),
    ('filter { mutate { a => "x\\\\" } }', 1, 24, "this string has no end"),
    ('filter { mutate { a => ["x" "y"] } }', 1, 29, "expected `,` or `]`"),
    ('filter { mutate { a => ["x",] } }', 1, 29, "expected a string"),
    ("filter { mutate { a => [,] } }", 1, 25, "expected a string"),
    ('filter { mutate { a => ["x" } }', 1, 29, "expected `,` or `]`"),
    ('filter { mutate { a => { "b" } } }', 1, 30, "expected `=>`"),
    ('filter { mutate { a => { "b" => 1, "c" => 2 } } }', 1, 34, "expected a key"),
    ("filter { mutate { a => { b => 1 } } }", 1, 26, "expected a key"),
    ("filter { mutate { a => { [b] => 1 } } }", 1, 26, "expected a key"),
    ("filter { mutate { a => { a-b => 1 } } }", 1, 26, "expected a key"),
    ('filter { mutate { a => { "b" => 1 "c" => 2\n "b" => 3 } } }', 2, 2, 'the key "b" is in this hash already'),
    ("filter { mutate { a => /x/ } }", 1, 24, "expected a string"),
    (f"filter {{ mutate {{ a => {'1' * 5000} }} }}", 1, 24, "too long"),
    ("filter { if { } }", 1, 13, "expected `(`, `!`, a field"),
    ("filter { if a { } }", 1, 13, "expected `(`, `!`, a field"),
    ('filter { if "a" { } }', 1, 16, "expected an operator"),
    ("filter { if 1 { } }", 1, 14, "expected an operator"),
    ("filter { if [a] = 1 { } }", 1, 17, "expected `{`, found `= 1 { } }`"),
    ("filter { if [a] == { } }", 1, 20, "expected `(`, `!`, a field"),
    ("filter { if [a] == true { } }", 1, 20, "found `true { } }`"),
    ("filter { if [a] == /b/ { } }", 1, 20, "found `/b/ { } }`"),
    ('filter { if [a] == ["b", "c"] { } }', 1, 20, "no array can stand beside `==`"),
    ('filter { if ["b", "c"] =~ "x" { } }', 1, 13, "no array can stand beside `=~`"),
    ("filter { if [a] =~ [b] { } }", 1, 20, "expected a regular expression"),
    ("filter { if [a] =~ /b { } }", 1, 20, "expected a regular expression"),
    ("filter { if [a] =~ /b\\/ { } }", 1, 20, "expected a regular expression"),
    ("filter { if 1 =~ /b/ { } }", 1, 13, "no number can stand beside `=~`"),
    ("filter { if foo([a]) == 1 { } }", 1, 13, "found `foo([a]) == 1 { } }`"),
    ("filter { if not [a] { } }", 1, 13, "found `not [a] { } }`"),
    ('filter { if ! "a" == [b] { } }', 1, 15, "expected `(` or a field"),
    ("filter { if !![a] { } }", 1, 14, "expected `(` or a field"),
    ('filter { if "x" not\tin [a] { } }', 1, 16, "expected an operator"),
    ("filter { if [a] not [b] { } }", 1, 21, "expected `in`"),
    ("filter { if [a] and { } }", 1, 21, "expected `(`, `!`, a field"),
    ("filter { if [a] && [b] { } }", 1, 17, "expected `{`"),
    ("filter { if ([a] or [b] { } }", 1, 25, "expected `and`, `or` or `)`"),
    ("filter { if [a]) { } }", 1, 16, "expected `{`"),
    ("filter { if [a [b]] { } }", 1, 14, "expected a string, a number"),
    ("filter { if [a] xor [b] and [c] { } }", 1, 25, "`xor` beside another operator needs parentheses"),
    ("filter { if [a] or [b]\n nand [c] { } }", 2, 2, "`nand` beside another operator needs parentheses"),
    ("filter { else { } }", 1, 10, "this `else` follows no `if`"),
    ("filter { if [a] { } else { } else { } }", 1, 30, "this `else` follows no `if`"),
    ("filter { if [a] { } else [b] { } }", 1, 26, "expected `{`"),
    ("filter { if [a] drop { } }", 1, 17, "expected `{`"),
    ("filter { # a\r b }", 1, 10, "expected a plugin"),
    ("filter { drop\xa0{ } }", 1, 14, "expected `{`"),
)


@pytest.mark.parametrize(("text", "line", "column", "message"), BAD)
def test_it_is_no_configuration_and_the_error_says_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.at == Position(line, column)
    assert str(caught.value) == f"line {line}, column {column}: {caught.value.message}"


def refusal(text: str) -> ConfigurationError | None:
    try:
        parse(text)
    except ConfigurationError as error:
        return error
    return None


def condition(text: str) -> Condition | None:
    branch = parse(f"filter {{ if {text} {{ }} }}").sections[0].body[0]
    assert isinstance(branch, Branch)
    return branch.arms[0].condition


def value(text: str) -> Value:
    plugin = parse(f"filter {{ x {{ a => {text} }} }}").sections[0].body[0]
    assert isinstance(plugin, Plugin)
    return plugin.settings[0].value


def test_everything_has_its_place() -> None:
    text = (
        "# first\n"
        "filter {\n"
        '  if [a] and\n    "é" in [b] { # second\n'
        '    grok { match => { "m" => ["x", 1] } }\n'
        "  } else { drop { } }\n"
        "}\n"
    )
    found = parse(text)
    assert [(each.text, each.at) for each in found.comments] == [
        (" first", Position(1, 1)),
        (" second", Position(4, 18)),
    ]
    (section,) = found.sections
    (branch,) = section.body
    assert isinstance(branch, Branch)
    first, second = branch.arms
    assert [section.at, branch.at, first.at, second.at] == [
        Position(2, 1), Position(3, 3), Position(3, 3), Position(6, 5),
    ]  # fmt: skip
    assert isinstance(first.condition, Joined)
    field, contains = first.condition.parts
    assert isinstance(contains, Comparison)
    assert [first.condition.at, field.at, contains.at, contains.right.at] == [
        Position(3, 6), Position(3, 6), Position(4, 5), Position(4, 12),
    ]  # fmt: skip
    (grok,) = first.body
    assert isinstance(grok, Plugin)
    (match,) = grok.settings
    assert isinstance(match.value, Hash)
    (entry,) = match.value.entries
    assert isinstance(entry.value, Array)
    assert [grok.at, match.at, match.value.at, entry.at, entry.key.at, entry.value.at] == [
        Position(5, 5), Position(5, 12), Position(5, 21), Position(5, 23), Position(5, 23), Position(5, 30),
    ]  # fmt: skip
    assert [each.at for each in entry.value.items] == [Position(5, 31), Position(5, 36)]
    assert second.body[0].at == Position(6, 12)


def test_strings_stay_as_they_are() -> None:
    assert value(r'"a\n\\b\"c"') == Text(r"a\n\\b\"c", at=AT)
    assert value(r"'\' \" \d'") == Text(r"\' \" \d", at=AT)
    assert condition(r"[a] =~ /\/x\\\//") == Comparison(Field("[a]", at=AT), "=~", Regex(r"\/x\\\/", at=AT), at=AT)


def test_values_have_their_kinds() -> None:
    assert value("[12, -3, 1.50, 10., true, json]") == Array(
        (
            Number(12, at=AT),
            Number(-3, at=AT),
            Number(1.5, at=AT),
            Number(10.0, at=AT),
            Bareword("true", at=AT),
            Bareword("json", at=AT),
        ),
        at=AT,
    )
    assert value("json { charset => 'x' }") == Plugin("json", (Setting("charset", Text("x", at=AT), at=AT),), at=AT)
    assert value('{ 1 => "a" b2 => { } }') == Hash(
        (
            Entry(Number(1, at=AT), Text("a", at=AT), at=AT),
            Entry(Bareword("b2", at=AT), Hash((), at=AT), at=AT),
        ),
        at=AT,
    )


def test_settings_keep_their_order_and_their_duplicates() -> None:
    plugin = parse("filter { x { b => 1 'a b' => 2 b => 3 } }").sections[0].body[0]
    assert isinstance(plugin, Plugin)
    assert [(each.name, each.value) for each in plugin.settings] == [
        ("b", Number(1, at=AT)), ("a b", Number(2, at=AT)), ("b", Number(3, at=AT)),
    ]  # fmt: skip


def test_and_binds_tighter_than_or() -> None:
    a, b, c, d = (Field(f"[{name}]", at=AT) for name in "abcd")
    either = Joined("or", (a, Joined("and", (b, c), at=AT), d), at=AT)
    assert condition("[a] or [b] and [c] or [d]") == either
    assert condition("[a] or ([b] and [c]) or [d]") == either
    assert condition("([a] or [b]) and [c]") == Joined("and", (Joined("or", (a, b), at=AT), c), at=AT)
    assert condition("[a] nand [b]") == Joined("nand", (a, b), at=AT)
    assert condition("!([a]) and ![b]") == Joined("and", (Not(a, at=AT), Not(b, at=AT)), at=AT)


def test_an_array_of_one_is_a_field_as_logstash_takes_it() -> None:
    assert condition('[a] in ["b"]') == Comparison(Field("[a]", at=AT), "in", Field('["b"]', at=AT), at=AT)
    with pytest.raises(ConfigurationError, match=r"expected `\{`"):
        condition('[a] in ["]", "c"]')
    assert condition('[a] in ["b", "c"]') == Comparison(
        Field("[a]", at=AT), "in", Array((Text("b", at=AT), Text("c", at=AT)), at=AT), at=AT
    )


@pytest.mark.parametrize(
    ("head", "level"),
    [
        ("filter { ", "if [a] { "),
        ("filter { if ", "("),
        ("filter { if ", "!("),
        ("filter { x { aa => ", "[ "),
        ("filter { x { aa => ", '{ "b" => '),
        ("filter { x { aa => ", "bb { cc => "),
    ],
)
def test_what_nests_too_deeply_is_an_error_like_others(head: str, level: str) -> None:
    with pytest.raises(ConfigurationError, match="nested more than 100 levels deep"):
        parse(head + level * 100_000)


def test_thirty_levels_are_none_too_many() -> None:
    parse("filter { " + "if [a] { " * 30 + "drop { }" + "} " * 30 + "}")


@pytest.mark.parametrize(
    ("head", "middle", "tail"),
    [
        ("filter {", '\nif [a] == "b" { drop { } } else if [c] =~ /d/ { x { e => [1, 2] } } else { } # f', "\n}"),
        ("filter { if [a] { }", "else if [a] { }", "}"),
        ("filter { if [a]", " and [a]", "{ } }"),
        ("filter { x { a => [ word", ", word", "] } }"),
        ("filter { if [a] { }", "# c\n", "}"),
        ('filter { x { a => "', 'b\\"', '" } }'),
        ('filter { x { a => "', 'b\\"', ""),
        ("filter { if [a] =~ /", "b\\/", ""),
    ],
)
def test_a_long_text_takes_no_longer_than_its_length(head: str, middle: str, tail: str) -> None:
    """A mebibyte in seconds: what looks back at what it has read would take hours."""
    started = time.process_time()
    problem = refusal(head + middle * (1024 * 1024 // len(middle)) + tail)
    assert problem is None or problem.at.line == 1
    assert time.process_time() - started < 20


words = st.from_regex(r"[a-z_][a-z0-9_]{1,8}", fullmatch=True)
names = (words | st.from_regex(r"[a-z0-9-]{1,6}", fullmatch=True)).filter(lambda name: name not in ("if", "else"))
plain = st.text(st.characters(codec="utf-8", exclude_characters="\"'"), max_size=12)
texts = st.builds(str.__add__, plain, st.sampled_from(("", "'", '"', "it's ", 'say "x"'))).filter(
    lambda text: not text.endswith("\\")
)
numbers = st.one_of(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6).map(lambda number: number / 8))


def at(kind: Callable[..., Node], *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Node]:
    return st.builds(lambda *given: kind(*given, at=AT), *parts)


def several(each: st.SearchStrategy[Node], least: int = 0) -> st.SearchStrategy[object]:
    return st.lists(each, min_size=least, max_size=3).map(tuple)


scalars = at(Text, texts) | at(Bareword, words) | at(Number, numbers)


def nested(values: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    entries = st.lists(at(Entry, scalars, values), max_size=3, unique_by=lambda entry: rendered(entry).split(" => ")[0])
    codecs = at(Plugin, names, several(at(Setting, names, values)))
    return at(Array, several(values)) | at(Hash, entries.map(tuple)) | codecs


values = st.recursive(scalars, nested, max_leaves=6)
plugins = at(Plugin, names, several(at(Setting, names | texts, values)))
fields = at(Field, st.lists(words, min_size=1, max_size=3).map(lambda names: "".join(f"[{name}]" for name in names)))
patterns = at(Regex, st.sampled_from((r"a\/b", r"\A[\"'{]\z", "", r"\\\/ #", "(x|y)")))
arrays = at(Array, several(scalars, 2)).filter(lambda array: not re.match(r"\[[^\]\[,]+\]", rendered(array)))
"""Those of conditions: one whose first item has a bracket that closes begins with a field reference to Logstash."""
plain_operands = fields | at(Text, texts) | at(Number, numbers)
comparisons = (
    at(Comparison, plain_operands, st.sampled_from(("==", "!=", "<", ">", "<=", ">=")), plain_operands)
    | at(Comparison, fields | at(Text, texts), st.sampled_from(("=~", "!~")), patterns | at(Text, texts))
    | at(Comparison, plain_operands, st.sampled_from(("in", "not in")), plain_operands | arrays)
)


def logic(conditions: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    lone = at(Joined, st.sampled_from(("xor", "nand")), st.tuples(conditions, conditions))
    return at(Not, conditions) | at(Joined, st.sampled_from(("and", "or")), several(conditions, 2)) | lone


conditions = st.recursive(fields | comparisons, logic, max_leaves=5)


def branching(statements: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    bodies = several(statements)
    ends = st.one_of(st.just(()), at(Arm, st.none(), bodies).map(lambda arm: (arm,)))
    arms = st.builds(lambda some, end: some + end, several(at(Arm, conditions, bodies), 1), ends)
    return at(Branch, arms)


statements = st.recursive(plugins, branching, max_leaves=3)
sections = st.lists(at(Section, st.sampled_from(("input", "filter", "output")), several(statements)), max_size=2)


def rendered(node: Node) -> str:
    """The node in the language, each word with a blank on both sides."""
    match node:
        case Section() | Arm():
            body = " ".join(map(rendered, node.body))
            return f"{node.kind} {{ {body} }}" if isinstance(node, Section) else f"{{ {body} }}"
        case Branch():
            heads = (f"if {rendered(arm.condition)}" if arm.condition else "" for arm in node.arms)
            return " else ".join(f"{head} {rendered(arm)}" for head, arm in zip(heads, node.arms, strict=True))
        case Plugin():
            return f"{node.name} {{ {' '.join(map(rendered, node.settings))} }}"
        case Setting():
            name = node.name if node.name and set(node.name) <= NAMED else quoted(node.name)
            return f"{name} => {rendered(node.value)}"
        case Array():
            return f"[ {' , '.join(map(rendered, node.items))} ]"
        case Hash():
            return f"{{ {' '.join(map(rendered, node.entries))} }}"
        case Entry():
            return f"{rendered(node.key)} => {rendered(node.value)}"
    return said(node)


def said(node: Node) -> str:
    match node:
        case Not():
            return f"! ( {rendered(node.condition)} )"
        case Joined():
            parts = (f"( {rendered(part)} )" for part in node.parts)
            return f" {node.operator} ".join(parts)
        case Comparison():
            return f"{rendered(node.left)} {node.operator} {rendered(node.right)}"
        case Regex():
            return f"/{node.expression}/"
        case Field():
            return node.reference
        case Text():
            return quoted(node.value)
        case Bareword() | Number():
            return str(node.value)
    raise NotImplementedError(type(node).__name__)


NAMED = set(string.ascii_letters + string.digits + "_-")


def quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


@settings(max_examples=40)
@given(sections)
def test_what_is_written_is_read_again(some: list[Section]) -> None:
    assert parse("\n".join(map(rendered, some))).sections == tuple(some)


@given(conditions)
def test_a_condition_is_read_again(said: Condition) -> None:
    assert condition(rendered(said)) == said


@given(
    st.lists(st.sampled_from((*"{}[]()!#/\\\"', \n\r=>-.a1é", "=>", "if ", "else ", "filter ", "and ", "ab", "in ")))
)
def test_any_other_text_is_an_error_with_a_place_in_it(pieces: list[str]) -> None:
    text = "filter {" + "".join(pieces)
    if error := refusal(text):
        lines = text.split("\n")
        assert 1 <= error.at.line <= len(lines)
        assert 1 <= error.at.column <= len(lines[error.at.line - 1]) + 1


@pytest.mark.parametrize("text", GOOD)
def test_a_text_that_ends_early_is_read_or_refused(text: str) -> None:
    for end in range(len(text)):
        refusal(text[:end])
