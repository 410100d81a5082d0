from __future__ import annotations

import time
from itertools import pairwise

import pytest
import yaml

from obsboot.merge import Labels, Merged, formatting_only, has_markers, merge_text, merge_yaml, resolved

LABELS = Labels("yours", "template 1.4.0", "template 2.0.0")

RULES = """\
groups:
- name: shop-redis.alerts
  rules:
  - alert: RedisDown
    expr: redis_up{job="shop-redis"} < 1
    for: 1m
    labels:
      severity: critical
    annotations:
      summary: Redis does not answer
  - alert: RedisHitRateLow
    expr: |-
      sum by (job) (rate(redis_keyspace_hits_total[5m]))
      / sum by (job) (rate(redis_reads_total[5m]))
      < 0.8
      and on (job)
        sum by (job) (rate(redis_reads_total[5m]))
        > 1
    for: 10m
    labels:
      severity: warning
"""
COMPOSE = """\
x-logging: &logging
  driver: json-file
  options:
    max-size: 10m
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    logging: *logging
    ports: !reset []
    depends_on:
    - redis-exporter
    - alertmanager
    - grafana
  grafana:
    image: grafana/grafana:12.1.0
    logging: *logging
"""
SCRAPE = """\
global:
  scrape_interval: 15s
scrape_configs:
- job_name: shop-api
  static_configs:
  - targets:
    - api:8000
- job_name: shop-redis
  static_configs:
  - targets:
    - redis-exporter:9121
# the pack's own
- job_name: shop-prometheus
  static_configs:
  - targets:
    - localhost:9090
"""


def merge(base: str, yours: str, template: str) -> Merged:
    return merge_yaml(base, yours, template, LABELS)


def job(name: str) -> str:
    return f"- job_name: {name}\n  static_configs:\n  - targets:\n    - {name}:80\n"


def reasons(merged: Merged) -> list[str]:
    return [conflict.what for conflict in merged.conflicts]


def assert_one_conflict(base: str, yours: str, template: str, what: str) -> Merged:
    """The lines merge, what they mean does not: one block, both of whose sides parse."""
    assert merge_text(base, yours, template, LABELS).clean
    merged = merge(base, yours, template)
    assert reasons(merged) == [what]
    assert has_markers(merged.text) == merged.conflicts[0].line
    for side in ("yours", "template"):
        left = resolved(merged.text, side)
        assert formatting_only(left, left)
    return merged


def test_a_key_that_both_sides_added_in_different_places_is_a_conflict() -> None:
    base = "first: 1\na: 1\nb: 2\nc: 3\nlast: 9\n"
    yours, template = base.replace("a: 1\n", "x: mine\na: 1\n"), base.replace("c: 3\n", "c: 3\nx: its\n")
    merged = assert_one_conflict(base, yours, template, "both sides added the key `x`")
    assert (merged.conflicts[0].line, merged.conflicts[0].end) == (2, 16)
    assert resolved(merged.text, "yours") == yours
    assert resolved(merged.text, "template") == template


def test_only_the_changes_at_odds_become_a_conflict() -> None:
    base = "".join(f"k{number}:\n  a: 1\n  b: 2\n  c: 3\n" for number in range(9))
    yours = base.replace("k2:\n", "k2:\n  x: 1\n").replace("k8:\n", "k8:\n  mine: 1\n")
    template = base.replace("k3:\n", "  x: 2\nk3:\n").replace("k0:\n", "k0:\n  its: 1\n")
    merged = assert_one_conflict(base, yours, template, "both sides added the key `x`")
    assert merged.text.split("<<<<<<<")[0].count("\n") == 10
    assert "mine: 1" in resolved(merged.text, "template")
    assert "its: 1" in resolved(merged.text, "yours")


def test_each_key_that_both_sides_added_is_a_conflict_of_its_own() -> None:
    base = "".join(f"k{number}:\n  a: 1\n  b: 2\n  c: 3\n" for number in range(9))
    yours = base.replace("k2:\n", "k2:\n  x: 1\n").replace("k6:\n", "k6:\n  y: 1\n")
    template = base.replace("k3:\n", "  x: 2\nk3:\n").replace("k7:\n", "  y: 2\nk7:\n")
    assert reasons(merge(base, yours, template)) == ["both sides added the key `x`", "both sides added the key `y`"]


