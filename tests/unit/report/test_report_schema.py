"""The published JSON Schema, and that what is written is valid by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import example
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from lint_sample import REPORTS, linted
from report_sample import full, small

from obsboot.checks import check
from obsboot.model import Report
from obsboot.report.json import SCHEMA, to_json

PAGE = Path(__file__).parents[3] / "docs/report.schema.json"
VALIDATOR = Draft202012Validator(json.loads(PAGE.read_text()))


def mistakes(document: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_one_and_of_this_version() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["properties"]["schema"]["const"] == VALIDATOR.schema["title"] == SCHEMA


@pytest.mark.parametrize("report", [full(), small("failed"), small("error"), small("skipped"), linted()])
def test_reports_are_valid(report: Report) -> None:
    assert mistakes(json.loads(to_json(report))) == []


def test_what_checks_really_find_is_valid() -> None:
    files = {path: text.replace("severity: critical", "severity: page") for path, text in example.good().items()}
    report = Report("t", check(example.pack(files)))
    assert report.count("failed")
    assert mistakes(json.loads(to_json(report))) == []


@given(REPORTS.filter(lambda report: all(r.reason or r.outcome != "skipped" for r in report.results)))
def test_any_report_is_valid(report: Report) -> None:
    assert mistakes(json.loads(to_json(report).encode())) == []


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("schema",), "obsboot-report/2"),
        (("verdict", "exit_code"), 3),
        (("results", 0, "outcome"), "ok"),
        (("results", 0, "findings", 0, "line"), -1),
        (("results", 0, "findings", 0, "column"), "5"),
        (("results", 0, "findings", 0, "severity"), "fatal"),
        (("results", 0, "check"), "window"),
        (("proven", 0, "proof"), "certain"),
    ],
)
def test_what_is_no_report_is_refused(way: tuple[str | int, ...], value: object) -> None:
    document = json.loads(to_json(small("failed")))
    part = document
    for step in way[:-1]:
        part = part[step]
    part[way[-1]] = value
    assert len(mistakes(document)) == 1


def test_every_field_that_is_written_is_described() -> None:
    """A field that the schema does not know would be valid, and nobody would learn of it."""
    closed = json.loads(PAGE.read_text(), object_hook=_closed)
    written = json.loads(to_json(linted()))
    assert [e.message for e in Draft202012Validator(closed).iter_errors(written)] == []
    assert [e.message for e in Draft202012Validator(closed).iter_errors({**written, "facts": {"unknown": 1}})]


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "additionalProperties": False} if part.get("type") == "object" and "properties" in part else part
