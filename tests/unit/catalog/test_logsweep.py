"""The rules of log formats: each lets a good format pass, and says of a bad one where it is and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from obsboot.catalog import load
from obsboot.catalog.dialect import in_expression, is_numeral
from obsboot.catalog.sweep import examine

PATH = "templates/components/kettle/logs/steam.yaml"
FORMAT = r"""
title: Steam
starts: 'steam\.'
fragments:
  WORD: '[a-z]{1,9}'
  COUNT: '[1-9]\d{0,8}'
steps:
  - {match: ['steam\. %{TIME:tmp.time} %{WORD:tmp.word} %{COUNT:boiler.count}(?:s)?']}
  - {date: tmp.time, formats: ['yyyy-MM-dd'], local: true}
  - {translate: tmp.word, into: log.level, table: {hot: error}, otherwise: info}
  - {replace: tmp.word, into: tmp.said, with: [{pattern: '(h)(o)t', by: $1}]}
  - {split: tmp.said, into: boiler.parts, on: ','}
  - {set: {boiler.kind: copper}}
  - {flag: boiler.hot, where: tmp.word, holds: 'hot'}
  - {divide: boiler.count, into: boiler.dozens, by: 12}
fields:
  boiler.count: {type: long}
  boiler.parts: {type: keyword}
  boiler.kind: {type: keyword}
  boiler.hot: {type: boolean}
  boiler.dozens: {type: double}
""".lstrip()
JSON = r"""
title: Steam
starts: '\{'
steps:
  - {json: message, into: tmp.line}
  - {match: ['%{WORD:boiler.kind}'], of: tmp.line.kind, optional: true}
  - {rename: {tmp.line.count: boiler.count}}
  - {date: tmp.line.time, formats: [ISO8601]}
  - {drop: [tmp.line]}
fields:
  boiler.count: {type: long}
  boiler.kind: {type: keyword}
