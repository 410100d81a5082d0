"""What Prometheus' own tool said of small configurations, rules and answers: tables that are held against both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent / "sources/prometheus"


def _table(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((_HERE / f"{name}.yaml").read_text())
    return found


VERDICTS = _table("verdicts")
"""Configurations, and whether they load."""
RELABELLED = _table("relabelled")
"""Relabelling rules, and the labels that `configured` leaves."""
READABLE = _table("readable")
"""Answers of exporters, and whether they can be read."""

_JOB = """\
scrape_configs:
- job_name: shop
  params: {module: [a, b]}
  static_configs:
  - targets: ['shop-a:8000']
    labels: {__meta_pod_label_team: web, zone: eu}
  relabel_configs:
"""


def configured(rule: str) -> str:
    """A configuration with one target and one rule."""
    return f"{_JOB}  - {rule}\n"
