"""Grok patterns put together."""

from __future__ import annotations

import re

import pytest

from obsboot.sources.logstash.backtracking import hostile
from obsboot.sources.logstash.grok import CircleError, Library, bare, builtin, own, references, unknown_types

SAMPLES = {
    "IP": ["1.2.3.4", "::1", "2001:db8::17", "fe80::1%eth0"],
    "IPORHOST": ["a.b-c.example.com", "10.0.0.1"],
    "HOSTPORT": ["a.example:80"],
    "HTTPDATE": ["20/Nov/2026:09:14:02 +0000"],
    "TIMESTAMP_ISO8601": ["2026-11-20T09:14:02.113Z", "2026-11-20 09:14:02,113+01:00", "2026-11-20 09:14"],
    "SYSLOGTIMESTAMP": ["Nov  2 09:14:02", "Nov 20 09:14:02.123"],
    "DATESTAMP": ["11/20/2026 09:14:02", "20.11.26-09:14:02"],
    "DATESTAMP_RFC2822": ["Mon, 20 Nov 2026 09:14:02 +0000"],
    "QS": ['"a \\" b"', "'x'", '""'],
    "URI": ["https://u:p@ex.com:80/a/b?c=d", "http://x"],
    "URIPATHPARAM": ["/a?b=c&d[]=1"],
    "PATH": ["/var/log/x.log", r"C:\a\b.txt"],
    "NUMBER": ["1", "-1.5", ".5", "+3"],
    "EMAILADDRESS": ["a.b+c@ex.com"],
    "UUID": ["123e4567-e89b-12d3-a456-426614174000"],
    "LOGLEVEL": ["WARN", "warning", "INFO", "Error", "CRITICAL", "fatal"],
    "MAC": ["00:11:22:33:44:55", "0011.2233.4455", "00-11-22-33-44-55"],
    "JAVACLASS": ["org.a.B$C"],
    "USER": ["frank", "a-b"],
    "MONTHDAY": ["1", "01", "31"],
}


@pytest.mark.parametrize(("name", "texts"), SAMPLES.items())
def test_logstashs_own_patterns_fit_what_they_are_for(name: str, texts: list[str]) -> None:
    expression = re.compile(own().expanded(f"%{{{name}}}") or "")
    assert [text for text in texts if not expression.fullmatch(text)] == []


def test_every_text_of_logstashs_own_is_whole_and_none_is_hostile() -> None:
    whole = [own().expanded(f"%{{{name}}}") for name in builtin().texts]
    assert None not in whole
    assert [part for part in hostile([each for each in whole if each]) if part] == []


def test_names_and_families() -> None:
    known = builtin()
    assert known.has("COMBINEDAPACHELOG")
    assert known.has("CISCOFW106001")
    assert not known.has("IPORHOSTS")


def test_references() -> None:
    found = [(each.name, each.field, each.type) for each in references("%{A} %{B:c}x%{D:[e][f]:int} %{G:h:integer}")]
    assert found == [("A", "", None), ("B", "c", None), ("D", "[e][f]", "int"), ("G", "h", "integer")]
    assert [each.field for each in unknown_types("%{D:[e][f]:int} %{G:h:integer}")] == ["h"]
    assert bare("a%{B:c}d") == "a(?:x)d"


def test_the_fields_of_a_pattern() -> None:
    library = Library({"OUTER": "%{INT:n:int} %{INNER}", "INNER": "(?<[a][b]>x)%{WORD:w}"})
    assert library.fields("%{OUTER:all} %{NUMBER:f:float}") == {
        "[all]": "string", "[n]": "integer", "[a][b]": "string", "[w]": "string", "[f]": "float",
    }  # fmt: skip
    assert library.fields("%{COMBINEDAPACHELOG}") is None


def test_an_expanded_pattern_gives_its_fields_by_their_numbers() -> None:
    expression = own().expanded(r"^%{WORD:verb} (?<rest>%{INT}) %{INT:[n]:int}$") or ""
    found = re.search(expression, "GET 1 22", re.MULTILINE)
    assert found is not None
    assert (found["g0"], found["g2"]) == ("GET", "22")


def test_what_cannot_be_expanded() -> None:
    assert own().expanded("%{COMBINEDAPACHELOG}") is None
    with pytest.raises(CircleError):
        Library({"A": "%{B}", "B": "%{A}x"}).expanded("%{A}")


def test_patterns_that_grow_without_end_are_let_be() -> None:
    growing = {f"P{n}": f"%{{P{n + 1}}}%{{P{n + 1}}}%{{P{n + 1}}}%{{P{n + 1}}}" for n in range(12)} | {"P12": "a" * 50}
    assert Library(growing).expanded("%{P0}") is None
