"""A report such as a proving run makes, built by hand: good, bad and odd results, without any randomness."""

from __future__ import annotations

import math

from obsboot.model import Finding, Outcome, Proof, Proven, Report, Result

ALERTS = {
    "redis": [
        ("RedisDown", "critical", "stopped", "stop server", "short", 1.0, "<", 60),
        (
            "RedisHitRateLow",
            "warning",
            "cold_cache",
            "reads with hits 0.3 instead of 0.8",
            "percentunit",
            0.8,
            "<",
            600,
        ),
        ("RedisMemoryHigh", "warning", "big_values", "fill to 92 % of maxmemory", "bytes", 58720256.0, ">", 300),
    ],
    "orders-db": [
        ("PostgresConnectionsHigh", "critical", "connections", "open 90 idle sessions", "percentunit", 0.8, ">", 120),
        ("PostgresDeadlocks", "warning", "deadlocks", "two sessions that lock each other", "cps", 0.0, ">", 0),
    ],
    "shop-api": [
        ("HttpErrorsHigh", "critical", "errors", "every fifth request to /fail", "percentunit", 0.02, ">", 120),
        ("HttpP99Slow", "warning", "slow", "requests that sleep 600 ms", "s", 0.3, ">", 300),
    ],
}
SIGNALS = {
    "redis": [
        ("hit_rate", "Cache hit rate", "percentunit", 0.8, 0.02),
        ("reads", "Reads a second", "reqps", 40.0, 2.0),
    ],
    "orders-db": [("cache_hit", "Buffer cache hit rate", "percentunit", 0.95, 0.02)],
    "shop-api": [
        ("request_rate", "Requests a second", "reqps", 25.0, 0.5),
        ("p99", "99th percentile of the latency", "s", 0.42, 0.05),
        ("pool_checked_out", "Connections in use", "short", 8.0, 0.0),
    ],
}


def full() -> Report:
    """Seven alerts, six truths, one failure, skips, every fact."""
    results = [*_targets(), *_static(), *_replays(), *_truths(), *_alerts(), _soak()]
    return Report("shop in production", tuple(results), tuple(_proven()), FACTS)


def small(outcome: Outcome = "passed") -> Report:
    """One result, one finding where it failed."""
    finding = Finding(
        "rules/window", "error", "observability/prometheus/rules/redis.yaml", 7, "too short", "gaps", "[1m]"
    )
    found = (finding,) if outcome == "failed" else ()
    result = Result("rules/window", "redis/RedisDown", outcome, "" if outcome == "passed" else "because", found, 0.01)
    return Report("small", (result,), (Proven("alert", "RedisDown", "redis", Proof.CHECKED),))


def _wave(at: float) -> float:
    return math.sin(at / 3.1) * 0.5 + math.sin(at / 1.3) * 0.3


def _targets() -> list[Result]:
    found = []
    for name in ("redis", "orders-db", "shop-api", "edge", "host"):
        detail = {"job": f"shop-{name}", "instance": f"{name}:1", "up": True, "scrape_seconds": 0.02, "samples": 300}
        found.append(Result("live/target", f"{name}/target", "passed", seconds=0.4, detail=detail))
    return found


def _static() -> list[Result]:
    why = "Grafana's image is not available: its proofs need grafana/grafana:12.1"
    said = "the window of 20 s holds one scrape of 15 s"
    path = "observability/prometheus/rules/orders-db.yaml"
    fix = "Write [1m] or longer in alerts/postgresql.yaml."
    finding = Finding("rules/window", "warning", path, 41, said, "rate() needs two samples, and one may be lost.", fix)
    passed = [Result("promql/parses", f"rules/{name}.yaml", "passed", seconds=0.01) for name in ("redis", "shop-api")]
    return [
        *passed,
        Result("rules/window", "rules/orders-db.yaml", "passed", "", (finding,), 0.01),
        *(Result("live/dashboard", f"{name}/dashboard", "skipped", why) for name in ("redis", "orders-db", "shop-api")),
    ]


def _replays() -> list[Result]:
    found = []
    for instance, alerts in ALERTS.items():
        for name, _, _, _, _, _, _, hold in alerts:
            detail = {"alert": name, "promtool": "3.5.3", "edges": [360.0, 720.0 + hold, 1380.0 + hold], "failures": []}
            found.append(Result("replay/alert", f"{instance}/{name}", "passed", seconds=0.1, detail=detail))
    return found


def _truths() -> list[Result]:
    found = []
    for instance, signals in SIGNALS.items():
        for name, title, unit, true, tolerance in signals:
            swing = tolerance * 0.8
            samples = [[60.0 + 2 * n, true + swing * _wave(n) * math.exp(-n / 25)] for n in range(40)]
            wrong = name == "p99"
            if wrong:
                samples = [[at, value + 0.09 * min(1.0, (at - 60) / 30)] for at, value in samples]
            measured = samples[-1][1]
            detail = {
                "signal": name, "title": title, "unit": unit, "measured": measured, "true": true,
                "tolerance": tolerance,
                "samples": samples, "window": [98.0, 138.0], "events": 1600.0, "tally": {"hits": 1280, "misses": 320},
                "formula": "hits / (hits + misses)",
                "query": f'sum by (job, instance) (rate({name}_total{{job="shop-{instance}"}}[20s]))',
            }  # fmt: skip
            said = "measured 511ms, true 420ms, more than 50ms apart" if wrong else ""
            found.append(
                Result("live/truth", f"{instance}/{name}", "failed" if wrong else "passed", said, (), 40.0, detail)
            )
    return found


