"""Rule files load, or not, as promtool says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.checks import check
from obsboot.sources.folder import read_folder

TABLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "rule_files.yaml").read_text())
LOADING = ("yaml/parse", "rules/load", "rules/annotations", "rules/duplicate", "promql/syntax", "promql/regex")


@pytest.fixture(scope="module")
def promtool() -> str:
    found = os.environ.get("OBSBOOT_PROMTOOL") or shutil.which("promtool")
    if not found and os.environ.get("OBSBOOT_REQUIRE_PROMTOOL"):
        pytest.fail("these tests need promtool")
    if not found:
        pytest.skip("promtool is neither on PATH nor in OBSBOOT_PROMTOOL")
    return found


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_a_file_is_refused_where_prometheus_refuses_it(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(case["text"])
    results = check(read_folder(tmp_path), only=LOADING)
    errors = [finding for result in results for finding in result.findings if finding.severity == "error"]
    unread = [result.reason for result in results if result.outcome == "error"]
    assert (not errors and not unread) == case["loads"], (errors, unread)


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_the_table_is_true(case: dict[str, Any], tmp_path: Path, promtool: str) -> None:
    (tmp_path / "rules.yml").write_text(case["text"])
    done = subprocess.run([promtool, "check", "rules", "rules.yml"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) == case["loads"], done
