"""Where an alert goes, by Alertmanager's own rules."""

from __future__ import annotations

import pytest

from obsboot.live.routes import Route, routes

CONFIG = """
route:
  receiver: fallback
  group_wait: 2s
  group_interval: 20s
  routes:
  - {matchers: ['alertname="Watchdog"'], receiver: heart, group_wait: 0s}
  - matchers: ['severity=~"critical|page"', 'team!="other"']
    receiver: pager
    continue: true
    routes:
    - {matchers: [service = shop], receiver: shop-pager, repeat_interval: 1h}
  - {match: {severity: critical}, receiver: also}
  - {match_re: {severity: "w.*"}, receiver: tickets}
  - {matchers: ['quoted="a \\"b\\""'], receiver: quoted}
"""


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"alertname": "Watchdog", "severity": "critical"}, ["heart"]),
        ({"severity": "critical"}, ["pager", "also"]),
        ({"severity": "page"}, ["pager"]),
        ({"severity": "critical", "service": "shop"}, ["shop-pager", "also"]),
        ({"severity": "critical", "team": "other"}, ["also"]),
        ({"severity": "warning"}, ["tickets"]),
        ({"severity": "info"}, ["fallback"]),
        ({"quoted": 'a "b"'}, ["quoted"]),
        ({}, ["fallback"]),
    ],
)
def test_receivers(labels: dict[str, str], receivers: list[str]) -> None:
    assert [route.receiver for route in routes(CONFIG, labels)] == receivers


def test_times_are_inherited() -> None:
    first = routes(CONFIG, {"severity": "page", "service": "shop"})[0]
    assert first == Route("shop-pager", group_wait=2, group_interval=20, repeat_interval=3600)


def test_a_matcher_that_is_none_matches_nothing() -> None:
    config = "route: {receiver: a, routes: [{matchers: ['?'], receiver: b}]}"
    assert [route.receiver for route in routes(config, {"x": "?"})] == ["a"]
