"""The same pack on the oldest servers it supports."""

from __future__ import annotations

import pytest

from tests.live.conftest import Proof

pytestmark = pytest.mark.live


@pytest.mark.parametrize("check", ["live/target", "live/rules", "live/query", "live/container"])
def test_all_of_a_kind_passed(oldest: Proof, check: str) -> None:
    results = oldest.results(check)
    assert results
    assert {name: r["reason"] for name, r in results.items() if r["outcome"] in ("failed", "error")} == {}


def test_the_servers_really_were_the_oldest(oldest: Proof) -> None:
    versions = {name: str(version) for name, version in oldest.report["facts"]["versions"].items()}
    assert versions["prometheus"].startswith("2.42")


def test_truths_hold_there_too(oldest: Proof) -> None:
    truths = oldest.results("live/truth")
    assert truths["redis/hit_rate"]["outcome"] == "passed"
