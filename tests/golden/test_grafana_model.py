"""The dashboards in the official typed model of Grafana's: what it does not know, Grafana would ignore without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

HERE = Path(__file__).parent
BOARDS = sorted(HERE.glob("*/expected/grafana/dashboards/*.json"))
UNMODELLED = {"annotations.list.titleFormat", "annotations.list.textFormat", "templating.list.definition"}
"""Fields of Grafana's own exports that the typed model leaves out."""


def altered(board: dict[str, Any]) -> set[str]:
    """The fields, as paths, that the typed model drops or changes."""
    plugins.register_default_plugins()
    for panel in board["panels"]:
        # The model reads all queries as those of the panel's data source, Grafana each by its own.
        if any(target.get("datasource", {}).get("type") == "__expr__" for target in panel.get("targets", ())):
            del panel["datasource"]
    back = json.loads(JSONEncoder().encode(Dashboard.from_json(board)))
    return {path.removeprefix(".") for path in differing(board, back, "")}


def differing(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from differing(value, after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from differing(one, other, path)
    elif before != after:
        yield path


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: f"{path.parts[-5]}/{path.stem}")
def test_every_field_is_one_of_grafanas(path: Path) -> None:
    assert altered(json.loads(path.read_text())) <= UNMODELLED


def test_a_misspelt_field_and_a_value_of_the_wrong_kind_are_seen() -> None:
    board = json.loads(BOARDS[0].read_text())
    board["panels"][-1]["fieldConfig"]["defaults"]["decimal"] = 2
    board["refreshing"] = "1m"
    assert {"refreshing", "panels.fieldConfig.defaults.decimal"} <= altered(board)
