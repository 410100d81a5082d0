"""Ingest pipelines are made so that little of them runs for a line, and so that a person can read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.catalog import load
from obsboot.logs.ingest import format_pipeline, kept
from obsboot.logs.oniguruma import grok_processor
from obsboot.logs.painless import Statement, quoted, script
from obsboot.model import (
    Divide,
    LogField,
    LogFormat,
    Match,
    Place,
    ReadJson,
    ReadTime,
    Replace,
    Replacement,
    Translate,
)

FORMATS = [each for component in load().values() for each in component.logs.values()]


def ids(format_: LogFormat) -> str:
    return f"{format_.component}.{format_.name}"


def processors(format_: LogFormat) -> Iterator[tuple[str, dict[str, Any]]]:
    for processor in format_pipeline(format_, "UTC")["processors"]:
        yield from processor.items()


def of(*steps: Any, **fields: str) -> list[tuple[str, dict[str, Any]]]:
    """The processors of the steps alone."""
    typed = {name: LogField(name, type_) for name, type_ in fields.items()}  # type: ignore[arg-type]
    made = LogFormat("log", "Log", "a", steps, typed, Place(Path("log.yaml"), 1), {"TEXT": r"[\s\S]+", "INT": r"\d+"})
    return list(processors(made))[1:]


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_what_may_fail_in_vain_is_asked_first(format_: LogFormat) -> None:
    for kind, body in processors(format_):
        if body.get("ignore_failure") or kind in ("gsub", "split", "date"):
            assert body["if"], body["tag"]


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_each_statement_of_a_script_says_what_it_is_for(format_: LogFormat) -> None:
    for kind, body in processors(format_):
        if kind == "script":
            lines = body["source"].split("\n")
            assert [line for line in lines if line.startswith("// ")]
            assert all(lines[at - 1].startswith("// ") for at, line in enumerate(lines) if line.startswith("if "))


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_no_script_follows_another(format_: LogFormat) -> None:
    kinds = [kind for kind, _ in processors(format_)]
    assert "script script" not in " ".join(kinds)


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_a_line_is_kept_whatever_happens(format_: LogFormat) -> None:
    assert format_pipeline(format_, "UTC")["on_failure"] == kept()


def test_an_optional_pattern_is_tried_only_where_its_letters_are() -> None:
    [(kind, body)] = of(Match(("status=%{INT:a.b}", "code=%{INT:a.b}"), "tmp.line", optional=True))
    assert kind == "grok"
    assert body["if"] == (
        "ctx.tmp instanceof Map && ctx.tmp.line instanceof String"
        " && (ctx.tmp.line.contains('status=') || ctx.tmp.line.contains('code='))"
    )
    [(_, must)] = of(Match(("status=%{INT:a.b}",)))
    assert "if" not in must


def test_statements_in_succession_are_one_script() -> None:
    [(kind, body)] = of(
        Match(("%{TEXT:user}",), "tmp.user", optional=True),
        Translate("tmp.word", "level", {"W": "warning"}),
        Translate("level", "outcome", {"warning": "failure"}),
        count="long",
    )
    assert kind == "script"
    assert [line for line in body["source"].split("\n") if line.startswith("//")] == [
        "// user is tmp.user.", "// level by tmp.word.", "// outcome by level.", "// count is a number.",
    ]  # fmt: skip
    assert body["params"] == {"tmp.word to level": {"W": "warning"}, "level to outcome": {"warning": "failure"}}


def test_statements_wait_for_each_other_past_what_has_nothing_to_do_with_them() -> None:
    made = of(
        Translate("tmp.a", "first", {"1": "x"}),
        Match(("%{TEXT:other} %{TEXT:tmp.b}",), "tmp.line", optional=True),
        Translate("tmp.b", "second", {"1": "y"}),
    )
    assert [kind for kind, _ in made] == ["grok", "script"]
    assert [*made[1][1]["params"]] == ["tmp.a to first", "tmp.b to second"]


@pytest.mark.parametrize(
    "step",
    [
        Match(("%{TEXT:other}",), "first", optional=True),
        Match(("%{TEXT:first} b",), "tmp.line", optional=True),
        Match(("%{TEXT:tmp.a} b",), "tmp.line", optional=True),
        Match(("%{TEXT:first.of} b",), "tmp.line", optional=True),
        Match(("%{TEXT:other} b",), "tmp.line"),
        ReadTime("tmp.time", ("ISO8601",)),
    ],
    ids=["read by it", "set by both", "set for it", "within it", "can fail", "can fail too"],
)
def test_a_statement_stays_before_what_depends_on_it_and_what_can_fail(step: Any) -> None:
    kinds = [kind for kind, _ in of(Translate("tmp.a", "first", {"1": "x"}), step, Translate("b", "c", {"1": "y"}))]
    assert kinds[0] == "script"
    assert kinds[-1] == "script"


def test_a_statement_that_can_fail_waits_for_nothing() -> None:
    taken = Match(("%{TEXT:other} b",), "tmp.line", optional=True)
    made = of(ReadJson("message", "tmp.json"), Divide("tmp.json.ms", "seconds", 1000), taken)
    assert [kind for kind, _ in made][-2:] == ["script", "grok"]


def test_a_number_that_a_pattern_takes_is_one_at_once() -> None:
    [(kind, body)] = of(Match(("%{INT:count} of %{INT:all} %{TEXT:name}",)), count="long", name="keyword")
    assert (kind, body["patterns"]) == ("grok", [r"\A(?:%{INT:count:long} of %{INT:all} %{TEXT:name})\z"])


def test_a_number_that_is_needed_as_a_text_becomes_one_at_the_end() -> None:
    made = of(Match(("%{INT:count}",)), Translate("count", "word", {"1": "one"}), count="long")
    assert made[0][1]["patterns"] == [r"\A(?:%{INT:count})\z"]
    assert made[-1][1]["source"].endswith("{ ctx.count = Long.parseLong(ctx.count); }")


def test_the_rest_of_a_text_is_not_looked_for() -> None:
    patterns = [r"a%{INT:b}[\s\S]*", r"a|b[\s\S]*", r"(?:a|b)[\s\S]*", r"a\[\s\S]*", r"a(?:b[\s\S]*)?"]
    [(_, body)] = of(Match(tuple(patterns)))
    assert body["patterns"] == [
        r"\A(?:a%{INT:b})", r"\A(?:a|b(?m:.*))\z", r"\A(?:(?:a|b))", r"\A(?:a\[\s\S]*)\z", r"\A(?:a(?:b(?m:.*))?)\z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "quick"),
    [
        (r"[\s\S]+ [\s\S]*?x", r"(?m:.+) (?m:.*?)x"),
        (r"[^\n]+\n[^\n]*?$", r".+\n.*?$"),
        (r"[\s\S]{3}[\s\S][^\n]?", r"[\s\S]{3}[\s\S][^\n]?"),
        (r"\[\s\S]*", r"\[\s\S]*"),
        (r"\\[\s\S]*x", r"\\(?m:.*)x"),
        (r"[[\s\S]+", r"[[\s\S]+"),
        (r"[^]\n]+[^\n]+", r"[^]\n]+.+"),
    ],
)
def test_any_text_is_said_as_oniguruma_goes_through_it_quickest(said: str, quick: str) -> None:
    made = grok_processor("message", [said], {"PART": said})["grok"]
    assert made == {"field": "message", "patterns": [quick], "pattern_definitions": {"PART": quick}}


def test_the_same_table_twice_makes_two_scripts() -> None:
    made = of(Translate("a", "b", {"1": "x"}), Translate("a", "b", {"2": "y"}))
    assert [body["params"]["a to b"] for _, body in made] == [{"1": "x"}, {"2": "y"}]


def test_fixed_texts_are_replaced_without_a_pattern() -> None:
    fixed_ = Replace("tmp.a", "tmp.b", (Replacement(r"(\\)[\\]", "$1"), Replacement('"', "")))
    [(kind, body)] = of(fixed_)
    assert kind == "script"
    assert r"""ctx.tmp.b = ctx.tmp.a.replace('\\\\', '\\').replace('"', '');""" in body["source"]
    mixed = Replace("tmp.a", "tmp.a", (Replacement("x+", ""), Replacement("'", "-")))
    assert [(kind, body["if"].rpartition(" && ")[2]) for kind, body in of(mixed)] == [
        ("gsub", "ctx.tmp.a.contains('x')"), ("gsub", r"ctx.tmp.a.contains('\'')"),
    ]  # fmt: skip


def test_a_script_of_few_statements_has_their_conditions() -> None:
    few = script([Statement("one", "a", "b();"), Statement("two", "c", "d();")])["script"]
    assert few["if"] == "a || c"
    assert few["source"] == "// one.\nif (a) { b(); }\n// two.\nif (c) { d(); }"
    assert "if" not in script([Statement("one", "", "b();"), Statement("two", "c", "d();")])["script"]


@given(st.text("ab'\\\n\"$ "))
def test_a_quoted_text_ends_at_its_own_end(text: str) -> None:
    inside = quoted(text)[1:-1]
    found, at = "", 0
    while at < len(inside):
        assert inside[at] != "'"
        at += inside[at] == "\\"
        found += inside[at]
        at += 1
    assert found == text