def test_keys_that_meet_in_one_change_are_told_together() -> None:
    base = "s: 1\na: 1\nb: 2\nc: 3\nd: 4\n"
    yours = "s: 1\nx: 1\na: 1\nb: 2\nc: 3\ny: 1\nd: 4\n"
    template = "s: 1\na: 1\nb: 2\nx: 2\ny: 2\nc: 3\nd: 4\n"
    merged = merge(base, yours, template)
    assert reasons(merged) == ["both sides added the key `x`; both sides added the key `y`"]
    assert resolved(merged.text, "template") == template


def test_comments_and_layout_survive() -> None:
    yours = SCRAPE.replace("15s", "30s  # our store is small").replace("# the pack's own", "# mine\n# the pack's own")
    template = SCRAPE.replace("localhost:9090", "prometheus:9090")
    assert merge(SCRAPE, yours, template) == Merged(yours.replace("localhost:9090", "prometheus:9090"))


def test_rules_that_both_sides_changed_merge() -> None:
    yours = RULES.replace("for: 1m", "for: 2m").replace("    < 0.8", "    < 0.9")
    template = RULES.replace("      > 1", "      > 2").replace("Redis does", "{{ $labels.job }}: Redis does") + (
        "  - alert: RedisFull\n    expr: redis_full > 0\n"
    )
    merged = merge(RULES, yours, template)
    assert merged == Merged(template.replace("for: 1m", "for: 2m").replace("    < 0.8", "    < 0.9"))


def test_a_rule_that_both_sides_added_is_a_conflict() -> None:
    rule = "  - alert: RedisFull\n    expr: redis_full > {}\n"
    yours = RULES.replace("  rules:\n", "  rules:\n" + rule.format(1))
    name = "groups.shop-redis.alerts.rules.RedisFull"
    assert_one_conflict(RULES, yours, RULES + rule.format(0), f"both sides added `{name}`")


def test_a_rule_that_you_renamed_takes_the_change_of_the_template() -> None:
    yours = RULES.replace("RedisHitRateLow", "CacheCold")
    assert merge(RULES, yours, RULES.replace("10m", "15m")) == Merged(yours.replace("10m", "15m"))


def test_a_job_that_you_moved_stays_where_you_put_it() -> None:
    api, redis, own = job("api"), job("redis"), job("own")
    assert merge(api + redis + own, redis + api + own, api + redis + own + job("new")) == Merged(
        redis + api + own + job("new")
    )


def test_alerts_of_one_name_and_different_severity_merge_by_their_order() -> None:
    twice = RULES.replace("RedisHitRateLow", "RedisDown")
    yours = twice.replace("for: 1m", "for: 2m")
    assert merge(twice, yours, twice.replace("10m", "15m")) == Merged(yours.replace("10m", "15m"))


def test_jobs_that_both_sides_added_merge() -> None:
    yours = SCRAPE.replace("- job_name: shop-redis\n", job("billing") + "- job_name: shop-redis\n")
    merged = merge(SCRAPE, yours, SCRAPE + job("shop-nginx"))
    assert merged == Merged(yours + job("shop-nginx"))
    assert [one["job_name"] for one in yaml.safe_load(merged.text)["scrape_configs"]] == [
        "shop-api", "billing", "shop-redis", "shop-prometheus", "shop-nginx",
    ]  # fmt: skip


def test_a_job_that_both_sides_added_is_a_conflict() -> None:
    yours = SCRAPE.replace("- job_name: shop-redis\n", job("nginx") + "- job_name: shop-redis\n")
    assert_one_conflict(SCRAPE, yours, SCRAPE + job("nginx"), "both sides added `scrape_configs.nginx`")


def test_a_compose_file_with_tags_and_anchors_merges() -> None:
    yours = COMPOSE.replace("v3.5.0", "v3.6.0").replace("max-size: 10m", "max-size: 50m")
    template = COMPOSE + "  loki:\n    image: grafana/loki:3.5.0\n    logging: *logging\n"
    merged = merge(COMPOSE, yours, template)
    assert merged == Merged(yours + "  loki:\n    image: grafana/loki:3.5.0\n    logging: *logging\n")


