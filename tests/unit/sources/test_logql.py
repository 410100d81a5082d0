"""LogQL: what Loki refuses is told where it stands, and what it takes is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsboot.sources.logql import faults, fixed_windows

TAKEN = [
    '{job="x"}',
    '{job="x", env!="dev", app=~"a|b", zone!~".+"} # of all `zones`',
    '{job="x"} |= `a "quoted" word` != "b" |~ "c|d" !~ `e` |> "<_> f" !> `g`',
    '{job="x"} |= "a" or "b" or `c`',
    '{job="x"} |= ip("10.0.0.0/8") | addr=ip("10.1.0.1-10.1.0.9")',
    '{job="x"} | json | logfmt --strict | level="error" and (status>=500 or took>1.5s) | size<10KB',
    '{job="x"} | json first="a.b[0]", second="c" | line_format "{{.first}}" | label_format a=b, c="d"',
    '{job="x"} | pattern `<ip> - <_>` | regexp "(?P<a>b)" | unpack | decolorize | drop __error__, a="b" | keep c',
    'sum by (level) (count_over_time({job="x"} | json [$__auto]))',
    'sum(rate({job="x"}[5m] offset 1h)) by (a) / ignoring(b) group_left sum(rate({job="y"}[$__interval])) > bool .5',
    'quantile_over_time(0.99, {job="x"} | json | unwrap duration(took) | __error__="" [1h]) by (route)',
    'topk(10, sum without (pod) (bytes_over_time({job="x"}[1d]))) or vector(0)',
    'label_replace(rate({job="x"}[1m]), "a", "$1", "b", "(.*)")',
    'absent_over_time({job="x"}[5m]) unless (avg(first_over_time({job="x"} | unwrap bytes(size) [5m])))',
    "vector(1)", "1 + 1", "",
]  # fmt: skip
REFUSED = [
    ('{job="x', 5, "the text is not closed"),
    ('{job="x"} |= `a', 13, "the text is not closed"),
    ('sum(rate({job="x"}[5m])', 3, "`(` is not closed"),
    ('{job="x"})', 9, "`)` closes nothing"),
    ("{job='x'}", 5, 'has no "\'"'),
    ('{job}', 1, "a matcher is"),
    ('{job=="x"}', 1, "a matcher is"),
    ('{job="x" env="y"}', 9, "a comma"),
    ('{job!="x"}', 0, "every stream fits"),
    ("{}", 0, "every stream fits"),
    ('up{job="x"}', 0, "nothing stands before {"),
    ("error", 0, "no streams are selected"),
    ('{job="x"} | jsno', 12, "did you mean 'json'?"),
    ('{job="x"} | | json', 12, "behind | there is a stage"),
    ('{job="x"} |~ error', 13, "a text in quotes"),
    ('count_over_tme({job="x"}[5m])', 0, "did you mean 'count_over_time'?"),
    ('sum(rate({job="x"}))', 4, "rate() is over a range"),
    ('rate({job="x"}[5])', 14, "a range is a duration"),
    ('rate({job="x"}[])', 14, "a range is a duration"),
]  # fmt: skip


@pytest.mark.parametrize("query", TAKEN)
def test_what_loki_takes_is_left_alone(query: str) -> None:
    assert faults(query) == []


@pytest.mark.parametrize(("query", "at", "says"), REFUSED)
def test_what_loki_refuses_is_told_where_it_stands(query: str, at: int, says: str) -> None:
    told = faults(query)
    assert told[0][0] == at
    assert says in told[0][1]


@pytest.mark.parametrize(
    "query", ["{$filters} | jsno", "$query", '{job="x"} | $stage', 'rate({job="x"} [[range]])', "[[x]]{a}"]
)
def test_what_hangs_on_a_variable_is_not_judged(query: str) -> None:
    assert faults(query) == []


@pytest.mark.parametrize(
    "query", ['{job="$x"} | jsno', 'rates({job="x"}[$__auto])', 'rate({job="x"}[${window}]) + {job=~""}']
)
def test_variables_in_texts_and_ranges_hide_nothing(query: str) -> None:
    assert len(faults(query)) == 1


def test_ranges_are_told_with_their_seconds() -> None:
    found = fixed_windows(
        'rate({job="x"}[5m]) / rate({job="x"}[$__auto]) + count_over_time({job="x"}[1h30m]) + {a="[1m]"}'
    )
    assert found == [(15, "5m", 300.0), (75, "1h30m", 5400.0)]


@given(st.text(st.sampled_from(list('{}()[]|=~!"`\\,.$ab5 \n')), max_size=60) | st.text(max_size=30))
def test_no_query_is_a_mistake_of_ours(query: str) -> None:
    assert all(0 <= at <= len(query) and message for at, message in faults(query))
    assert all(seconds > 0 for _, _, seconds in fixed_windows(query))


@pytest.mark.parametrize("part", ["(", "{", "[5m]", 'rate({a="b"}[5m]) + ', "| json ", '"', "a(", '{a="b"} or '])
def test_long_queries_take_no_longer_than_they_are(part: str) -> None:
    began = time.process_time()
    faults(part * (100_000 // len(part)))
    assert time.process_time() - began < 5