""".lstrip()
SHARED = "TIME: '\\d{4}-\\d{2}-\\d{2}'\nWORD: '[a-z]+'\n"

PATTERN = "(?:s)?']}"
RULES: dict[str, tuple[str, str, str, str]] = {
    # what is wrong: the piece of the format, what is as good, what is bad, and what is said of that
    "dot in a pattern": (PATTERN, r"[^\n]s']}", ".s']}", "a bare . in a regular expression: any character to some readers"),
    "dot in a fragment": ("[a-z]{1,9}", r"[.a-z]{1,9}\.", "[a-z]{1,9}.", "a bare . in a regular expression"),
    "dot in a beginning": (r"'steam\.'", r"'steam[\s\S]'", "'steam.'", "a bare . in a regular expression"),
    "dot in what is held": ("holds: 'hot'", r"holds: '[^\n]hot'", "holds: '.hot'", "a bare . in a regular expression"),
    "dot in a replacement": ("(h)(o)t", r"(h)(\.)t", "(h)(.)t", "a bare . in a regular expression"),
    "caret in a pattern": (PATTERN, r"\^']}", "^']}", "a bare ^ in a regular expression: some readers find"),
    "caret in what is held": ("holds: 'hot'", r"holds: '\Ahot'", "holds: '^hot'", "a bare ^ in a regular expression"),
    "dollar in a beginning": (r"'steam\.'", r"'steam\$'", "'steam$'", "a bare $ in a regular expression"),
    "dollar in a replacement": ("(h)(o)t", r"(h)(o)t(?![\s\S])", "(h)(o)t$", "a bare $ in a regular expression"),
    "possessive": (PATTERN, "s{1,3}']}", "s{1,3}+']}", "{1,3}+ counts twice"),
    "possessive star": ("[a-z]{1,9}", "[a-z][a-z]*", "[a-z][a-z]*+", "*+ counts twice"),
    "lazy where nothing is to choose": (PATTERN, "s{1,2}?']}", "s{2}?']}", "{2}? may be missing to some readers"),
    "brace that counts nothing": ("(h)(o)t", r"(h)(o)t\{", "(h)(o)t{", "a bare { in a regular expression: no "),
    "count without a beginning": (PATTERN, "s{0,2}']}", "s{,2}']}", "a bare { in a regular expression"),
    "intersection": ("[a-z]{1,9}", r"[a-z&]{1,9}", "[a-z&&a]{1,9}", "a bare && in the class [a-z&&a]"),
    "class in a class": ("holds: 'hot'", r"holds: '[\[h]'", "holds: '[[h]'", "a bare [ in the class [[h]"),
    "named class": ("[a-z]{1,9}", "[a-z]{1,8}", "[[:alpha:]]{1,9}", "a bare [ in the class [[:alpha:]"),
    "backreference in a pattern": (PATTERN, "(s)s']}", r"(s)\1']}", r"\1 in a regular expression: grok knows"),
    "backreference in what is held": ("holds: 'hot'", "holds: '(h)h'", r"holds: '(h)\1'", r"\1 in a regular expression"),
    "backreference to nothing": ("(h)(o)t", r"(h)(o)\1", r"(h)(o)\0", r"\0 in a regular expression"),
    "fragment that ends in a blank": ("'[a-z]{1,9}'", "'[a-z]{1,9}[ ]'", "'[a-z]{1,9} '", "a fragment that ends in a blank"),
    "lookbehind": (PATTERN, "(?=s)s']}", "(?<=s)']}", "(?< in a regular expression: lookbehind and named groups"),
    "atomic group": ("(h)(o)t", "(h)(o)(?:t)", "(h)(o)(?>t)", "(?> in a regular expression: atomic groups"),
    "flag": ("holds: 'hot'", "holds: '(?i)hot'", "holds: '(?s)hot'", "(?s in a regular expression: there is no flag"),
    "hex digit or space": ("holds: 'hot'", r"holds: '[0-9A-F]'", r"holds: '\h'", r"\h in a regular expression: it is a hex"),
    "end of the text": ("(h)(o)t", r"(h)(o)t(?![\s\S])", r"(h)(o)t\Z", r"\Z in a regular expression: it is the end"),
    "border of a word": ("holds: 'hot'", r"holds: 'hot(?![a-z])'", r"holds: 'hot\b'", r"\b in a regular expression: let"),
    "escape in a class": ("holds: 'hot'", r"holds: '[\t]'", r"holds: '[\e]'", r"\e in a regular expression: not all"),
    "reference in what is held": ("holds: 'hot'", r"holds: '%\{WORD\}'", "holds: '%{WORD}'", "%{ in a regular expression"),
    "backslash put in": ("by: $1", "by: '$1/'", r"by: '\$1'", "a backslash in what is put in"),
    "group of two digits": ("by: $1", "by: $2-1", "by: $12", "$12 in what is put in is no group that all readers know"),
    "group that is not there": ("by: $1", "by: $2", "by: $3", "$3 in what is put in is no group"),
    "dollar put in": ("by: $1", "by: ''", "by: 1$", "$ in what is put in is no group"),
    "reference put in": ("by: $1", "by: '%'", "by: '%{message}'", "%{ in a text: something would be filled in for it"),
    "blank separates": ("on: ','", "on: ', '", "on: ' '", "a blank separates at all white space"),
    "nothing separates": ("on: ','", "on: ;", "on: ''", "a blank separates at all white space, or nowhere"),
    "template in a text": ("copper", "'{copper}'", "'{{copper}}'", "{{ in a text: something would be filled in for it"),
    "variable in a text": ("copper", "$copper", "'${copper}'", "Logstash cannot hold the text ${copper}"),
    "reference in a word": ("otherwise: info", "otherwise: '%'", "otherwise: '%{x}'", "%{ in a text"),
    "two kinds of quotes": ("{hot: error}", "{'\"hot': error}", "{'\"''hot': error}", "Logstash cannot hold a text"),
    "zone in a local time": ("['yyyy-MM-dd']", "['yyyy-MM-dd', ISO8601]", "['yyyy-MM-dd Z']", "names a zone, which `local`"),
    "text where an object is": ("into: tmp.said,", "into: tmp.words,", "into: tmp.word.said,",
        "tmp.word is a value and tmp.word.said needs it to be an object"),
    "name of the pipelines": ("into: tmp.said,", "into: tmp.holds,", "into: tmp.held,", "tmp.held is what pipelines keep"),
    "field that is no identifier": ("into: tmp.said,", "into: tmp._said2,", "into: tmp.2said,",
        "'tmp.2said' cannot be a field's name"),
    "field with an empty name": ("into: tmp.said,", "into: tmp.said_,", "into: tmp..said,",
        "'tmp..said' cannot be a field's name"),
}  # fmt: skip
OBJECTS: dict[str, tuple[str, str, str, str]] = {
    "key of somebody's that a script reads": ("date: tmp.line.time,", "date: tmp.line.when,", "date: tmp.line.time-stamp,",
        "'tmp.line.time-stamp' cannot be a field's name"),
    "key below a key of somebody's": ("{tmp.line.count:", "{tmp.line.the-count:", "{tmp.line.the-boiler.count:",
        "'tmp.line.the-boiler.count' cannot be a field's name"),
    "key with brackets": ("of: tmp.line.kind,", "of: tmp.line.kind of it,", "of: 'tmp.line.kinds[0]',",
        "'tmp.line.kinds[0]' cannot be a field's name"),
    "all that the pipelines keep": ("drop: [tmp.line]", "drop: [tmp.line, tmp.b]", "drop: [tmp]", "tmp is what"),
    "name in a reference": ("%{WORD:boiler.kind}", "%{WORD:boiler.kind_2}", "%{WORD:boiler.kind.}",
        "'boiler.kind.' cannot be a field's name"),
}  # fmt: skip


def findings(sample: Any, text: str) -> list[tuple[str, int, str, str]]:
    """What the rule finds in the format: file, line, message and what to do."""
    sample.written(files={PATH: text, "templates/pack/fragments.yaml": SHARED})
    catalogue = load([sample.root])
    found = examine("catalogue/log-format", catalogue, catalogue["kettle"])
    return [(each.path, each.line, each.message, each.fix) for each in found]


def exchanged(text: str, old: str, new: str) -> tuple[str, int]:
    """The format with another piece, and the line of that."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the format"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("text", [FORMAT, JSON], ids=["text", "json"])
