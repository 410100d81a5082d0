"""Why an expression has no answer, in steps."""

from __future__ import annotations

import dataclasses

import pytest
from live_apis import Prometheus as Api

from obsboot.live.explain import why_empty
from obsboot.live.run import Run
from obsboot.model import Instance, Signal

UP = {"__name__": "kv_up", "job": "cache", "mode": "a"}


def why(run: Run, expr: str, instance: Instance | None = None, signal: Signal | None = None) -> str:
    return why_empty(run.prometheus, expr, 1.0, instance, signal)


def test_a_metric_that_never_existed(run: Run) -> None:
    assert why(run, "rate(kv_hits_total[5m]) / rate(kv_hits_total[5m])") == "the metric kv_hits_total never existed"


def test_a_series_that_has_disappeared(run: Run, api: Api) -> None:
    api.ever = {"kv_up{}": [UP], 'kv_up{job="cache"}': [UP]}
    assert why(run, 'kv_up{job="cache"}') == 'kv_up{job="cache"} was there and has disappeared'
    assert {parameters["start"] for _, path, parameters in api.asked if path.endswith("series")} == {"1.0"}


def test_a_label_that_it_does_not_have(run: Run, api: Api) -> None:
    api.ever = {"kv_up{}": [UP]}
    assert why(run, 'kv_up{cmd="get"}') == "kv_up has no label cmd"


def test_a_value_that_the_label_does_not_have(run: Run, api: Api) -> None:
    api.ever = {"kv_up{}": [UP], 'kv_up{mode!=""}': [UP]}
    api.values["mode"] = [*"abcdefgh"]
    assert why(run, 'kv_up{mode="z"}') == 'kv_up has no mode="z", only a, b, c, d, e, f ...'


def test_labels_that_no_series_has_together(run: Run, api: Api) -> None:
    api.ever = {selector: [UP] for selector in ("kv_up{}", 'kv_up{job="cache"}', 'kv_up{mode="b"}')}
    said = 'kv_up{job="cache",mode="b"} has each of these labels, but no series has all of them'
    assert why(run, 'kv_up{job="cache",mode="b"}') == said


def test_operations_that_leave_nothing(run: Run, api: Api) -> None:
    api.now["kv_up{}"] = [(UP, 1)]
    assert why(run, "kv_up > 5") == "each of its selectors has data, but the operations between them leave nothing"


def test_what_the_signal_needs_is_a_hint(run: Run, redis: Instance) -> None:
    signal = dataclasses.replace(
        redis.component.signals["hit_rate"], flags=("--more",), settings={"tracking": "yes"}, since="9"
    )
    said = why(run, "kv_up", redis, signal)
    assert said == (
        "the metric kv_up never existed; it needs the exporter flags --more, it needs the server settings tracking, "
        "it holds for versions from 9 (the answers say 8)"
    )
    until = dataclasses.replace(signal, flags=(), settings={}, since="", until="7")
    assert why(run, "kv_up", redis, until).endswith("it holds for versions before 7 (the answers say 8)")


@pytest.mark.parametrize("expr", ["kv_up", "rate(kv_up[5m] offset 1h)"])
def test_a_selector_is_asked_for_without_its_range(run: Run, api: Api, expr: str) -> None:
    why(run, expr)
    assert api.asked[0][2]["query"] == "kv_up{}"
