"""The sample's pack, proven whole in running containers."""

from __future__ import annotations

import pytest

from tests.live.conftest import Proof

pytestmark = pytest.mark.live

TRUTHS = (
    "redis/hit_rate",
    "postgresql/cache_hit",
    "sqlalchemy/used",
    "sqlalchemy/slow_statements",
    "service/requests",
    "service/p99",
)
LONGEST_SECONDS = 12 * 60


def test_nothing_failed_and_everything_could_be_checked(whole: Proof) -> None:
    assert whole.wrong() == []
    assert whole.code == 0, whole.printed


def test_every_target_is_up(whole: Proof) -> None:
    targets = whole.results("live/target")
    assert len(targets) >= 9
    assert {r["outcome"] for name, r in targets.items() if not name.startswith("grafana")} == {"passed"}


@pytest.mark.parametrize("signal", TRUTHS)
def test_a_panel_shows_the_number_that_the_workload_counted(whole: Proof, signal: str) -> None:
    result = whole.results("live/truth")[signal]
    assert result["outcome"] == "passed", result["reason"]
    detail = result["detail"]
    assert abs(detail["measured"] - detail["true"]) <= detail["tolerance"]


def test_alerts_were_fired_delivered_and_resolved(whole: Proof) -> None:
    proven = [r for r in whole.results("live/alert").values() if r["outcome"] == "passed"]
    assert len(proven) >= 50
    for result in proven:
        times = result["detail"]["times"]
        assert times["injected"] <= times["firing"] <= times["resolved"]


def test_the_run_is_as_long_as_predicted(whole: Proof) -> None:
    facts = whole.report["facts"]
    assert facts["length"] <= 1.3 * facts["predicted"]
    assert facts["length"] <= LONGEST_SECONDS