def test_an_item_that_both_sides_added_to_a_list_is_a_conflict() -> None:
    yours = COMPOSE.replace("depends_on:\n", "depends_on:\n    - loki\n")
    template = COMPOSE.replace("    - grafana\n", "    - grafana\n    - loki\n")
    assert_one_conflict(COMPOSE, yours, template, "both sides added `services.prometheus.depends_on.loki`")


def test_an_alias_whose_anchor_the_other_side_renamed_is_a_conflict() -> None:
    yours = COMPOSE.replace("&logging", "&logs").replace("*logging", "*logs")
    template = COMPOSE.replace("services:\n", "services:\n  loki:\n    logging: *logging\n")
    what = "the merged text would not parse: there is no anchor 'logging' before its alias"
    assert_one_conflict(COMPOSE, yours, template, what)


def test_a_merge_key_that_would_bring_another_value_is_a_conflict() -> None:
    base = "a: &one\n  x: 1\n  y: 1\nm: 1\nn: 1\nb:\n  <<: *one\n  z: 1\n"
    yours = base.replace("m: 1\n", "m: &one\n  x: 2\n")
    template = base + "c:\n  <<: *one\n"
    assert_one_conflict(base, yours, template, "`c` would come out as neither side has it")


@pytest.mark.parametrize(
    ("yours", "template"),
    [("a: {b: 1}\n", "a:\n  b: 1\n"), ("a: !!int '1'\n", "a: 0x1\n"), ("b: 2\na: 1.0\n", "a: 1.00\nb: 2\n")],
)
def test_sides_that_say_the_same_in_other_words_come_out_as_yours(yours: str, template: str) -> None:
    assert merge("a: 0\n", yours, template) == Merged(yours)


def test_a_comment_of_the_template_is_not_dropped_where_both_say_the_same() -> None:
    merged = merge("a: 0\n", "b: 2\na: 1.0\n", "a: 1.00\nb: 2 # two\n")
    assert not merged.clean
    assert "b: 2 # two\n" in merged.text


def test_a_conflict_of_lines_stays_one() -> None:
    merged = merge("a: 1\n", "a: 2\n", "a: 3\n")
    assert reasons(merged) == [""]


def test_a_key_that_both_sides_added_is_found_beside_a_conflict_of_lines() -> None:
    base = "s: 1\na: 1\nb: 2\nc: 3\nd: 4\n"
    yours, template = base.replace("a: 1\n", "x: 1\na: 1\n"), base.replace("b: 2\n", "b: 2\nx: 2\n")
    merged = merge(base, yours.replace("d: 4", "d: 5"), template.replace("d: 4", "d: 6"))
    assert reasons(merged) == ["both sides added the key `x`", ""]
    assert resolved(merged.text, "yours") == yours.replace("d: 4", "d: 5")


def test_a_conflict_of_lines_between_changes_at_odds_becomes_part_of_theirs() -> None:
    base = "s: 1\na: 1\nb: 2\nc: 3\nd: 4\nz: 1\n"
    yours = base.replace("a: 1\n", "x: 1\na: 1\n").replace("b: 2", "b: 3")
    template = base.replace("c: 3\n", "c: 3\nx: 2\n").replace("b: 2", "b: 4").replace("z: 1", "z: 2")
    merged = merge(base, yours, template)
    assert reasons(merged) == ["both sides added the key `x`"]
    assert resolved(merged.text, "yours") == yours.replace("z: 1", "z: 2")


def test_a_tag_that_one_side_gave_and_an_item_that_the_other_added_merge() -> None:
    base = "ports:\n- 1\n- 2\n- 3\nmore:\n  a: 1\n  b: 2\n  c: 3\n"
    yours, template = base.replace("ports:", "ports: !override"), base.replace("- 3\n", "- 3\n- 4\n")
    assert merge(base, yours, template) == Merged(yours.replace("- 3\n", "- 3\n- 4\n"))
    yours, template = base.replace("more:", "more: !override"), base + "  d: 4\n"
    assert merge(base, yours, template) == Merged(yours + "  d: 4\n")


@pytest.mark.parametrize("broken", ["a: [1\nb: 2\nc: 3\nd: 4\n", "a: 1\na: 2\nb: 2\nc: 3\nd: 4\n"])
def test_a_file_that_you_left_broken_is_merged_as_text(broken: str) -> None:
    base = "a: 1\nb: 2\nc: 3\nd: 4\n"
    assert merge(base, broken, base + "a: 5\n") == Merged(broken + "a: 5\n")


