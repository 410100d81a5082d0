"""Which configurations load: the same verdicts that Prometheus' own tool gave of each."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_sample import VERDICTS

from obsboot.sources.documents import MalformedError
from obsboot.sources.prometheus import faults, late
from obsboot.sources.yaml import read_yaml


def refused(config: str) -> list[str]:
    try:
        data = read_yaml(config)
    except MalformedError as error:
        return [str(error)]
    return [*(message for _, message in faults(data)), *(f"late: {each[1]}" for each in late(data))]


@pytest.mark.parametrize("verdict", VERDICTS, ids=[each["name"] for each in VERDICTS])
def test_the_verdict_is_that_of_prometheus(verdict: dict[str, Any]) -> None:
    assert (not refused(verdict["config"])) == verdict["loads"], refused(verdict["config"])


def test_the_table_has_both_kinds() -> None:
    loaded = sum(each["loads"] for each in VERDICTS)
    assert min(loaded, len(VERDICTS) - loaded) > 50


def test_a_fault_has_its_place() -> None:
    data = read_yaml("global:\n  scrape_intervall: 5s\nscrape_configs:\n- job_name: a\n  honor_labels: 'yes'\n")
    assert [(line, line.column, message) for line, message in faults(data)] == [  # type: ignore[attr-defined]
        (2, 3, "unknown field 'scrape_intervall': did you mean 'scrape_interval'?"),
        (5, 17, "honor_labels: 'yes' is neither true nor false"),
    ]


def test_a_fragment_has_jobs_only() -> None:
    data = read_yaml("scrape_configs: []\nglobal: {}\n")
    assert not list(faults(data))
    assert [message for _, message in faults(data, fragment=True)] == ["unknown field 'global': known: scrape_configs"]