def _alerts() -> list[Result]:
    found = []
    start = 200.0
    for instance, alerts in ALERTS.items():
        for place, (name, severity, fault, what, unit, limit, op, hold) in enumerate(alerts):
            detail = _alert_detail(start, (severity, fault, what, unit, limit, op, hold / 15))
            outcome: Outcome = "failed" if name == "PostgresDeadlocks" else "passed"
            if outcome == "failed":
                detail["times"] = {**detail["times"], "resolved": None, "resolve_delivered": None}  # type: ignore[dict-item]
                detail["unexpected"] = ["PostgresLocksWaiting"]
            said = (
                "not resolved 60 s after the fault was undone; the last value was 0.02" if outcome == "failed" else ""
            )
            said_by = Finding("live/alert", "error", "alerts/postgresql.yaml", 120, f"{name} does not resolve", "", "")
            findings = (said_by,) if outcome == "failed" else ()
            detail["alert"] = name
            found.append(Result("live/alert", f"{instance}/{name}", outcome, said, findings, 70.0, detail))
            start += 20 + place
    return found


def _alert_detail(start: float, given: tuple[str, str, str, str, float, str, float]) -> dict[str, object]:
    severity, fault, what, unit, limit, op, hold = given
    pending, undone = start + 6.2, start + hold + 26
    firing = pending + hold
    times = {
        "injected": start, "pending": pending, "firing": firing, "delivered": firing + 1.4,
        "undone": undone, "resolved": undone + 9, "resolve_delivered": undone + 12.3,
    }  # fmt: skip
    bad = limit * (0.5 if op == "<" else 1.4) if limit else 0.3
    good = limit * (1.15 if op == "<" else 0.6) if limit else 0.0
    samples = []
    for n in range(int((undone + 25 - start + 8) / 2)):
        at = start - 8 + 2 * n
        share = min(max((at - start - 2) / 8, 0), 1) - min(max((at - undone - 2) / 8, 0), 1)
        samples.append([at, good + (bad - good) * share + 0.01 * (limit or 0.2) * _wave(n)])
    return {
        "severity": severity, "fault": fault, "fault_text": what, "times": times, "receiver": f"web-{severity}",
        "predicted": {"pending": start + 5, "firing": start + 5 + hold, "resolved": undone + 10}, "value": bad,
        "unit": unit, "op": op, "threshold": limit, "samples": samples, "also": [], "unexpected": [], "speed": 15.0,
        "query": "redis_up or up",
    }  # fmt: skip


def _soak() -> Result:
    return Result("live/soak", "soak", "passed", seconds=64.0, detail={"seconds": 64, "fired": ["Watchdog"]})


def _proven() -> list[Proven]:
    found = [
        Proven("target", "target", name, Proof.LIVE) for name in ("redis", "orders-db", "shop-api", "edge", "host")
    ]
    for instance, alerts in ALERTS.items():
        for name, *_ in alerts:
            proof = Proof.REPLAYED if name == "PostgresDeadlocks" else Proof.LIVE
            found.append(Proven("alert", name, instance, proof))
    for instance, signals in SIGNALS.items():
        for name, *_ in signals:
            found.append(Proven("signal", name, instance, Proof.CHECKED if name == "p99" else Proof.LIVE))
    age = "the window is hours long, and its clock cannot be compressed"
    found.append(Proven("alert", "PostgresWraparoundNear", "orders-db", Proof.REPLAYED, age))
    found.append(Proven("signal", "vacuum_age", "orders-db", Proof.CHECKED, age))
    found.append(Proven("signal", "replication_lag", "orders-db", Proof.WRITTEN, "no replica in the run"))
    return found


FACTS: dict[str, object] = {
    "command": "obsboot validate", "service": "shop", "team": "web", "environment": "production",
    "started": "2026-03-14T09:26:53Z", "length": 512.4, "predicted": 480.0, "speed": 15.0, "mode": "own-stack",
    "obsboot": "0.1.0", "on": "the reference service, stand-in images",
    "versions": {"redis": "8.0.6", "orders-db": "18.1", "prometheus": "3.5.3", "alertmanager": "0.33.1"},
    "images": {
        "prometheus": {"reference": "prom/prometheus:v3.5.3", "used": "testbed/prometheus:3.5.3", "standin": True},
        "redis": {"reference": "redis:8.0", "used": "redis:8.0", "standin": False},
    },
    "changes": [
        {"file": "prometheus/prometheus.yml", "what": "scrape interval", "pack": "15s", "run": "2s"},
        {"file": "prometheus/rules/redis.yaml", "what": "for of RedisDown", "pack": "1m", "run": "4s"},
        "receivers go to the run's own sink",
    ],
    "host": {"os": "Linux 6.8", "cpus": 2, "memory": "8 GiB", "engine": "docker 28.1"},
    "phases": [
        {"name": "start", "start": 0, "length": 38.0, "predicted": 45.0},
        {"name": "targets", "start": 38, "length": 12.0, "predicted": 15.0},
        {"name": "truths", "start": 50, "length": 95.0, "predicted": 90.0},
        {"name": "soak", "start": 145, "length": 64.0, "predicted": 60.0},
        {"name": "fire and resolve", "start": 209, "length": 290.0, "predicted": 260.0},
        {"name": "clean up", "start": 499, "length": 13.4, "predicted": 10.0},
    ],
}  # fmt: skip
