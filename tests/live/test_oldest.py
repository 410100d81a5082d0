"""The same pack on the oldest servers it supports."""

from __future__ import annotations

import pytest

from tests.live.conftest import Proof

pytestmark = pytest.mark.live


def test_nothing_failed_on_the_oldest_servers(oldest: Proof) -> None:
    assert oldest.wrong() == []
    assert oldest.code == 0, oldest.printed


def test_the_servers_really_were_the_oldest(oldest: Proof) -> None:
    versions = {name: str(version) for name, version in oldest.report["facts"]["versions"].items()}
    assert versions["prometheus"].startswith("2.42")


def test_truths_hold_there_too(oldest: Proof) -> None:
    truths = oldest.results("live/truth")
    assert truths["redis/hit_rate"]["outcome"] == "passed"
