"""How far an expression looks back through recording rules, and whose rules a test has to load."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import replay_sample
import yaml

from obsboot.model import Alert, Component, Instance, Place, Record, Replay, Signal, Stack
from obsboot.render.reach import Reach, reach, records
from obsboot.render.rule_tests import rule_tests

HERE = Place(Path("x.yaml"), 1)
BURN = "job:kettle_failures:ratio_rate"


@pytest.mark.parametrize(
    ("expr", "back", "narrowest"),
    [
        ("kettle_up", 0, 0),
        ("rate(kettle_boils_total[10m])", 600, 600),
        ("rate(a[10m]) / rate(b[2m] offset 1h)", 3720, 120),
        ("max_over_time(rate(a[5m])[30m:1m])", 2100, 300),
        (f"{BURN}5m", 300, 300),
        (f"{BURN}3d > 1 and {BURN}6h > 1", 259200, 21600),
        (f"avg_over_time({BURN}1h[2h])", 10800, 3600),
        ("job:unheard_of:sum", 0, 0),
    ],
)
def test_windows_add_up_through_records(expr: str, back: float, narrowest: float) -> None:
    found = reach(replay_sample.stack(), expr)
    assert (found.back, found.narrowest) == (back, narrowest)
    assert found.recorders == (("black",) if BURN in expr else ())


def test_a_given_series_is_not_looked_into() -> None:
    assert reach(replay_sample.stack(), f"{BURN}3d", frozenset({f"{BURN}3d"})) == Reach()


@pytest.mark.parametrize(
    ("name", "window"), [(f"{BURN}6h", "6h"), (f"{BURN}7h", None), (BURN, None), ("kettle_up", None)]
)
def test_only_the_windows_that_are_recorded_are_records(name: str, window: str | None) -> None:
    failing = next(signal for signal in replay_sample.SIGNALS if signal.name == "failing")
    assert records(failing, name) == window


def watched(given: Replay) -> Stack:
    """The sample, with a tray that watches what the kettle records."""
    total = Signal("total", "T", "?", "short", f"sum by (job) ({BURN}1h)", HERE, record=Record("job:tray:sum"))
    alert = Alert("TrayWet", "total", "info", "wet", "said", "mend", HERE, above=0.2, hold="5m", replay=given)
    tray = Component("tray", "Tray", "library", Path(), HERE, signals={"total": total}, alerts={"TrayWet": alert})
    stack = replay_sample.stack()
    instance = Instance("tin", tray, "tea-black", {})
    return replace(stack, instances=(*stack.instances, instance))


def loaded(stack: Stack) -> tuple[list[str], list[str]]:
    file = next(yaml.safe_load(file.text) for file in rule_tests(stack) if "TrayWet" in file.text)
    return file["rule_files"], file["group_eval_order"]


def test_the_records_of_others_are_loaded_and_evaluated_first() -> None:
    raw = Replay({"kettle_boils_total": "+600"}, {"kettle_boils_total": "+6"})
    files, order = loaded(watched(raw))
    assert files == ["../rules/black.yaml", "../rules/tin.yaml"]
    assert order.index("tea-black.kettle.records") < order.index("tea-black.tray.records")


def test_where_the_records_are_given_their_rules_are_not_loaded() -> None:
    given = Replay({f"{BURN}1h": "0.19"}, {f"{BURN}1h": "0.21"})
    assert loaded(watched(given))[0] == ["../rules/tin.yaml"]
