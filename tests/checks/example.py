"""A small stack of invented technologies, and the pack under `pack/` that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from obsboot.catalog.logformats import formats
from obsboot.model import (
    Alert,
    Component,
    Exporter,
    Instance,
    LogAlert,
    LogField,
    LogSignal,
    Owner,
    Pack,
    Place,
    Replay,
    Signal,
    Stack,
    Traffic,
    Value,
)
from obsboot.sources.folder import Folder
from obsboot.sources.kinds import form

HERE = Path(__file__).parent
CATALOGUE = HERE / "catalogue"
PLACE = Place(HERE / "example.py", 1)
VALUES: Mapping[str, Value] = {
    "directory": "observability",
    "mode": "own-stack",
    "scrape_interval_seconds": 15,
    "receiver": "webhook",
    "logs": "elasticsearch",
    "log_path": "logstash",
    "log_address": "",
    "log_timezone": "UTC",
    "log_retention_days": 14,
}
LOG_FIELDS = {
    "@timestamp": "date",
    "message": "text",
    "tags": "keyword",
    "labels.team": "keyword",
    "service.name": "keyword",
    "service.environment": "keyword",
    "event.module": "keyword",
    "event.dataset": "keyword",
    "event.kind": "keyword",
    "event.ingested": "date",
    "log.level": "keyword",
    "log.file.path": "keyword",
    "data_stream.dataset": "keyword",
    "data_stream.namespace": "keyword",
}
"""What every document has."""


def signal(name: str, unit: str, expr: str, **more: object) -> Signal:
    return Signal(name, name.replace("_", " ").capitalize(), f"What about {name}?", unit, expr, PLACE, **more)  # type: ignore[arg-type]


def alert(name: str, of: str, **more: object) -> Alert:
    replay = Replay({"kv_up": "1"}, {"kv_up": "0"})
    return Alert(name, of, "warning", "Something is wrong", "Because.", "Look.", PLACE, replay=replay, **more)  # type: ignore[arg-type]


def log_signal(name: str, unit: str, **more: object) -> LogSignal:
    title = name.replace("_", " ").capitalize()
    return LogSignal(name, title, f"What about {name}?", unit, PLACE, empty="No line in the window.", **more)  # type: ignore[arg-type]


def log_alert(name: str, of: str, **more: object) -> LogAlert:
    return LogAlert(name, of, "warning", "Something is wrong", "Because.", "Look.", PLACE, **more)  # type: ignore[arg-type]


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
    log_signals={
        "log_errors": log_signal("log_errors", "short", formats=("server",), where="log.level:error", by="kv.command"),
        "log_p99": log_signal("log_p99", "s", number="percentile", of="kv.seconds", by="client.ip"),
        "log_missed": log_signal(
            "log_missed", "percentunit", number="share", of="kv.missed:true", where="kv.command:get"
        ),
        "log_slow": log_signal("log_slow", "short", where="kv.seconds:[1 TO *]"),
    },
    log_alerts={
        "KvErrorsLogged": log_alert(
            "KvErrorsLogged", "log_errors", above=10, by="kv.command", inhibited_by=("KvDown",)
        ),
        "KvLogSlow": log_alert("KvLogSlow", "log_p99", above=1, at_least=20),
        "KvMissesOften": log_alert("KvMissesOften", "log_missed", above=0.5, at_least=20),
        "KvSlowJumps": log_alert("KvSlowJumps", "log_slow", jumps=3, at_least=20),
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


def with_logs(component: Component, home: Path) -> Component:
    """The component with the log formats that are in a folder."""
    found = formats(replace(component, homes=(home,)), {}, problems := [])
    assert not problems, problems
    return replace(component, logs=found)


@cache
def stack(mode: str = "own-stack", catalogue: Path = CATALOGUE, **answers: Value) -> Stack:
    """The stack of the example; `mode` is own-stack or files-only, `answers` are others than usual."""
    alertmanager = platform("alertmanager", 9093)
    prometheus = platform("prometheus", 9090)
    # It fires always, by design.
    object.__setattr__(prometheus, "alerts", {"Watchdog": alert("Watchdog", "beat", always=True, equals=1)})
    kv = with_logs(KV, catalogue / "kv")
    from_container: Mapping[str, Value] = {"log_from": str(answers.get("log_from", "container"))}
    instances = (
        instance(WEB, "web", "shop", "shop:8000"),
        Instance("cache", kv, "shop-cache", from_container, address="cache:7000"),
        instance(alertmanager, "alertmanager", "shop-alertmanager", "alertmanager:9093"),
        instance(prometheus, "prometheus", "shop-prometheus", "prometheus:9090"),
        instance(platform("grafana", 3000), "grafana", "shop-grafana", "grafana:3000"),
    )
    values = {**VALUES, "mode": mode, **answers}
    components = {each.component.id: each.component for each in instances}
    fields = {name: LogField(name, type_) for name, type_ in LOG_FIELDS.items()}  # type: ignore[arg-type]
    return Stack("shop", "web", "prod", instances, values, components, log_fields=fields)


@cache
def good() -> Mapping[str, str]:
    """The files of the pack that has nothing wrong with it, by their paths in the repository."""
    root = HERE / "pack"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def pack(
    files: Mapping[str, str], mode: str = "own-stack", owners: Mapping[str, Owner] | None = None, **more: object
) -> Pack:
    """A pack of `files` that were all recorded as in the good pack; `more` is said of its stack."""
    recorded = {path: text for path, text in good().items() if not path.endswith("overrides.yaml")}
    known = owners if owners is not None else {path: owner(path) for path in good()}
    return Pack(Path("repository"), stack(mode, **more), files, recorded, known)  # type: ignore[arg-type]


def folder(files: Mapping[str, str]) -> Folder:
    """A folder that obsboot did not write, with these files; those of no use are left out, as on a disk."""
    forms = {path: how for path, text in files.items() if (how := form(text))}
    places = {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 2)}
    known = {path: text for path, text in files.items() if path in forms}
    return Folder(Path("repository"), known, forms, exists=frozenset(places))


def owner(path: str) -> Owner:
    if path.endswith("overrides.yaml"):
        return "seed"
    managed = path.endswith((".md", "compose.yaml")) or "/dashboards/" in path
    return "managed" if managed else "owned"
