from __future__ import annotations

import promql_parser
import pytest

from obsboot.promql import (
    Matcher,
    PromqlError,
    Rewrite,
    Selector,
    check,
    compare,
    grouping,
    metric_names,
    pretty,
    replace_range,
    rewrite,
    seconds_of,
    selectors,
    spell,
    windows,
)
from obsboot.promql.rewriting import normal, number

EXPRESSIONS = (
    "sum(rate(a[1w]))[30m:1m] offset 5m",
    "-a",
    '{__name__=~"x"}',
    "topk(5, a)",
    'label_replace(a, "x", "$1", "y", "(.*)")',
    "a offset -5m",
    "sum without (x) (a)",
    "a * on (job) group_left (b) c",
    "a * ignoring (x) group_right () c",
    "1 - a / b / c",
    "a - (b - c)",
    "a and (b or c) unless d",
    "quantile(0.9, a)",
    'count_values("x", a)',
    "a == bool 1",
    'a{b="c\\"d\\\\e\\n"} @ start()',
    "a @ 1234.5",
    "sum by () (a)",
    'absent(up{job="x"})',
    "time() - a > 1e9",
    "-a ^ 2",
    "a % 0.5 atan2 b",
    "max_over_time(a[5m:])",
    "rate(a[5m] @ end() offset 1h30m)",
    "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))",
    "a > NaN or a < Inf or a > -Inf",
    "redis_up or up",
)


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_writing_a_tree_out_again_changes_nothing(expr: str) -> None:
    assert promql_parser.parse(normal(expr)).prettify() == promql_parser.parse(expr).prettify()
    assert normal(normal(expr)) == normal(expr)
    assert normal(pretty(expr)) == normal(expr)


def test_selectors_tell_names_matchers_ranges_and_offsets() -> None:
    first, second = selectors('rate(a{le=~"1|2",job!="x"}[5m] offset 1h) / b')
    assert first == Selector("a", (Matcher("le", "=~", "1|2"), Matcher("job", "!=", "x")), 300.0, 3600.0)
    assert second == Selector("b", ())
    assert metric_names("a + b") == {"a", "b"}


def test_the_value_that_a_selector_demands() -> None:
    (selector,) = selectors('a{x="1",y=~"2"}')
    assert (selector.value_of("x"), selector.value_of("y")) == ("1", None)


def test_windows_include_subqueries() -> None:
    assert windows("max_over_time(rate(a[5m])[1h:1m]) + a") == (300.0, 3600.0)


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ("sum by (job, instance) (a) / sum by (job) (b)", ("job", "instance")),
        ("histogram_quantile(0.9, sum by (le, route) (rate(x_bucket[5m])))", ("route",)),
        ("sum(a)", ()),
        ("1 - sum by (job) (a)", ("job",)),
        ("answer:x * sum by (service) (a)", ("service",)),
        ("sum without (x) (a)", None),
        ("a", None),
    ],
)
def test_grouping(expr: str, labels: tuple[str, ...] | None) -> None:
    assert grouping(expr) == labels


def test_a_rewrite_changes_what_it_names_and_nothing_else() -> None:
    change = Rewrite(
        selector=lambda s: Selector(s.name, (Matcher("job", "=", 'a"b'), *s.matchers), s.range),
        duration=lambda seconds: spell(seconds / 10),
    )
    assert rewrite('sum(rate(a{x="1"}[5m])) > 2', change) == 'sum(rate(a{job="a\\"b",x="1"}[30s])) > 2'


def test_a_subtree_gives_way_to_its_record() -> None:
    change = Rewrite(replace={"sum(rate(a[5m]))": "job:a:rate5m"}.get)
    assert rewrite("sum( rate(a[5m]) ) / b > 1", change) == "job:a:rate5m / b > 1"


def test_replacing_one_window() -> None:
    assert replace_range("rate(a[5m]) / rate(b[1h])", 300, "2h") == "rate(a[2h]) / rate(b[1h])"


@pytest.mark.parametrize(
    ("expr", "result"), [("a or b", "(a or b) > 1"), ("a / b", "a / b > 1"), ("a > 2", "(a > 2) > 1")]
)
def test_a_comparison_binds_weaker_than_what_it_compares(expr: str, result: str) -> None:
    assert compare(expr, ">", "1") == result


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("1h30m", 5400), ("500ms", 0.5), ("2w", 1209600)])
def test_durations(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
    assert seconds_of(spell(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5x"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds_of(text)


def test_what_is_no_promql_is_told_with_the_text() -> None:
    with pytest.raises(PromqlError, match=r"in: sum\(a"):
        check("sum(a")


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (0.8, "0.8"), (1.5e9, "1500000000"), (float("inf"), "Inf")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text
