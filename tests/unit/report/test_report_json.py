"""The JSON of a report: its schema, its order, and values that JSON does not have."""

from __future__ import annotations

import json
import math
import random
from dataclasses import fields, replace
from pathlib import Path

import pytest
from report_sample import full, small

from obsboot.model import Finding, ObsbootError, Proof, Proven, Report, Result
from obsboot.report import FORMATS, written
from obsboot.report.json import SCHEMA, to_json


def test_a_small_report_word_for_word() -> None:
    assert json.loads(to_json(small("failed"))) == {
        "schema": "obsboot-report/1",
        "title": "small",
        "verdict": {
            "exit_code": 4,
            "sentence": "Proven: 1 checked.",
            "passed": 0,
            "failed": 1,
            "could_not_check": 0,
            "skipped": 0,
        },
        "facts": {},
        "results": [
            {
                "check": "rules/window",
                "subject": "redis/RedisDown",
                "outcome": "failed",
                "level": "checked",
                "reason": "because",
                "seconds": 0.01,
                "findings": [
                    {
                        "check": "rules/window",
                        "severity": "error",
                        "path": "observability/prometheus/rules/redis.yaml",
                        "line": 7,
                        "column": 0,
                        "subject": "",
                        "message": "too short",
                        "why": "gaps",
                        "fix": "[1m]",
                    }
                ],
                "detail": {},
                "unread": [],
            }
        ],
        "proven": [{"kind": "alert", "name": "RedisDown", "instance": "redis", "proof": "checked", "limit": ""}],
    }


def test_the_order_in_which_results_came_does_not_matter() -> None:
    report = full()
    shuffled = list(report.results)
    random.Random(7).shuffle(shuffled)
    assert to_json(replace(report, results=tuple(shuffled))) == to_json(report)


def test_numbers_that_are_none_and_odd_values_stay_json() -> None:
    detail = {"a": math.nan, "b": -math.inf, "c": {"x", "y"}, "d": Path("p"), "e": Proof.LIVE, "f": (1, None), 3: True}
    report = Report("t", (Result("a/b", "s", "passed", detail=detail),))  # type: ignore[arg-type]
    loaded = json.loads(to_json(report), parse_constant=pytest.fail)
    assert loaded["results"][0]["detail"] == {
        "3": True, "a": "NaN", "b": "-Infinity", "c": ["x", "y"], "d": "p", "e": "live", "f": [1, None],
    }  # fmt: skip


def test_the_document_says_everything_that_the_model_holds() -> None:
    loaded = json.loads(to_json(full()))
    result = next(each for each in loaded["results"] if each["findings"])
    assert {field.name for field in fields(Result)} <= set(result)
    assert {field.name for field in fields(Finding)} == set(result["findings"][0])
    assert {field.name for field in fields(Proven)} == set(loaded["proven"][0])


def test_the_schema_page_names_the_version_and_every_field() -> None:
    page = Path(__file__).parents[3].joinpath("docs/report-schema.md").read_text()
    loaded = json.loads(to_json(full()))
    asked = {*loaded, *loaded["verdict"], *loaded["results"][0], *loaded["proven"][0], SCHEMA}
    assert {name for name in asked if f"`{name}`" not in page} == set()


def test_every_format_is_written_by_its_function() -> None:
    assert written(small(), "json") == to_json(small())
    assert all("too short" in written(small("failed"), form) for form in FORMATS)
    with pytest.raises(ObsbootError, match="'pdf' is no report format"):
        written(small(), "pdf")
