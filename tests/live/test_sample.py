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
WHOLE_CHECKS = ("live/target", "live/rules", "live/query", "live/variables", "live/container", "live/watchdog")
"""What has to hold without any exception. Alerts are counted instead: see below."""
MOST_ALERTS = 40
"""So many alerts at least are fired, delivered and resolved in one run on a machine of two cores."""


@pytest.mark.parametrize("check", WHOLE_CHECKS)
def test_all_of_a_kind_passed(whole: Proof, check: str) -> None:
    results = whole.results(check)
    wrong = {name: r["reason"] for name, r in results.items() if r["outcome"] in ("failed", "error")}
    assert results
    assert wrong == {}


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
    assert len(proven) >= MOST_ALERTS, whole.printed
    for result in proven:
        times = result["detail"]["times"]
        assert times["injected"] <= times["firing"] <= times["resolved"]


def test_the_exit_code_tells_the_truth(whole: Proof) -> None:
    """4 where anything failed, 6 where something could not be checked, else 0; never a 0 over a failure."""
    counted = whole.report["verdict"]
    expected = 4 if counted["failed"] else 6 if counted["could_not_check"] else 0
    assert whole.code == expected == counted["exit_code"]
