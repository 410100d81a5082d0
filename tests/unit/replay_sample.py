"""A stack of two made-up technologies whose alerts use every feature of a timeline."""

from __future__ import annotations

from pathlib import Path

from obsboot.model import Alert, Component, Exporter, Instance, Place, Record, Replay, Signal, Stack, Traffic

HERE = Place(Path("alerts/kettle.yaml"), 1)
RATIO = "sum by (job) (rate(kettle_failures_total[5m])) / sum by (job) (rate(kettle_boils_total[5m]))"


def _signal(name: str, expr: str, **more: object) -> Signal:
    return Signal(name, name.title(), f"How {name}?", "short", expr, HERE, **more)  # type: ignore[arg-type]


def _alert(name: str, signal: str, **more: object) -> Alert:
    given = {"severity": "warning", "summary": f"{name} is wrong", "reason": "said", "runbook": "mend", **more}
    return Alert(name, signal, place=HERE, **given)  # type: ignore[arg-type]


SIGNALS = [
    _signal("available", "kettle_up or up"),
    _signal("failing", RATIO, record=Record("job:kettle_failures:ratio_rate", ("5m", "1h", "6h", "3d"))),
    _signal("age", "time() - kettle_boiled_timestamp_seconds"),
    _signal("full", "kettle_full"),
    _signal("crowd", 'sum by (job) (kettle_cups{size="big"}) / on () group_left () shelf_places'),
    _signal("heat", "avg_over_time(kettle_degrees[10m])", traffic=Traffic("kettle_up", 0)),
    _signal("beat", "vector(1)"),
    _signal("rust", "kettle_rust"),
]
BURN = Replay(
    good={"kettle_boils_total": "+600", "kettle_failures_total": "+600 * threshold * 0.95"},
    bad={"kettle_boils_total": "+600", "kettle_failures_total": "+600 * threshold * 1.05"},
)
ALERTS = [
    _alert(
        "KettleDown", "available", below=1, hold="1m", severity="critical",
        replay=Replay({"kettle_up": "1", "up": "1"}, {"kettle_up": "_", "up": "0"}),
    ),
    _alert("KettleFailsFast", "failing", above=0.2, hold="2m", window="1h", also_window="5m", replay=BURN),
    _alert("KettleFailsSlowly", "failing", above=0.02, hold="1h", window="3d", also_window="6h", replay=BURN),
    _alert(
        "KettleCold", "age", above="patience", hold="10m", keep="5m",
        replay=Replay(
            {"kettle_boiled_timestamp_seconds": "@ threshold * 0.95"},
            {"kettle_boiled_timestamp_seconds": "@ threshold * 1.05"},
        ),
    ),
    _alert("KettleFull", "full", equals=1, replay=Replay({"kettle_full": "0"}, {"kettle_full": "1"})),
    _alert(
        "KettleCrowded", "crowd", above=0.9, hold="5m",
        replay=Replay(
            {'kettle_cups{size="big"}': "85", "shelf_places": "100"},
            {'kettle_cups{size="big"}': "95", "shelf_places": "100"},
        ),
    ),
    _alert(
        "KettleHot", "heat", above=100, hold="90s", keep="2m",
        replay=Replay({"kettle_degrees": "95", "kettle_up": "1"}, {"kettle_degrees": "105", "kettle_up": "1"}),
    ),
    _alert("KettleBeats", "beat", above=0, always=True),
    _alert("KettleRusty", "rust", above=1, no_replay="rust has no clock"),
]  # fmt: skip

KETTLE = Component(
    "kettle", "Kettle", "server", Path(), HERE, port=80, series=("kettle_",), exporter=Exporter("kettle:1", 9100),
    signals={s.name: s for s in SIGNALS}, alerts={a.name: a for a in ALERTS},
)  # fmt: skip
SHELF = Component(
    "shelf", "Shelf", "server", Path(), HERE, port=81, series=("shelf_",), exporter=Exporter("shelf:1", 9101)
)


def stack(kettle: Component = KETTLE, **overrides: dict[str, object]) -> Stack:
    """`tea` with one kettle and one shelf; `overrides` are alerts of the kettle."""
    instances = (
        Instance("black", kettle, "tea-black", {"patience": 3600}, address="black:80"),
        Instance("oak", SHELF, "tea-oak", {}, address="oak:81"),
    )
    values = {"directory": "obs", "mode": "own-stack", "scrape_interval_seconds": 15, "team": "t", "service": "tea"}
    return Stack("tea", "t", "test", instances, values, {"kettle": kettle, "shelf": SHELF}, {"black": overrides})  # type: ignore[dict-item]