def test_a_format_that_all_readers_take_alike_is_left_alone(sample: Any, text: str) -> None:
    assert findings(sample, text) == []


@pytest.mark.parametrize(
    ("text", "rule"), [*((FORMAT, each) for each in RULES.values()), *((JSON, each) for each in OBJECTS.values())],
    ids=[*RULES, *OBJECTS],
)  # fmt: skip
def test_what_is_read_in_two_ways_is_found(
    sample: Any, monkeypatch: pytest.MonkeyPatch, text: str, rule: tuple[str, str, str, str]
) -> None:
    old, good, bad, message = rule
    monkeypatch.chdir(sample.root)
    assert findings(sample, exchanged(text, old, good)[0]) == []
    wrong, line = exchanged(text, old, bad)
    ((path, found, said, _),) = findings(sample, wrong)
    assert (path, found) == (PATH, line)
    assert message in said


def test_a_finding_says_what_to_write_instead(sample: Any) -> None:
    for old, bad, fix in (
        ("holds: 'hot'", "holds: '^hot'", r"write \A for the beginning, or (?![\s\S]) for the end; or \^"),
        (PATTERN, "$']}", r"leave it out: a pattern covers its text; or \$"),
        (PATTERN, ".']}", r"write [^\n], or [\s\S]; or \."),
        ("by: $1", "by: $3", "$1 to $2, and no digit after it"),
    ):
        assert [each[3] for each in findings(sample, exchanged(FORMAT, old, bad)[0])] == [fix]


