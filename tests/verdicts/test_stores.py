"""Obsboot says of objects for log stores what real stores said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from obsboot.checks import check
from obsboot.checks.elasticsearch.mapping import REFUSED
from obsboot.model import Finding
from obsboot.sources import read_folder
from tests.verdicts.stores import RECORD, VALUES, Put, Verdict, verdicts

CHECKS = [f"elasticsearch/{name}" for name in ("lifecycle", "mapping", "pipeline", "reference", "setting", "template")]
VERDICTS = list(verdicts())


def findings(puts: Sequence[Put], folder: Path) -> Iterator[tuple[Finding, str]]:
    """What obsboot finds in the objects, each with the line in which it stands."""
    for put in puts:
        path = folder / put.kind / f"{put.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(put.body, indent=1, ensure_ascii=False), encoding="utf-8")
    for result in check(read_folder(folder), only=CHECKS):
        for each in result.findings:
            yield each, (folder / each.path).read_text(encoding="utf-8").splitlines()[each.line - 1]


@pytest.mark.parametrize("verdict", VERDICTS, ids=[each.name for each in VERDICTS])
def test_verdicts_are_equal(verdict: Verdict, tmp_path: Path) -> None:
    """Refused by both is an error in its line; taken by any store, it is none, unless every document is refused then."""
    found = list(findings(verdict.puts, tmp_path))
    errors = [(each.message, row) for each, row in found if each.severity == "error"]
    if verdict.says:
        assert any(verdict.says in each.message for each, _ in found), found
    elif verdict.is_wrong:
        assert any(verdict.at and verdict.at in row for _, row in errors), found
    else:
        assert not errors


def test_values_that_a_type_refuses() -> None:
    """What the check of mappings holds to be refused, the stores refused, and no more and no less."""
    for type_, refused in RECORD["refuses"].items():
        assert {kind for kind in VALUES if type_ in REFUSED[kind]} == set(refused.split()), type_
