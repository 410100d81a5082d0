"""Relabelling does what Prometheus does."""

from __future__ import annotations

from typing import Any

import pytest
from example import folder
from hypothesis import given
from hypothesis import strategies as st
from prometheus_sample import RELABELLED, configured

from obsboot.sources.context import Context
from obsboot.sources.patterns import compiled, unreadable
from obsboot.sources.prometheus import relabelled, rules
from obsboot.sources.scraping import configurations
from obsboot.sources.yaml import read_yaml

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # Python's own, of what is written for Go

TARGET = {"__address__": "shop-a:8000", "job": "shop", "__meta_pod_label_team": "web"}


def became(text: str, labels: dict[str, str] | None = None) -> dict[str, str] | None:
    """The labels that the rules leave; None where they drop them."""
    found = relabelled(labels or TARGET, rules(read_yaml(text)))
    assert found is not None
    return dict(found.labels) if found.labels is not None else None


@pytest.mark.parametrize("case", RELABELLED, ids=[each["name"] for each in RELABELLED])
def test_a_rule_leaves_the_labels_that_prometheus_shows(case: dict[str, Any]) -> None:
    (configuration,) = configurations(Context(folder({"prometheus.yml": configured(case["rule"])})))
    (target,) = configuration.jobs[0].targets
    labels = target.labels
    shown = {**target.series, **{k: v for k, v in (labels or {}).items() if not k.startswith("__meta_")}}
    assert (shown if labels is not None else None) == case["labels"]


def test_labels_that_are_dropped() -> None:
    assert became("- {action: labeldrop, regex: '__.*'}") == {"job": "shop"}
    assert became("- {action: labelkeep, regex: job}") == {"job": "shop"}
    assert became("- {source_labels: [none], regex: '', target_label: job, replacement: ''}") == {
        name: value for name, value in TARGET.items() if name != "job"
    }


def test_rules_follow_each_other_and_are_known_by_what_they_write() -> None:
    steps = rules(read_yaml("- {target_label: a, replacement: b}\n- {source_labels: [a], regex: b, action: drop}\n"))
    found = relabelled({}, steps)
    assert found is not None
    assert (found.labels, found.dropped_by, dict(found.writers)) == (None, steps[1], {"a": steps[0]})


@pytest.mark.parametrize("pattern", ["\\pL", "a(?i)b", "(?U)a*", "\\Qa.b\\E"])
def test_what_python_reads_otherwise_is_not_tried(pattern: str) -> None:
    assert not unreadable(pattern)
    assert compiled(pattern) is None
    assert relabelled({}, rules(read_yaml(f"- {{action: drop, regex: '{pattern}'}}"))) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("[[:alpha:]]+", "abc"), ("\\x{41}", "A"), ("(?<n>a)", "a"), ("(?is)A.", "a\n"), ("a\\z", "a"), ("[[:^x]", ":")],
)
def test_what_go_writes_otherwise_is_translated(pattern: str, text: str) -> None:
    found = compiled(pattern)
    assert found is not None
    assert found.fullmatch(text)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(min_size=1), max_size=5))
def test_labels_without_rules_stay(labels: dict[str, str]) -> None:
    found = relabelled(labels, ())
    assert found is not None
    assert found.labels == labels
    kept = relabelled(labels, rules(read_yaml("- {action: labelmap, regex: '(.+)'}\n- {action: drop, regex: .+}\n")))
    assert kept is not None
    assert kept.labels == labels


def test_groups_that_a_pattern_has_not() -> None:
    (rule,) = rules(
        read_yaml("- {source_labels: [a], regex: '(a)', target_label: b, replacement: '$1_x ${1} $2 $1'}\n")
    )
    assert rule.missing_groups == ("1_x", "2")
