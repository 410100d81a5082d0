"""The tables that the linter is held against hold what promtool says today."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_sample import READABLE, RELABELLED, VERDICTS, configured

UNIT = Path(__file__).parents[1] / "unit"
RULE_FILES: list[dict[str, Any]] = yaml.safe_load((UNIT / "sources/rule_files.yaml").read_text())
EXPRESSIONS: dict[str, list[str]] = yaml.safe_load((UNIT / "promql/expressions.yaml").read_text())


def ran(promtool: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([promtool, *arguments], input=given, capture_output=True, text=True, timeout=60, check=False)


def named(table: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in table]


@pytest.mark.parametrize("verdict", VERDICTS, ids=named(VERDICTS))
def test_a_configuration_loads(verdict: dict[str, Any], promtool: str, tmp_path: Path) -> None:
    path = tmp_path / "prometheus.yml"
    path.write_text(verdict["config"])
    done = ran(promtool, "check", "config", str(path))
    assert (done.returncode == 0) == verdict["loads"], done.stdout + done.stderr


@pytest.mark.parametrize("case", RELABELLED, ids=named(RELABELLED))
def test_a_rule_leaves_labels(case: dict[str, Any], promtool: str, tmp_path: Path) -> None:
    path = tmp_path / "prometheus.yml"
    path.write_text(configured(case["rule"]))
    done = ran(promtool, "check", "service-discovery", "--timeout=300ms", str(path), "shop")
    assert (json.loads(done.stdout)[0]["labels"] or None) == case["labels"]


@pytest.mark.parametrize("case", READABLE, ids=named(READABLE))
def test_an_answer_can_be_read(case: dict[str, Any], promtool: str) -> None:
    done = ran(promtool, "check", "metrics", given=case["text"])
    assert ("error while linting" not in done.stdout + done.stderr) == case["reads"], done.stderr


def loads(promtool: str, rules: str, folder: Path) -> bool:
    (folder / "rules.yml").write_text(rules)
    return ran(promtool, "check", "rules", str(folder / "rules.yml")).returncode == 0


@pytest.mark.parametrize("case", RULE_FILES, ids=named(RULE_FILES))
def test_a_rule_file_loads(case: dict[str, Any], promtool: str, tmp_path: Path) -> None:
    assert loads(promtool, case["text"], tmp_path) == case["loads"]


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_an_expression_loads(kind: str, promtool: str, tmp_path: Path) -> None:
    """Of the kinds, those that load do, and no other."""
    wrong = {
        expr
        for expr in EXPRESSIONS[kind]
        if loads(
            promtool, yaml.safe_dump({"groups": [{"name": "a", "rules": [{"record": "r", "expr": expr}]}]}), tmp_path
        )
        != (kind == "loads")
    }
    assert not wrong
