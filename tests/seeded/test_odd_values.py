"""Files whose values are of other kinds than anybody expects: each ends in findings, and no check breaks on it."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.catalog import Catalogue
from obsboot.checks import check
from obsboot.sources import Folder, read_folder

STACK = Path(__file__).parent / "stack"
ODD = (None, 1, -3.5, True, "", "x", [], {}, [1], {"a": 1}, ["a", {}], [[]], "{{", "2026-01-01", 10**30)
FILES, VALUES = 8, 2
"""How many files are changed at once, and how many values in each."""


@pytest.fixture(scope="module")
def clean(catalogue: Catalogue) -> Folder:
    return read_folder(STACK, catalogue=lambda: catalogue)


def ways(data: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to all parts of a document but itself."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield (*way, key)
        yield from ways(value, (*way, key))


def changed(text: str, *, is_yaml: bool, chance: random.Random) -> str:
    data: Any = next(iter(yaml.safe_load_all(text))) if is_yaml else json.loads(text)
    for _ in range(VALUES):
        *above, last = chance.choice(list(ways(data)))
        at = data
        for key in above:
            at = at[key]
        at[last] = copy.deepcopy(chance.choice(ODD))
    return yaml.safe_dump(data, sort_keys=False) if is_yaml else json.dumps(data, indent=2)


@pytest.mark.parametrize("seed", range(30))
def test_no_check_breaks(clean: Folder, seed: int) -> None:
    chance = random.Random(seed)
    files = dict(clean.files)
    for path in chance.sample(sorted(p for p, how in clean.forms.items() if how in ("yaml", "json")), FILES):
        files[path] = changed(files[path], is_yaml=clean.forms[path] == "yaml", chance=chance)
    broken = {
        each.check: each.reason for each in check(replace(clean, files=files)) if "the check broke" in each.reason
    }
    assert not broken
