"""The sample's pack, proven whole in running containers: nothing fails, and what is skipped says why."""

from __future__ import annotations

import pytest

from obsboot.catalog import load
from obsboot.live.logs.alerts import JUMPS
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
CHECKS = {
    "replay/config", "replay/rules", "replay/alert", "live/target", "live/rules", "live/query", "live/variables",
    "live/truth", "live/soak", "live/alert", "live/bystander", "live/inhibition", "live/blip", "live/watchdog",
    "live/container", "live/coverage", "live/log-store", "live/log-lines", "live/log-format", "live/log-types",
    "live/log-query", "live/log-alert",
}  # fmt: skip
"""Every kind of proof that a whole run has; one that says nothing is no proof."""
NO_IMAGE = "not available"
RARE = [each.rare for component in load().values() for each in component.log_signals.values() if each.rare]
"""Why no line of a run is one; documents that try their alerts out are."""


def test_nothing_failed_and_nothing_was_left_open(whole: Proof) -> None:
    assert whole.wrong_twice() == [], whole.printed
    assert whole.code == whole.report["verdict"]["exit_code"]
    assert (whole.code == 0) == (not whole.wrong())
    assert {result["check"] for result in whole.report["results"]} >= CHECKS


def test_what_was_skipped_is_what_cannot_be_had_or_takes_weeks(whole: Proof) -> None:
    skipped = {
        f"{r['check']} {r['subject']}": r["reason"] for r in whole.report["results"] if r["outcome"] == "skipped"
    }
    excused = (
        NO_IMAGE, "no fault of this run made both fire", "It compares with a week before", JUMPS,
        "the store that runs here has no", "its distribution lacks the feature", *RARE,
    )  # fmt: skip
    assert {name: why for name, why in skipped.items() if not any(text in why for text in excused)} == {}
    missing = whole.report["facts"]["missing"]
    assert set(missing) <= {"grafana"}, "only Grafana's image may be out of reach"
    assert {name for name, why in skipped.items() if NO_IMAGE in why and "grafana" not in name.lower()} <= {
        "live/query overview/Up (G)", "live/container kibana",
    }  # fmt: skip


def test_every_target_is_up(whole: Proof) -> None:
    targets = whole.results("live/target")
    assert len(targets) >= 9
    assert {r["outcome"] for name, r in targets.items() if not name.startswith("grafana")} == {"passed"}


@pytest.mark.parametrize("signal", TRUTHS)
def test_a_panel_shows_the_number_that_the_workload_counted(whole: Proof, signal: str) -> None:
    detail = whole.results("live/truth")[signal]["detail"]
    assert abs(detail["measured"] - detail["true"]) <= detail["tolerance"]


def test_every_truth_would_fail_if_its_query_were_off(whole: Proof) -> None:
    truths = {name: r["detail"] for name, r in whole.results("live/truth").items()}
    assert len(truths) >= 60
    assert {name for name, d in truths.items() if abs(d["shifted"] - d["true"]) <= d["tolerance"]} == set()


def test_every_alert_with_a_fault_was_fired_and_resolved(whole: Proof) -> None:
    faulty = {alert.name for c in load().values() for alert in c.alerts.values() if alert.fault and not alert.always}
    proven = {name.partition("/")[2]: r for name, r in whole.results("live/alert").items() if r["outcome"] == "passed"}
    assert len(proven) >= 80
    assert set(proven) <= faulty
    for name, result in proven.items():
        times = result["detail"]["times"]
        assert times["injected"] <= times["pending"] <= times["firing"] <= times["resolved"], name
        assert times["delivered"] or result["detail"]["suppressed"] or name == "AlertmanagerDown", name


def test_every_line_of_the_run_is_stored_once(whole: Proof) -> None:
    """The faults of the run included: the store was frozen for a while, and what ships was stopped."""
    counted = {name.partition("/")[0]: r["detail"] for name, r in whole.results("live/log-lines").items()}
    assert {"fastapi", "nginx", "postgresql", "redis", "prometheus", "alertmanager"} <= counted.keys()
    assert {name for name, d in counted.items() if d["written"] != d["stored"] or not d["written"]} == set()
    assert sum(d["written"] for d in counted.values()) > 10_000


def test_every_sample_of_a_log_format_came_through(whole: Proof) -> None:
    catalogue = load()
    read = ("fastapi", "nginx", "postgresql", "redis", "prometheus", "alertmanager")
    formats = {f"{name}/{each}" for name in read for each in catalogue[name].logs}
    passed = {name for name, r in whole.results("live/log-format").items() if r["outcome"] == "passed"}
    assert formats <= passed


def test_every_alert_on_logs_that_asks_for_no_jump_was_told_with_its_end(whole: Proof) -> None:
    told = whole.results("live/log-alert")
    alerts = {a.name: a for c in load().values() for a in c.log_alerts.values()}
    steady = {name: r for name, r in told.items() if alerts[name.partition("/")[2]].jumps is None}
    assert len(steady) >= 9
    assert {name for name, r in steady.items() if r["outcome"] != "passed" or "resolved" not in r["reason"]} == set()


def test_every_declared_thing_has_a_proof_or_a_reason(whole: Proof) -> None:
    proven = whole.report["proven"]
    assert {(each["kind"], each["name"]) for each in proven if each["proof"] != "live" and not each["limit"]} == set()
    alerts = [each for each in proven if each["kind"] == "alert"]
    assert sum(each["proof"] in ("live", "replayed") for each in alerts) >= 0.95 * len(alerts)


def test_the_copy_differs_by_a_printed_list_alone(whole: Proof) -> None:
    changes = whole.report["facts"]["changes"]
    assert {change["kind"] for change in changes} >= {"durations", "ports", "networks", "receivers"}
    assert all(change["pack"] != change["run"] for change in changes)
