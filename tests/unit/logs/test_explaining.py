"""Why an entry is not read: how far a pattern fits, and which step could not be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsboot.logs.explaining import attempt, explain, fit
from obsboot.logs.reading import UNPARSED
from obsboot.model import Divide, LogField, LogFormat, LogStep, Match, Place, ReadJson, ReadTime, Rename

FRAGMENTS = {"INT": r"\d{1,18}", "WORD": "[a-z]+", "TEXT": r"[\s\S]+", "PAIR": "%{INT}-%{INT}|%{INT}:%{WORD}"}


@pytest.mark.parametrize(
    ("pattern", "text", "fits", "wanted"),
    [
        (r"%{INT:a} - %{WORD:b}!", "12 - abc?", "12 - abc", "!"),
        (r"%{INT:a} - %{WORD:b}", "12 + abc", "12 ", "- %{WORD:b}"),
        (r"%{INT:a}", "12 more", "12", ""),
        (r"%{INT:a}", "more", "", "%{INT:a}"),
        (r"(?:%{INT:a} (?:%{WORD:b}|-) )?\[%{INT:c}\]", "12 - [x", "12 - [", r"%{INT:c}\]"),
        (r"(?:%{INT:a}:%{INT:b}|%{WORD:c}) end", "12:x end", "12:", "%{INT:b} end"),
        (r"abc|%{INT:a} - x", "12 - y", "12 - ", "x"),
        (r"[]x]{2}\(\d+\)", "]x(12", "]x(12", r"\)"),
        (r"a{1,3}b+?c", "aab!", "aab", "c"),
        (r"%{PAIR:a} end", "12-x end", "12-", "%{INT} end"),
        (r"%{PAIR:a} end", "12:abc", "12:abc", " end"),
    ],
)
def test_a_pattern_fits_up_to_its_last_piece_that_does(pattern: str, text: str, fits: str, wanted: str) -> None:
    end, rest = fit(pattern, FRAGMENTS, text)
    assert (text[:end], rest) == (fits, wanted)


def of(*steps: LogStep, name: str = "steam", starts: str = "[0-9{]", **types: str) -> LogFormat:
    fields = {key: LogField(key, type_) for key, type_ in types.items()}  # type: ignore[arg-type]
    return LogFormat(name, "", starts, steps, fields, Place(Path("x"), 1), FRAGMENTS, False, "kettle")


LINE = Match(("%{INT:tmp.time} %{WORD:tmp.word}",))
JSON = ReadJson("message", "tmp.line")


@pytest.mark.parametrize(
    ("format_", "entry", "why", "of_", "fits", "wanted"),
    [
        (of(LINE), "1 A", "no pattern covers it", "message", "1 ", "%{WORD:tmp.word}"),
        (of(LINE), "1 a b", "it goes on", "message", "1 a", ""),
        (of(LINE), "x", "it begins like no format", "message", "", "[0-9{]"),
        (of(JSON), '{"a": 1,}', "this is no JSON", "message", '{"a": 1,', ""),
        (of(JSON), "12", "the JSON is no object", "message", "", ""),
        (of(JSON), '{"a": NaN}', "this is no JSON: NaN is no value", "message", "", ""),
        (of(JSON), '{"a":' * 100_000, "the JSON nests too deeply", "message", "", ""),
        (of(JSON, Divide("tmp.line.a", "b", 2)), '{"a": "many"}', "it is no number", "tmp.line.a", "", ""),
        (of(LINE, ReadTime("tmp.time", ("yyyy",))), "1 a", "it is no time in the form yyyy", "tmp.time", "", ""),
        (of(LINE, Match(("%{INT:n}",), "tmp.word")), "1 ab", "no pattern covers it", "tmp.word", "", "%{INT:n}"),
        (of(JSON, Match(("x",), "tmp.line.no")), "{}", "there is no text tmp.line.no", "message", "", ""),
        (of(JSON, Match(("a+",), "tmp.line.a")), '{"a": "aab"}', "it goes on", "tmp.line.a", "aa", ""),
    ],
)
def test_the_step_that_could_not_be_made_is_named(
    format_: LogFormat, entry: str, why: str, of_: str, fits: str, wanted: str
) -> None:
    assert UNPARSED in attempt([format_], entry, "UTC")["tags"]
    found = explain([format_], entry, "UTC")
    assert found.why.startswith(why)
    assert (found.of, found.text[: found.end], found.wanted) == (of_, fits, wanted)


def test_where_no_format_begins_the_nearest_one_is_shown() -> None:
    formats = [of(name="near", starts="%{INT} - x"), of(name="far", starts="%{WORD}")]
    assert explain(formats, "12 - y", "UTC").format.name == "near"


def test_a_text_in_the_place_of_a_number_leaves_the_entry_unread() -> None:
    format_ = of(JSON, Rename({"tmp.line.n": "n"}), n="long")
    assert attempt([format_], '{"n": "12"}', "UTC")["n"] == 12
    document = attempt([format_], '{"n": "many"}', "UTC")
    assert UNPARSED in document["tags"]
    assert document["message"] == '{"n": "many"}'
    assert "no number" in explain([format_], '{"n": "many"}', "UTC").why