def test_lines_that_merge_to_no_yaml_are_a_conflict() -> None:
    base = "key:\n# one\n# two\n# three\n"
    merged = merge(base, base.replace("key:", "key: 5"), base + "  under: 1\n")
    (what,) = reasons(merged)
    assert what.startswith("the merged text would not parse: ")
    assert resolved(merged.text, "yours") == base.replace("key:", "key: 5")


def test_a_key_that_lands_in_another_mapping_than_the_template_meant_is_a_conflict() -> None:
    base = "one:\n  a: 1\n  b: 1\ntwo:\n  c: 1\n  d: 1\n  e: 1\n"
    yours = base.replace("two:\n", "")
    what = "`one` would come out as neither side has it; you removed `two`, the template changed it"
    assert_one_conflict(base, yours, base + "  f: 1\n", what)


def test_documents_of_one_stream_merge_each_by_itself() -> None:
    base = "a: 1\n---\nb: 1\n---\nc: 1\nd: 1\ne: 1\n"
    merged = merge(base, base.replace("a: 1", "a: 2"), base + "f: 1\n")
    assert merged == Merged(base.replace("a: 1", "a: 2") + "f: 1\n")
    yours, template = base.replace("c: 1\n", "x: 1\nc: 1\n"), base + "x: 2\n"
    assert_one_conflict(base, yours, template, "both sides added the key `x`")


def test_a_file_of_comments_that_both_sides_began_to_fill_merges() -> None:
    base = "# one\n# two\n# three\n"
    merged = merge(base, base.replace("one\n", "one\na: 1\n"), base + "b: 2\n")
    assert merged == Merged("# one\na: 1\n# two\n# three\nb: 2\n")


def test_crlf_in_your_checkout_is_no_change() -> None:
    yours = RULES.replace("for: 1m", "for: 2m").replace("\n", "\r\n")
    template = RULES.replace("for: 10m", "for: 15m")
    assert merge(RULES, yours, template) == Merged(yours.replace("for: 10m", "for: 15m"))


def test_aliases_that_multiply_are_not_expanded() -> None:
    names = "abcdefghi"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise(names)
    )
    began = time.process_time()
    assert merge(bomb, "mine: 1\n" + bomb, bomb + "its: 1\n") == Merged("mine: 1\n" + bomb + "its: 1\n")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("deep", ["[" * 5000 + "]" * 5000, "".join(f"\n{' ' * depth}a:" for depth in range(1, 900))])
def test_a_file_of_any_depth_is_merged(deep: str) -> None:
    base = f"a: {deep}\nb: 1\n"
    assert merge(base, "mine: 1\n" + base, base + "its: 1\n") == Merged("mine: 1\n" + base + "its: 1\n")


@pytest.mark.parametrize(
    ("base", "yours", "same"),
    [
        ("a: 1\nb: [x, y]\n", "# mine\nb:\n- x\n- 'y'\na: 1\n", True),
        ("a: &l {x: 1}\nb: *l\n", "a: {x: 1}\nb: {x: 1}\n", True),
        ("a: &l {x: 1}\nb: {<<: *l, y: 2}\n", "a: {x: 1}\nb: {x: 1, y: 2}\n", True),
        ("a: |\n  x\n", 'a: "x\\n"\n', True),
        ("a: 1\n", "a: '1'\n", False),
        ("a: 1\n", "a: true\n", False),
        ("a: [x, y]\n", "a: [y, x]\n", False),
        ("a: []\n", "a: !override []\n", False),
        ("a: 1\n", "a: 1\n---\nb: 1\n", False),
        ("a: 1\n", "a: 1\na: 1\n", False),
        ("a: [1\n", "a: [1\n", False),
    ],
)
def test_formatting_is_told_from_meaning(base: str, yours: str, same: bool) -> None:
    assert formatting_only(base, yours) is same


UNREADABLE = ["!!int twelve", "!!int ''", "!!bool x", "!!timestamp x", "2024-02-30", "9" * 5000]


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_value_that_no_program_could_read_is_compared_as_it_stands(text: str) -> None:
    assert formatting_only(f"a: {text}\n", f"a:   {text}\n")
