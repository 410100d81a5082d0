"""The linter against faults that were seeded into a clean stack, and against what others write."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.seeded.collections_review import collections, concerns, excused, known_wrong
from tests.seeded.defects import Defect, defects
from tests.seeded.verdicts import Judged, clean, judge, try_defect

SEEDED = {
    "scrape config": 19,
    "exposition": 4,
    "rules": 50,
    "rule tests": 2,
    "Alertmanager": 18,
    "dashboards": 24,
    "Grafana provisioning": 3,
    "Logstash": 24,
    "Filebeat": 9,
    "Elasticsearch": 11,
    "Kibana": 4,
    "Compose": 6,
}
ALL = defects()
MORE = defects("variants")


def of(area: str) -> list[Defect]:
    return [defect for defect in (*ALL, *MORE) if defect.area == area]


@cache
def said_of(collection: Path) -> Judged:
    return judge(collection)


def test_as_many_as_the_public_tools_were_measured_with() -> None:
    assert Counter(defect.area for defect in ALL) == SEEDED
    assert len({defect.id for defect in (*ALL, *MORE)}) == len(ALL) + len(MORE)


def test_the_clean_stack_is_quiet() -> None:
    assert clean().loud == ()


@pytest.mark.parametrize("area", SEEDED)
def test_a_fault_is_found_where_it_is(area: str) -> None:
    verdicts = [try_defect(defect) for defect in of(area)]
    assert [verdict.broken for verdict in verdicts if verdict.broken] == []
    known = {defect.id for defect in of(area) if defect.missed or not defect.offline}
    assert {verdict.defect.id for verdict in verdicts if not verdict.caught} == known
    moved = {verdict.defect.id for verdict in verdicts if verdict.caught and not verdict.placed}
    assert moved == {defect.id for defect in of(area) if defect.elsewhere}


def test_what_is_known_to_be_missed_is_little() -> None:
    offline = [defect for defect in ALL if defect.offline]
    assert len(offline) >= 0.95 * len(ALL)
    assert sum(not defect.missed for defect in offline) >= 0.90 * len(offline)
    assert sum(bool(defect.elsewhere) for defect in offline) <= 0.05 * len(offline)


@pytest.mark.parametrize("collection", collections(), ids=lambda root: root.name)
def test_no_error_on_what_is_right(collection: Path) -> None:
    said = said_of(collection)
    assert said.broken == ()
    errors = [finding for finding in said.findings if finding.severity == "error"]
    assert [finding for finding in errors if not excused(collection.name, finding)] == []


def test_what_is_wrong_on_purpose_is_found() -> None:
    said = [(root.name, finding) for root in collections() for finding in said_of(root).loud]
    silent = {each["why"] for each in known_wrong() if not any(concerns(each, *pair) for pair in said)}
    assert silent == {each["why"] for each in known_wrong() if "missed" in each}