def test_a_fault_of_a_shared_fragment_is_found_where_it_is_used(sample: Any) -> None:
    sample.written(files={PATH: FORMAT, "templates/pack/fragments.yaml": "TIME: '\\d.:\\d{2}'\nOTHER: '.'\n"})
    catalogue = load([sample.root])
    (finding,) = examine("catalogue/log-format", catalogue, catalogue["kettle"])
    assert finding.message.startswith("%{TIME}: a bare . in a regular expression")
    assert finding.line == exchanged(FORMAT, "%{TIME", "")[1]


@pytest.mark.parametrize(
    ("old", "bad", "message"),
    [
        ("(?:s)?']}", "(?:s?']}", "this is no regular expression: missing ), unterminated subpattern"),
        ("%{WORD:tmp.word}", "%{WURD:tmp.word}", "there is no fragment WURD"),
        ("%{WORD:tmp.word}", "%{word:tmp.word}", "%{ in a regular expression that names no fragment"),
        ("'[a-z]{1,9}'", "'[a-z'", "this is no regular expression"),
        ("by: $1", "by: $1, pattern: '('", ""),
        ("['yyyy-MM-dd']", "['yyyy-MM-DD']", "'DD' in the time format"),
        ("['yyyy-MM-dd']", "['MMM dd']", "lacks the year, the month or the day"),
        (r"'steam\.'", "'(?:steam)?'", "every line begins like that: it can be empty"),
        (r"'steam\.'", r"'(?=steam)s'", "it looks ahead or back, which the reader of files cannot"),
        (r"'steam\.'", r"'(s)team\1'", "it looks ahead or back, which the reader of files cannot"),
    ],
)
def test_what_is_no_format_at_all_is_found_as_before(sample: Any, old: str, bad: str, message: str) -> None:
    text = FORMAT.replace("(h)(o)t", "(") if not message else exchanged(FORMAT, old, bad)[0]
    found = findings(sample, text)
    assert found
    assert all((message or "this is no regular expression") in each[2] for each in found)


def test_a_format_has_a_name_that_scripts_can_use(sample: Any) -> None:
    sample.written(files={PATH.replace("steam", "hot-steam"): FORMAT, "templates/pack/fragments.yaml": SHARED})
    catalogue = load([sample.root])
    (finding,) = examine("catalogue/log-format", catalogue, catalogue["kettle"])
    assert (finding.message, finding.fix) == (
        "'hot-steam' cannot be a format's name: scripts use it",
        "a_name_like_this",
    )


def test_a_declared_field_has_one_too(sample: Any) -> None:
    text, line = exchanged(
        FORMAT, "  boiler.kind: {type: keyword}", "  boiler.kind: {type: keyword}\n  b-c: {type: ip}"
    )
    assert [each[1:3] for each in findings(sample, text)] == [
        (line + 1, "'b-c' cannot be a field's name: scripts use it")
    ]


@pytest.mark.parametrize(
    "text", ["\\d", "\\d{1,18}", "[+-]?\\d{1,18}(?:\\.\\d{1,18})?", "-?[1-9]\\d{0,8}", "404", "[0-9]{3}"]
)
def test_what_can_only_be_a_number(text: str) -> None:
    assert is_numeral(text)


@pytest.mark.parametrize(
    "text",
    [
        "\\d+",
        "\\d{1,19}",
        "\\d{9}\\d{10}",
        "1\\.",
        "\\.5",
        "[0-9a-f]{2}",
        "\\d{1,9}(?:,\\d{1,9})?",
        "[+-]\\d{0,3}",
        "1e3",
    ],
)
def test_what_could_be_something_else(text: str) -> None:
    assert not is_numeral(text)


def test_the_shipped_formats_hold(catalogue: Any) -> None:
    assert not [found for id_ in catalogue for found in examine("catalogue/log-format", catalogue, catalogue[id_])]


@pytest.mark.parametrize(
    "text", [r"a\.b", r"[.^$]", r"\(\?<", r"\[\[", r"a+?b*?c??", r"[&][\[\]]", "[]a][^]a]", "%{WORD:x.y}%{WORD}+"]
)
def test_what_looks_like_a_fault_and_is_none(text: str) -> None:
    assert not list(in_expression(text, "pattern"))
