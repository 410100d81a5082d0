"""Inventories of real expositions (excerpts of what the exporters said under load)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import Inventory, inventory, load, parse
from obsboot.catalog.inventory import MANY, merge

RECORDED = Path(__file__).parent / "expositions"


def recorded(name: str) -> Inventory:
    return parse((RECORDED / f"{name}.prom").read_text(), recording=name)


# recording, series, its family, its own type, its labels
SERIES = [
    ("redis", "redis_up", "redis_up", "gauge", set()),
    ("redis", "redis_keyspace_hits_total", "redis_keyspace_hits_total", "counter", set()),
    ("redis", "redis_commands_latencies_usec_bucket", "redis_commands_latencies_usec", "counter", {"cmd", "le"}),
    ("redis", "redis_commands_latencies_usec_count", "redis_commands_latencies_usec", "counter", {"cmd"}),
    ("postgresql", "pg_process_idle_seconds_bucket", "pg_process_idle_seconds", "counter",
        {"application_name", "state", "le"}),
    ("postgresql", "pg_settings_max_connections", "pg_settings_max_connections", "gauge", {"server"}),
    ("postgresql", "pg_stat_activity_count", "pg_stat_activity_count", "gauge",
        {"application_name", "backend_type", "datname", "server", "state", "usename", "wait_event", "wait_event_type"}),
    ("postgresql", "go_gc_duration_seconds", "go_gc_duration_seconds", "summary", {"quantile"}),
    ("postgresql", "go_gc_duration_seconds_sum", "go_gc_duration_seconds", "counter", set()),
    ("nginx", "nginx_http_requests_total", "nginx_http_requests_total", "counter", set()),
    ("nginx", "nginx_connections_accepted", "nginx_connections_accepted", "counter", set()),
    ("node", "node_cpu_seconds_total", "node_cpu_seconds_total", "counter", {"cpu", "mode"}),
    ("blackbox-https", "probe_http_duration_seconds", "probe_http_duration_seconds", "gauge", {"phase"}),
]  # fmt: skip


@pytest.mark.parametrize(("recording", "series", "family", "type_", "labels"), SERIES)
def test_a_series_leads_to_its_family(recording: str, series: str, family: str, type_: str, labels: set[str]) -> None:
    known = recorded(recording)
    found = known.family(series)
    assert found is not None
    assert (found.name, known.type_of(series), known.labels(series)) == (family, type_, labels)
    assert series in known
    assert found.recordings == (recording,)


@pytest.mark.parametrize("series", ["redis_commands_latencies_usec", "redis_up_count", "redis_up_total", "nothing", ""])
def test_what_no_recording_holds(series: str) -> None:
    """A histogram has no series of its own name, and a gauge has no parts."""
    known = recorded("redis")
    assert series not in known
    assert known.type_of(series) is None
    assert known.labels(series) == set()


def test_buckets_are_numbers_in_order() -> None:
    family = recorded("prometheus").family("prometheus_http_request_duration_seconds_bucket")
    assert family is not None
    assert family.buckets == (0.1, 0.2, 0.4, 1.0, 3.0, 8.0, 20.0, 60.0, 120.0, math.inf)


def test_values_of_labels_with_few() -> None:
    node = recorded("node")
    cpu = node.family("node_cpu_seconds_total")
    assert cpu is not None
    assert {"idle", "iowait", "user"} <= cpu.values["mode"]
    assert cpu.help == "Seconds the CPUs spent in each mode."


@pytest.mark.parametrize(
    ("recording", "series", "unit"),
    [
        ("node", "node_cpu_seconds_total", "s"),
        ("node", "node_filesystem_avail_bytes", "bytes"),
        ("node", "node_load1", ""),
        ("postgresql", "pg_process_idle_seconds_bucket", "s"),
    ],
)
def test_the_name_says_the_unit(recording: str, series: str, unit: str) -> None:
    family = recorded(recording).family(series)
    assert family is not None
    assert family.unit == unit


def test_quotes_braces_and_escapes_in_label_values() -> None:
    known = parse('# TYPE x gauge\nx{a="}",b="say \\"hi\\", {you}",c=""} 1 1700000000000\n')
    family = known.family("x")
    assert family is not None
    assert family.labels == {"a", "b", "c"}
    assert family.values["b"] == {'say \\"hi\\", {you}'}


def test_openmetrics_counters_and_exemplars() -> None:
    text = '# TYPE x counter\n# UNIT x seconds\nx_total{a="b"} 1 # {trace="1"} 0.5\nx_created 5\n# EOF\n'
    known = parse(text)
    assert set(known.families) == {"x"}
    assert known.type_of("x_total") == "counter"


def test_series_without_a_type_are_untyped() -> None:
    known = parse("loose 1\n\n# a comment\n# TYPE odd info\nodd 1\n")
    assert (known.type_of("loose"), known.type_of("odd")) == ("untyped", "untyped")


def test_a_label_with_many_values_is_open_ended() -> None:
    text = "".join(f'x{{id="{n}",kind="a"}} 1\n' for n in range(MANY + 1))
    family = parse(text).family("x")
    assert family is not None
    assert family.labels == {"id", "kind"}
    assert set(family.values) == {"kind"}
    again = merge([parse(text), parse('x{id="1",kind="b"} 1\n')]).family("x")
    assert again is not None
    assert again.values == {"kind": frozenset({"a", "b"})}


def test_recordings_of_several_versions_are_one_inventory(sample: Any) -> None:
    older = "# TYPE kettle_up gauge\nkettle_up 1\n# TYPE kettle_whistles gauge\nkettle_whistles 1\n"
    sample.written(files={"templates/components/kettle/metrics/1.9.0.prom": older})
    kettle = inventory(load([sample.root])["kettle"])
    assert set(kettle.families) == {"kettle_up", "kettle_litres_total", "kettle_whistles"}
    assert kettle.families["kettle_up"].recordings == ("1.9.0", "2.1.0")
    assert kettle.families["kettle_up"].help == "Whether the kettle answers."


def test_without_a_recording_the_inventory_is_empty(sample: Any) -> None:
    for path in (sample.path("component").parent / "metrics").iterdir():
        path.unlink()
    assert inventory(load([sample.root])["kettle"]) == Inventory({})
