"""Timelines and promtool's notation: what is written, without promtool."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import replay_sample
import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsboot.formula import FormulaError
from obsboot.render.rule_tests import rule_tests, unplayed
from obsboot.render.rules import rules
from obsboot.render.timeline import Needs, Timeline, spell_time, timeline, values

LINE = Timeline(step=15, sample=15, good=60, bad=120, end=180)


def samples(text: str) -> list[float | None]:
    """promtool's notation spelt out."""
    found: list[float | None] = []
    for item in text.split():
        if item == "stale":
            found.append(None)
        elif item.startswith("_x"):
            found += [None] * int(item[2:])
        else:
            match = re.fullmatch(r"(-?[\d.]+(?:e-?\d+)?)([+-][\d.]+(?:e-?\d+)?)?x(\d+)", item)
            assert match, item
            value, step = float(match[1]), float(match[2] or 0)
            for _ in range(int(match[3]) + 1):
                found.append(value)
                value += step
    return found


@pytest.mark.parametrize(
    ("segments", "written"),
    [
        (["1", "0", "1"], "1x4 0x3 1x3"),
        (["2", "2", "2"], "2x12"),
        (["+12", "+4", "+12"], "0+3x4 13+1x3 19+3x3"),
        (["1", "_", "1"], "1x4 stale _x3 1x3"),
        (["_", "1", "_"], "_x5 1x3 stale _x3"),
        (["_", "stale", "1"], "_x9 1x3"),
        (["@ 100", "@ age", "@ 100"], "-100+15x4 -3525+15x3 35+15x3"),
        (["age * 0.5", "+ -age", "0"], "1800x4 900-900x3 0x3"),
        (["+0", "+0", "+0"], "0x12"),
    ],
)
def test_segments_become_promtool_s_notation(segments: list[str], written: str) -> None:
    assert values(LINE, segments, {"age": 3600}) == written


def test_a_formula_with_an_unknown_name_is_an_error() -> None:
    with pytest.raises(FormulaError, match="nothing is called 'speed'"):
        values(LINE, ["speed", "1", "1"], {})


@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=3, max_size=3), st.floats(0.001, 1e6))
def test_a_counter_never_falls_and_has_a_sample_at_every_step(rates: list[float], threshold: float) -> None:
    written = values(LINE, [f"+{rate!r} * threshold" for rate in rates], {"threshold": threshold})
    found = [value for value in samples(written) if value is not None]
    assert len(found) == LINE.end // LINE.sample + 1
    assert all(later >= earlier for earlier, later in pairwise(found))


_LENGTHS = st.sampled_from([0.0, 60.0, 300.0, 600.0, 3600.0, 21600.0, 259200.0])


@given(_LENGTHS, _LENGTHS, _LENGTHS, _LENGTHS)
def test_a_timeline_is_long_enough_and_fine_enough(window: float, other: float, hold: float, keep: float) -> None:
    needs = Needs(max(window, other), min(window, other) or max(window, other), hold, keep)
    line = timeline(needs)
    assert all(edge % line.step == 0 for edge in line.edges)
    assert line.step % line.sample == 0
    assert line.good > needs.window
    assert line.bad - line.good > needs.window + needs.hold
    assert line.end - line.bad > needs.window + needs.keep
    assert not needs.narrowest or needs.narrowest / line.sample >= 4
    assert not hold or hold / line.step >= 2


def test_long_windows_are_played_at_a_coarser_step() -> None:
    assert timeline(Needs(0, 0, 60, 0)).step == 15
    assert timeline(Needs(300, 300, 600, 0)).step == 60
    assert timeline(Needs(259200, 21600, 3600, 0)).step == 1800
    assert timeline(Needs(259200, 21600, 0, 0)).sample == 1800
    assert timeline(Needs(259200, 300, 60, 0)).step == 15, "a short `for` has to be seen"


@given(st.integers(1, 10**6))
def test_a_moment_is_spelt_without_loss(seconds: int) -> None:
    units = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall(r"(\d+)([hms])", spell_time(seconds))
    assert sum(int(count) * units[unit] for count, unit in parts) == seconds


def written() -> dict[str, dict[str, object]]:
    return {file.path: yaml.safe_load(file.text) for file in rule_tests(replay_sample.stack())}


def test_every_alert_has_one_test_in_one_file() -> None:
    files = written()
    names = [test["name"] for file in files.values() for test in file["tests"]]  # type: ignore[attr-defined]
    assert set(files) == {f"obs/prometheus/tests/black{step}.yaml" for step in ("", ".every-1m", ".every-30m")}
    assert sorted(names) == sorted(a.name for a in replay_sample.ALERTS if a.name != "KettleRusty")


def test_a_file_loads_the_rules_of_its_instance_and_plays_records_first() -> None:
    groups = yaml.safe_load(next(rules(replay_sample.stack())).text)["groups"]
    for file in written().values():
        assert file["rule_files"] == ["../rules/black.yaml"]
        assert file["group_eval_order"] == [group["name"] for group in groups]


def test_a_series_has_the_labels_of_the_job_that_exposes_it() -> None:
    test = _test_of("KettleCrowded")
    shared = 'environment="test",instance="{}",job="{}",service="tea"'
    assert [entry["series"] for entry in test["input_series"]] == [
        "kettle_cups{" + shared.format("black:80", "tea-black") + ',size="big",team="t"}',
        "shelf_places{" + shared.format("oak:81", "tea-oak") + ',team="t"}',
    ]


def test_overrides_reach_the_timeline() -> None:
    stack = replay_sample.stack(KettleHot={"threshold": 50, "for": "5m", "keep_firing_for": "10m"})
    text = next(file.text for file in rule_tests(stack) if "name: KettleHot" in file.text)
    hot = next(test for test in yaml.safe_load(text)["tests"] if test["name"] == "KettleHot")
    assert "KettleHot is wrong: heat > 50 for 5m, kept 10m." in text
    assert [each["exp_samples"] for each in hot["promql_expr_test"]][1] == [{"value": 5}]


def test_an_alert_that_is_switched_off_is_not_played() -> None:
    stack = replay_sample.stack(KettleHot={"enabled": False})
    assert all("KettleHot" not in file.text for file in rule_tests(stack))


def test_an_alert_without_a_timeline_is_named_with_the_reason() -> None:
    stack = replay_sample.stack()
    assert [(alert.name, why) for alert, why in unplayed(stack, stack.instances[0])] == [
        ("KettleRusty", "rust has no clock")
    ]
    assert "# Not played: KettleRusty, because rust has no clock" in next(rule_tests(stack)).text


def test_what_always_fires_needs_no_series() -> None:
    assert "input_series" not in _test_of("KettleBeats")


def test_the_same_stack_gives_the_same_bytes() -> None:
    assert [f.text for f in rule_tests(replay_sample.stack())] == [f.text for f in rule_tests(replay_sample.stack())]


def _test_of(name: str) -> dict[str, list[dict[str, str]]]:
    tests = [test for file in written().values() for test in file["tests"]]  # type: ignore[attr-defined]
    return next(test for test in tests if test["name"] == name)
