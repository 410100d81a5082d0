"""Grafana's variables, as Grafana resolves them."""

from __future__ import annotations

import pytest

from obsboot.live.clock import Clock
from obsboot.live.panels import all_values, neutral, one_of
from obsboot.live.variables import normal_panel, rate_interval, resolved, scaled_panel

FAST = Clock(15, 2, 1)


@pytest.mark.parametrize(("step", "scrape", "seconds"), [(15, 15, 60), (60, 15, 75), (18, 2, 20), (0.5, 2, 8)])
def test_rate_interval(step: float, scrape: float, seconds: float) -> None:
    assert rate_interval(step, scrape) == seconds


def test_variables_are_put_in() -> None:
    query = 'rate(x{job=~"$job",instance=~"${instance:regex}"}[$__rate_interval])'
    assert resolved(query, {"job": "a", "instance": "b"}, 20) == 'rate(x{job=~"a",instance=~"b"}[20s])'


def test_an_unknown_variable_is_left_to_be_seen() -> None:
    assert resolved('x{a="$other"}', {}, 20) == 'x{a="$other"}'


def test_only_spelt_windows_are_scaled() -> None:
    assert scaled_panel("rate(x[$__rate_interval])", FAST, frozenset()) == "rate(x[$__rate_interval])"
    scaled = scaled_panel("rate(x[$__rate_interval]) / rate(x[1h])", FAST, frozenset())
    assert scaled == "rate(x[$__rate_interval]) / rate(x[4m])"


def test_ages_keep_their_windows() -> None:
    query = "predict_linear(x[1h], 3600)"
    assert scaled_panel(query, FAST, frozenset({normal_panel(query)})) == query


def test_what_does_not_parse_is_left_alone() -> None:
    assert scaled_panel("rate(x[", FAST, frozenset()) == "rate(x["
    assert normal_panel("rate(x[") == "rate(x["


def test_a_query_is_found_again_on_any_board() -> None:
    assert neutral('up{job=~"$job",instance=~"$instance",a="b"}') == neutral('up{a="b", job="shop"}')


def test_all_is_the_variables_own_value_or_all_of_them() -> None:
    variables = ({"name": "a", "allValue": ".+"}, {"name": "b"}, {"name": "c"})
    assert all_values(variables, {"a": ["x"], "b": ["x:1", "y.z"]}) == {"a": ".+", "b": "(x:1|y\\\\.z)"}
    assert one_of(["x"]) == "x"
