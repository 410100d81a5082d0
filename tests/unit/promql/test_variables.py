"""Grafana's variables at every place of a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql import PromqlError, check, selectors
from obsboot.promql.provenance import study
from obsboot.promql.shapes import UNKNOWN
from obsboot.promql.variables import filled

PLACES = [
    ('rate(${metric}_total{job=~"${job:regex}"}[5m])', 'rate({__name__=~"$metric_total", job=~"${job:regex}"}[5m])'),
    ('$metric{a="b"}', '{__name__=~"$metric", a="b"}'),
    ("rate($metric[5m])", 'rate({__name__=~"$metric"}[5m])'),
    ("sum($metric)", 'sum({__name__=~"$metric"})'),
    ("$query", '{__name__=~"$query"}'),
    ("$a / $b", '{__name__=~"$a"} / {__name__=~"$b"}'),
    ("a > $threshold", 'a > scalar({__name__=~"$threshold"})'),
    ("clamp_max(a, $most)", 'clamp_max(a, scalar({__name__=~"$most"}))'),
    ("histogram_quantile(0.$q, a)", "histogram_quantile(0.9, a)"),
    ("increase(a[$__range]) / $__range_s", 'increase(a[1d]) / scalar({__name__=~"$__range_s"})'),
    ("a - ${__from}", 'a - scalar({__name__=~"$__from"})'),
    ("a @ ${__to:date:seconds}", "a @ 1"),
    ("a offset $shift", "a offset 1h"),
    ("a offset -${shift}", "a offset 1h"),
    ("rate(a[[[interval]]])", "rate(a[1d])"),
    ("max_over_time(a[1h:$step])", "max_over_time(a[1h:1m])"),
    ("max_over_time(a[$window:$step])", "max_over_time(a[1d:1m])"),
    ("avg_over_time(a[${__range_s}s])", "avg_over_time(a[1d])"),
    ("sum by ($by) (a)", "sum without () (a)"),
    ("sum(a) by (job, $by)", "sum(a) without ()"),
    ("sum without (le, $by) (a)", "sum without (le) (a)"),
    ('a{$label="x", job="y"}', 'a{job="y"}'),
    ("a{$filter}", "a{}"),
    ("{$filter}", '{__name__=~".+"}'),
    ('a{b="[[c]]"}', 'a{b="$c"}'),
    ("a # not $this, don't", "a # not $this, don't"),
]


@pytest.mark.parametrize(("query", "text"), PLACES)
def test_every_place_is_filled(query: str, text: str) -> None:
    assert filled(query) == text
    check(text)


@pytest.mark.parametrize(
    "query",
    [
        "$func(a[5m])",
        "$aggregation by (job) (a)",
        "a * on ($labels) b",
        "a / ignoring($labels) b",
        'sum(a{b="c"} $more)',
    ],
)
def test_nobody_can_tell_what_decides_over_the_rest(query: str) -> None:
    assert filled(query) is None


@pytest.mark.parametrize(
    "query",
    [
        'sum by (a) (b{c=~"$d"}',
        "sum($a))",
        'a{b="$c}',
        'a{b=~"$c"} >> 3',
        'a{b=~"[$c"}',
        "rate(a[$__rate_interval)",
        "sum(",
    ],
)
def test_what_is_wrong_whatever_the_variables_are_does_not_parse(query: str) -> None:
    text = filled(query)
    assert text is not None
    with pytest.raises(PromqlError):
        check(text)


@pytest.mark.parametrize("query", [query for query, _ in PLACES if "$" in query and "metric" in query])
def test_an_unknown_name_stays_unknown(query: str) -> None:
    text = filled(query)
    assert text is not None
    assert all(not selector.name for selector in selectors(text))
    assert not study(text, lambda _: UNKNOWN).problems


VARIABLE = st.sampled_from(["$a", "${a}", "${a:regex}", "[[a]]", "$__interval"])
PIECE = VARIABLE | st.sampled_from(
    [
        "sum",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "5m",
        " ",
        "by",
        "x",
        '"',
        "=",
        "=~",
        ",",
        "rate",
        "on",
        "offset",
        "/",
        ">",
        "#",
        "`",
    ]
)


@given(st.lists(PIECE, max_size=15).map("".join))
def test_nothing_that_people_write_breaks_it(query: str) -> None:
    """What comes out has no variable in it beside those in strings and comments, or was wrong before."""
    text = filled(query)
    if text is not None and text != query:
        assert "\x01" not in text
        assert "\x03" not in text
