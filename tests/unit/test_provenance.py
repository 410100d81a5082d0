"""Labels, types, units and ranges of expressions, and what is wrong with them: a table of expressions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql import PromqlError, Selector
from obsboot.promql.measures import BYTES, NUMBER, PERCENT, SECONDS, Unit, by_name, of_panel, scaled
from obsboot.promql.provenance import Study, study
from obsboot.promql.shapes import ANY, UNKNOWN, Labels, Shape
from obsboot.promql.variables import filled, used

MILLISECONDS = Unit(SECONDS.dims, 0.001)


def labels(*own: str) -> Labels:
    return Labels(frozenset({"job", "instance", *own}))


def counter(name: str, *own: str) -> Shape:
    return Shape(labels(*own), "counter", by_name(name, counter=True), low=0.0, varied=frozenset(own), source=name)


def gauge(name: str, *own: str, unit: Unit | None = None, low: float = -math.inf, high: float = math.inf) -> Shape:
    return Shape(labels(*own), "gauge", unit, low=low, high=high, varied=frozenset(own), source=name)


BUCKETS = Shape(
    labels("le", "route"),
    "bucket",
    NUMBER,
    SECONDS,
    10.0,
    0.0,
    varied=frozenset({"le", "route"}),
    source="d_seconds_bucket",
)
METRICS = {
    "up": gauge("up", unit=NUMBER, low=0.0, high=1.0),
    "hits_total": counter("hits_total"),
    "misses_total": counter("misses_total"),
    "requests_total": counter("requests_total", "status"),
    "read_bytes_total": counter("read_bytes_total"),
    "cpu_seconds_total": counter("cpu_seconds_total"),
    "d_seconds_bucket": BUCKETS,
    "d_seconds_count": counter("d_seconds_count", "route"),
    "d_seconds_sum": counter("d_seconds_sum", "route").having(unit=SECONDS),
    "native_seconds": Shape(labels(), "histogram", None, SECONDS, source="native_seconds"),
    "latency_seconds": Shape(labels("quantile"), "summary", SECONDS, source="latency_seconds"),
    "memory_bytes": gauge("memory_bytes", unit=BYTES),
    "limit_bytes": gauge("limit_bytes", unit=BYTES),
    "wait_ms": gauge("wait_ms", unit=MILLISECONDS),
    "age_seconds": gauge("age_seconds", "db", unit=SECONDS),
    "saved_timestamp_seconds": gauge("saved_timestamp_seconds", unit=SECONDS),
    "keys": gauge("keys", "db"),
    # what recording rules made
    "job:d_bucket:rate5m": Shape(
        Labels(frozenset({"job"})), "gauge", NUMBER, SECONDS, 10.0, 0.0, source="job:d_bucket:rate5m"
    ),
    "job:hits:rate5m": Shape(
        Labels(frozenset({"job"})), "gauge", Unit((("second", -1),)), low=0.0, source="job:hits:rate5m"
    ),
    "job:hits:sum": Shape(Labels(frozenset({"job"})), "total", NUMBER, low=0.0, source="job:hits:sum"),
}


def lookup(selector: Selector) -> Shape:
    return METRICS.get(selector.name, UNKNOWN)


def look(expr: str) -> Study:
    return study(expr, lookup)


HITS, MISSES = (f"sum by (job) (rate({what}_total[5m]))" for what in ("hits", "misses"))
HIT_RATE = f"{HITS} / ({HITS} + {MISSES})"


@pytest.mark.parametrize(
    ("expr", "names"),
    [
        ("keys", {"job", "instance", "db"}),
        ("rate(requests_total[5m])", {"job", "instance", "status"}),
        ("sum(keys)", set()),
        ("sum by (job, db) (keys)", {"job", "db"}),
        ("sum without (db) (keys)", {"job", "instance"}),
        ("topk(3, keys) ", {"job", "instance", "db"}),
        ("topk by (job) (3, keys)", {"job", "instance", "db"}),
        ('count_values("version", keys)', {"version"}),
        ('count_values by (job) ("version", keys)', {"job", "version"}),
        ("quantile by (job) (0.9, keys)", {"job"}),
        ("histogram_quantile(0.9, sum by (job, le) (rate(d_seconds_bucket[5m])))", {"job"}),
        ("histogram_quantile(0.9, rate(d_seconds_bucket[5m]))", {"job", "instance", "route"}),
        ('label_replace(up, "host", "$1", "instance", "(.*):.*")', {"job", "instance", "host"}),
        ('label_join(up, "both", "-", "job", "instance")', {"job", "instance", "both"}),
        ('absent(up{job="a", zone="b"})', {"job", "zone"}),
        ("absent(up)", set()),
        ("vector(1)", set()),
        ("time()", set()),
        ("keys * 2", {"job", "instance", "db"}),
        ("2 * keys", {"job", "instance", "db"}),
        ("keys / on (job) group_left () sum by (job) (keys)", {"job", "instance", "db"}),
        ("sum by (job) (keys) / on (job) group_right () keys", {"job", "instance", "db"}),
        ("memory_bytes / on (job) limit_bytes", {"job"}),
        ("memory_bytes / ignoring (instance) limit_bytes", {"job"}),
        ("up * on (job) group_left (db) keys", {"job", "instance", "db"}),
        ("keys and on (job) up", {"job", "instance", "db"}),
        ("keys unless up", {"job", "instance", "db"}),
        ("sum by (job) (up) or sum by (instance) (up)", {"job", "instance"}),
        ("max_over_time(keys[1h])", {"job", "instance", "db"}),
        ("max_over_time(sum by (job) (rate(hits_total[5m]))[1h:])", {"job"}),
        ("sum by (job) (up) > 0", {"job"}),
        ('keys{zone="a"}', {"job", "instance", "db", "zone"}),
    ],
)
def test_labels(expr: str, names: set[str]) -> None:
    shape = look(expr).shape
    assert shape.labels.names == names
    assert not shape.labels.open


def test_the_labels_of_an_unknown_metric_stay_open() -> None:
    shape = look("sum without (db) (unknown)").shape
    assert shape.labels.may_have("anything")
    assert not shape.labels.may_have("db")


def test_grouping_closes_what_was_open() -> None:
    assert look("sum by (job) (unknown)").shape.labels == Labels(frozenset({"job"}))


def test_labels_of_either_side_join() -> None:
    joined = ANY.drop({"a", "b"}).join(Labels(frozenset({"a"})))
    assert joined.may_have("a")
    assert not joined.may_have("b")
    assert joined.may_have("c")


@pytest.mark.parametrize(
    ("expr", "kind"),
    [
        ("up", "gauge"),
        ("hits_total", "counter"),
        ("hits_total offset 1h", "counter"),
        ("rate(hits_total[5m])", "gauge"),
        ("increase(hits_total[5m])", "gauge"),
        ("sum(hits_total)", "total"),
        ("max by (job) (hits_total)", "total"),
        ("count(hits_total)", "gauge"),
        ("resets(hits_total[1h])", "gauge"),
        ("last_over_time(hits_total[1h])", "counter"),
        ("hits_total + misses_total", "total"),
        ("hits_total * 2", "total"),
        ("hits_total - hits_total offset 1h", "gauge"),
        ("hits_total and up", "counter"),
        ("hits_total or misses_total", "counter"),
        ("hits_total or up", "unknown"),
        ("d_seconds_bucket", "bucket"),
        ("rate(native_seconds[5m])", "histogram"),
        ("unknown", "unknown"),
        ("sum(unknown)", "unknown"),
        ("1 + 1", "scalar"),
        ("scalar(up)", "scalar"),
        ("vector(3)", "gauge"),
    ],
)
def test_types(expr: str, kind: str) -> None:
    assert look(expr).shape.type == kind


@pytest.mark.parametrize(
    ("expr", "unit"),
    [
        ("memory_bytes", "bytes"),
        ("hits_total", "a plain number or ratio"),
        ("rate(hits_total[5m])", "events a second"),
        ("rate(hits_total[5m]) * 60", "events a minute"),
        ("60 * rate(hits_total[5m])", "events a minute"),
        ("increase(hits_total[5m])", "a plain number or ratio"),
        ("rate(read_bytes_total[5m])", "bytes a second"),
        ("rate(read_bytes_total[5m]) * 8", "bits a second"),
        ("rate(cpu_seconds_total[5m])", "a plain number or ratio"),
        ("age_seconds * 1000", "milliseconds"),
        ("1000 * age_seconds", "milliseconds"),
        ("wait_ms / 1000", "seconds"),
        ("wait_ms / 1e3", "seconds"),
        ("age_seconds / 60", "60 x second"),
        ("memory_bytes / limit_bytes", "a plain number or ratio"),
        ("memory_bytes / limit_bytes * 100", "percent"),
        ("100 * (1 - memory_bytes / limit_bytes)", "percent"),
        ("limit_bytes * 0.8", "bytes"),
        ("memory_bytes / limit_bytes / 0.01", "a plain number or ratio"),
        ("memory_bytes / limit_bytes * 0.01", "100 x one"),
        ("wait_ms * 0.001", "seconds"),
        ("limit_bytes - memory_bytes", "bytes"),
        ("limit_bytes % memory_bytes", "bytes"),
        ("time() - saved_timestamp_seconds", "seconds"),
        ("timestamp(up)", "seconds"),
        ("rate(d_seconds_sum[5m]) / rate(d_seconds_count[5m])", "seconds"),
        ("histogram_quantile(0.9, sum by (le) (rate(d_seconds_bucket[5m])))", "seconds"),
        ("histogram_quantile(0.9, rate(native_seconds[5m]))", "seconds"),
        ("histogram_quantile(0.9, sum by (le) (rate(d_seconds_bucket[5m]))) * 1000", "milliseconds"),
        ("deriv(memory_bytes[1h])", "bytes a second"),
        ("predict_linear(memory_bytes[1h], 3600)", "bytes"),
        ("avg_over_time(wait_ms[1h])", "milliseconds"),
        ("count(memory_bytes)", "a plain number or ratio"),
        ("changes(memory_bytes[1h])", "a plain number or ratio"),
        ("memory_bytes > bool limit_bytes", "a plain number or ratio"),
        ("memory_bytes > limit_bytes", "bytes"),
        ("max by (job) (memory_bytes)", "bytes"),
        ("clamp_min(memory_bytes, 0)", "bytes"),
        ("absent(memory_bytes)", "a plain number or ratio"),
        ("-memory_bytes", "bytes"),
        ("1 / age_seconds", "events a second"),
        ("memory_bytes * 1000", "0.001 x byte"),
        ("keys", None),
        ("keys * 1000", None),
        ("memory_bytes * 12345", None),
        ("memory_bytes * 0", None),
        ("sqrt(memory_bytes)", None),
        ("stdvar(memory_bytes)", None),
        ("memory_bytes ^ 2", None),
        ("unknown / memory_bytes", None),
        ("memory_bytes or wait_ms", None),
        ("memory_bytes + wait_ms", None),
        ("unknown + memory_bytes", "bytes"),
    ],
)
def test_units(expr: str, unit: str | None) -> None:
    found = look(expr).shape.unit
    assert (str(found) if found else None) == unit


@pytest.mark.parametrize(
    ("expr", "low", "high"),
    [
        ("up", 0, 1),
        ("1 - up", 0, 1),
        ("up * 100", 0, 100),
        ("up / 2", 0, 0.5),
        ("-up", -1, 0),
        ("up + up", 0, 2),
        ("up - up", -1, 1),
        ("sum(up)", 0, math.inf),
        ("avg(up)", 0, 1),
        ("count(up)", 1, math.inf),
        ("group(up)", 1, 1),
        ("stddev(memory_bytes)", 0, math.inf),
        ("memory_bytes", -math.inf, math.inf),
        ("sum(memory_bytes)", -math.inf, math.inf),
        ("abs(memory_bytes)", 0, math.inf),
        ("clamp(memory_bytes, 1, 5)", 1, 5),
        ("clamp_max(up, 0.5)", 0, 0.5),
        ("rate(hits_total[5m])", 0, math.inf),
        (HIT_RATE, 0, 1),
        (f"1 - ({HIT_RATE})", 0, 1),
        (f"100 * ({HIT_RATE})", 0, 100),
        ("rate(hits_total[5m]) / rate(misses_total[5m])", 0, math.inf),
        ('sum(rate(requests_total{status="5xx"}[5m])) / sum(rate(requests_total[5m]))', 0, 1),
        ('sum(rate(requests_total[5m])) / sum(rate(requests_total{status="5xx"}[5m]))', 0, math.inf),
        ('max(rate(requests_total{status="5xx"}[5m])) / max(rate(requests_total[5m]))', 0, math.inf),
        ('sum(rate(d_seconds_bucket{le="0.3"}[5m])) / sum(rate(d_seconds_count[5m]))', 0, 1),
        ("histogram_quantile(0.9, sum by (le) (rate(d_seconds_bucket[5m])))", 0, 10),
        ("histogram_fraction(0, 0.2, rate(native_seconds[5m]))", 0, 1),
        ("up > 0.5", 0.5, 1),
        ("up == 0", 0, 0),
        ("memory_bytes > bool 5", 0, 1),
        ("up or vector(5)", 0, 5),
        ("absent(up)", 1, 1),
        ("2 * 3 + 1", 7, 7),
    ],
)
def test_ranges(expr: str, low: float, high: float) -> None:
    shape = look(expr).shape
    assert (shape.low, shape.high) == (low, high)


PROBLEMS = [
    # types
    ("rate(memory_bytes[5m])", "type", "rate() of a gauge: memory_bytes"),
    ("increase(up[5m])", "type", "increase() of a gauge"),
    ("rate(job:hits:rate5m[5m])", "type", "rate() of a gauge: job:hits:rate5m"),
    ("rate(job:hits:sum[5m])", "type", "rate() of an aggregated counter"),
    ("rate(sum(hits_total)[5m:1m])", "type", "rate() of an aggregated counter"),
    ("delta(hits_total[5m])", "type", "delta() of a counter"),
    ("deriv(hits_total[5m])", "type", "deriv() of a counter"),
    ("avg_over_time(hits_total[5m])", "type", "avg_over_time() of a counter"),
    ("predict_linear(hits_total[1h], 3600)", "type", "predict_linear() of a counter"),
    ("hits_total > 100", "type", "`> 100` against a counter without rate()"),
    ("sum(hits_total) > 100", "type", "against a counter without rate()"),
    ("hits_total / (hits_total + misses_total)", "type", "a ratio of counters without rate()"),
    ("avg(latency_seconds)", "type", "avg() of quantiles: latency_seconds"),
    ("avg(max by (job) (latency_seconds))", "type", "avg() of quantiles"),
    ("histogram_quantile(0.9, latency_seconds)", "le", "needs the label `le`"),
    ("histogram_quantile(0.9, d_seconds_bucket)", "type", "over buckets without rate()"),
    # le, also when it was lost upstream
    ("histogram_quantile(0.9, sum by (job) (rate(d_seconds_bucket[5m])))", "le", "needs the label `le`"),
    ("histogram_quantile(0.9, job:d_bucket:rate5m)", "le", "job:d_bucket:rate5m has none (it has job)"),
    ("histogram_quantile(0.9, up)", "le", "needs the label `le`"),
    ("histogram_quantile(99, rate(d_seconds_bucket[5m]))", "quantile", "lies between 0 and 1"),
    # labels
    ("sum by (db) (up)", "label", "up has no label `db` (it has instance, job)"),
    ('up{db="0"}', "label", "up has no label `db`"),
    ('up{db=~"a|b"}', "label", "up has no label `db`"),
    ("sum by (db) (sum by (job) (keys))", "label", "keys has no label `db` (it has job)"),
    # matching
    ('up{job="a"} / on (job) up{job="b"}', "matching", "`job` is 'a' on the left and 'b' on the right"),
    ("memory_bytes / keys", "matching", "the left has no label `db`"),
    ("keys / up", "matching", "the right has no label `db`"),
    ("keys and on (db) up", "matching", "the right has no label `db`"),
    ("keys unless sum by (db) (keys)", "matching", "the right has no label `instance`"),
    ("up / on (job) keys", "matching", "several series on the right have the same labels: `db` differs"),
    ("keys / on (job, instance) memory_bytes", "matching", "several series on the left"),
    ("up * on (job) group_left () keys", "matching", "several series on the right"),
    # units
    ("age_seconds > on (job, db) (age_seconds * 1000)", "unit", "puts seconds against milliseconds"),
    ("saved_timestamp_seconds + wait_ms", "unit", "`+` puts seconds against milliseconds"),
    ("memory_bytes - saved_timestamp_seconds", "unit", "`-` puts bytes against seconds"),
    ("memory_bytes / limit_bytes > on (job) (100 * up)", "unit", "puts a plain number or ratio against percent"),
    ("memory_bytes or wait_ms", "unit", "`or` joins bytes and milliseconds"),
    # ranges
    (f"({HIT_RATE}) > 5", "range", "`> 5` never holds: the value lies between 0 and 1"),
    (f"({HIT_RATE}) < 80", "always", "`< 80` always holds"),
    ("up > 1", "range", "never holds"),
    ("up == 2", "range", "never holds"),
    ("up < 0", "range", "never holds"),
    ("up >= 0", "always", "always holds"),
    ("count(up) == 0", "range", "never holds"),
    ("count by (job) (up) < 1", "range", "never holds"),
    ("rate(hits_total[5m]) < 0", "range", "never holds"),
    ("histogram_quantile(0.9, sum by (le) (rate(d_seconds_bucket[5m]))) > 500", "range", "between 0 and 10"),
    ("absent(up) == 0", "range", "never holds"),
]


@pytest.mark.parametrize(("expr", "kind", "message"), PROBLEMS)
def test_problems(expr: str, kind: str, message: str) -> None:
    found = look(expr).problems
    assert any(problem.kind == kind and message in problem.message for problem in found), found
    assert all(problem.where in expr for problem in found)


@pytest.mark.parametrize(
    "expr",
    [
        HIT_RATE,
        f"({HIT_RATE}) < 0.8 and on (job) sum by (job) (rate(hits_total[5m])) > 1",
        "hits_total == 0",
        "max by (job) (latency_seconds) > 1",
        "hits_total unless hits_total offset 1h",
        "count(up) > 0",
        "absent(up)",
        "resets(hits_total[1h]) > 1",
        "time() - saved_timestamp_seconds > 3600",
        "memory_bytes / (limit_bytes > 0) > 0.9",
        "memory_bytes / on (job, instance) limit_bytes",
        "keys / on (job, instance) group_left () memory_bytes",
        "keys / on (job, instance, db) keys",
        'memory_bytes / on (job, instance) keys{db="0"}',
        "1 - sum(rate(d_seconds_bucket[5m])) / sum(rate(d_seconds_count[5m])) > 14.4 * 0.001",
        "histogram_quantile(0.99, sum by (job, le) (rate(d_seconds_bucket[5m]))) > 0.5",
        "rate(d_seconds_sum[5m]) / rate(d_seconds_count[5m]) > 0.5",
        'up{db!="0"}',
        'up{db=~"|x"}',
        'up{db=""}',
        # nothing is said about what is unknown
        "rate(unknown[5m]) > 99",
        "unknown > 5",
        "histogram_quantile(0.9, rate(unknown_bucket[5m]))",
        "unknown / on (job, whatever) group_left (thing) other",
        "sum by (job, instance) (unknown) / memory_bytes",
        "unknown - memory_bytes > unknown",
        "avg_over_time(unknown[5m])",
    ],
)
def test_nothing_is_wrong_with(expr: str) -> None:
    assert look(expr).problems == ()


def test_a_recording_rule_is_followed_by_its_shape() -> None:
    recorded = look("sum by (job) (rate(d_seconds_bucket[5m]))").shape
    found = study("histogram_quantile(0.9, job:d:rate5m)", lambda _: recorded.having(source="job:d:rate5m"))
    assert [problem.kind for problem in found.problems] == ["le"]
    assert "job:d:rate5m" in found.problems[0].message


def test_a_unit_survives_a_recording_rule() -> None:
    recorded = look("histogram_quantile(0.9, sum by (job, le) (rate(d_seconds_bucket[5m])))").shape
    found = study("job:d:p90 > 500", lambda _: recorded)
    assert found.shape.unit == SECONDS
    assert [problem.kind for problem in found.problems] == ["range"]


def test_what_is_no_promql_is_refused() -> None:
    with pytest.raises(PromqlError):
        look("sum(")


def test_the_selectors_come_with_the_study() -> None:
    assert [selector.name for selector in look("up / keys").selectors] == ["up", "keys"]


# Units by name, and as panels show them


@pytest.mark.parametrize(
    ("metric", "is_counter", "unit"),
    [
        ("process_cpu_seconds_total", True, SECONDS),
        ("memory_used_bytes", False, BYTES),
        ("requests_total", True, NUMBER),
        ("request_duration_seconds_bucket", True, NUMBER),
        ("request_duration_seconds_count", True, NUMBER),
        ("request_duration_seconds_sum", True, SECONDS),
        ("commands_latencies_usec_sum", True, Unit(SECONDS.dims, 1e-6)),
        ("mem_fragmentation_ratio", False, NUMBER),
        ("cpu_percent", False, PERCENT),
        ("wait_milliseconds", False, MILLISECONDS),
        ("activity_max_tx_duration", False, None),
        ("query_time_total", True, None),
        ("connected_clients", False, None),
    ],
)
def test_units_by_name(metric: str, is_counter: bool, unit: Unit | None) -> None:
    assert by_name(metric, is_counter) == unit


def test_units_of_panels() -> None:
    assert of_panel("percentunit") == NUMBER
    assert of_panel("percent") == PERCENT
    assert of_panel("ms") == MILLISECONDS
    assert of_panel("short") is None
    assert of_panel("reqps") == SECONDS.inverse()


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_scaling_there_and_back_is_the_same_unit(factor: float) -> None:
    there = scaled(SECONDS, factor)
    back = there and scaled(there, 1 / factor)
    assert back is None or back.same(SECONDS)


@given(
    st.sampled_from(list(METRICS)),
    st.sampled_from(list(METRICS)),
    st.sampled_from(["+", "-", "*", "/", "%", "^", "and", "or", "unless", ">", "=="]),
)
def test_any_two_metrics_under_any_operator_have_a_shape(one: str, other: str, op: str) -> None:
    shape = look(f"{one} {op} {other}").shape
    assert shape.low <= shape.high
    assert not math.isnan(shape.low)
    assert not math.isnan(shape.high)


# Grafana's variables


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("rate(a[$__rate_interval])", "rate(a[1d])"),
        ("rate(a[${__rate_interval}])", "rate(a[1d])"),
        ("max_over_time(rate(a[5m])[$__range:])", "max_over_time(rate(a[5m])[1d:])"),
        ("topk($n, a)", 'topk(scalar({__name__=~"$n"}), a)'),
        ('a{job=~"$job", db=~"${db:regex}"}', 'a{job=~"shop", db=~"${db:regex}"}'),
        ("a[5m]", "a[5m]"),
    ],
)
def test_variables_are_filled_in(query: str, text: str) -> None:
    assert filled(query, {"job": "shop"}) == text


def test_used_variables() -> None:
    assert used('label_replace(a, "b", "$1", "c", "(.*)")') == ()
    assert used('a{job="$job"}[$__range] ${x:csv} [[old]] $job') == ("job", "__range", "x", "old")
