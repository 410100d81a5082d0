"""A small stack of invented technologies, and the pack under `pack/` that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from obsboot.model import Alert, Component, Exporter, Instance, Owner, Pack, Place, Replay, Signal, Stack, Traffic

HERE = Path(__file__).parent
PLACE = Place(HERE / "example.py", 1)
VALUES = {"directory": "observability", "mode": "own-stack", "scrape_interval_seconds": 15, "receiver": "webhook"}


def signal(name: str, unit: str, expr: str, **more: object) -> Signal:
    return Signal(name, name.replace("_", " ").capitalize(), f"What about {name}?", unit, expr, PLACE, **more)  # type: ignore[arg-type]


def alert(name: str, of: str, **more: object) -> Alert:
    replay = Replay({"kv_up": "1"}, {"kv_up": "0"})
    return Alert(name, of, "warning", "Something is wrong", "Because.", "Look.", PLACE, replay=replay, **more)  # type: ignore[arg-type]


HITS, MISSES = (f"sum by (job, instance) (rate(kv_{what}_total[5m]))" for what in ("hits", "misses"))
KV = Component(
    id="kv",
    title="Key-value store",
    kind="server",
    home=HERE / "catalogue/kv",
    place=PLACE,
    port=7000,
    series=("kv_",),
    exporter=Exporter(image="example/kv-exporter:1.2.3", port=9100),
    signals={
        "available": signal("available", "bool_on_off", "kv_up or up"),
        "hit_rate": signal("hit_rate", "percentunit", f"{HITS} / ({HITS} + {MISSES})", traffic=Traffic(HITS, 1)),
        "get_p99": signal(
            "get_p99",
            "s",
            "histogram_quantile(0.99, sum by (job, instance, le) (rate(kv_command_duration_seconds_bucket[5m])))",
            flags=("--with-latency",),
            settings={"latency-tracking": "yes"},
        ),
        "legacy": signal("legacy", "short", "kv_legacy_things", unrecorded="only versions before 1.0 had it"),
    },
    alerts={
        "KvDown": alert("KvDown", "available", below=1, hold="1m"),
        "KvHitRateLow": alert("KvHitRateLow", "hit_rate", below=0.8, hold="10m", inhibited_by=("KvDown",)),
        "KvSlow": alert("KvSlow", "get_p99", above=0.5, hold="5m", no_replay="a histogram's series are too many"),
    },
)
WEB = Component(
    id="web",
    title="Web framework",
    kind="service",
    home=HERE / "catalogue/web",
    place=PLACE,
    port=8000,
    series=("http_",),
)


def platform(name: str, port: int) -> Component:
    image = f"example/{name}:3.1.0"
    return Component(
        name, name.capitalize(), "platform", HERE / f"catalogue/{name}", PLACE, port, exporter=Exporter(image, port)
    )


def instance(component: Component, name: str, job: str, address: str) -> Instance:
    return Instance(name, component, job, {}, address=address)


@cache
def stack(mode: str = "own-stack") -> Stack:
    """The stack of the example; `mode` is own-stack or files-only."""
    alertmanager = platform("alertmanager", 9093)
    prometheus = platform("prometheus", 9090)
    # It fires always, by design.
    object.__setattr__(prometheus, "alerts", {"Watchdog": alert("Watchdog", "beat", always=True, equals=1)})
    instances = (
        instance(WEB, "web", "shop", "shop:8000"),
        instance(KV, "cache", "shop-cache", "cache:7000"),
        instance(alertmanager, "alertmanager", "shop-alertmanager", "alertmanager:9093"),
        instance(prometheus, "prometheus", "shop-prometheus", "prometheus:9090"),
        instance(platform("grafana", 3000), "grafana", "shop-grafana", "grafana:3000"),
    )
    values = {**VALUES, "mode": mode}
    components = {each.component.id: each.component for each in instances}
    return Stack("shop", "web", "prod", instances, values, components)


@cache
def good() -> Mapping[str, str]:
    """The files of the pack that has nothing wrong with it, by their paths in the repository."""
    root = HERE / "pack"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def pack(files: Mapping[str, str], mode: str = "own-stack", owners: Mapping[str, Owner] | None = None) -> Pack:
    """A pack of `files` that were all recorded as in the good pack."""
    recorded = {path: text for path, text in good().items() if not path.endswith("overrides.yaml")}
    known = owners if owners is not None else {path: owner(path) for path in good()}
    return Pack(Path("repository"), stack(mode), files, recorded, known)


def owner(path: str) -> Owner:
    if path.endswith("overrides.yaml"):
        return "seed"
    return "managed" if path.endswith((".json", ".md", "compose.yaml")) else "owned"
