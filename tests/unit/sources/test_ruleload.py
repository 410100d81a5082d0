"""Rule files load, or not, as their table says; tests/verdicts holds the table against promtool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.checks import check
from obsboot.sources.folder import read_folder

TABLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "rule_files.yaml").read_text())
LOADING = ("yaml/parse", "rules/load", "rules/annotations", "rules/duplicate", "promql/syntax", "promql/regex")


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_a_file_is_refused_where_prometheus_refuses_it(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(case["text"])
    results = check(read_folder(tmp_path), only=LOADING)
    errors = [finding for result in results for finding in result.findings if finding.severity == "error"]
    unread = [result.reason for result in results if result.outcome == "error"]
    assert (not errors and not unread) == case["loads"], (errors, unread)
