"""What exporters answered: series, metrics, and what cannot be read of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_sample import READABLE

from obsboot.catalog import own_root, parse
from obsboot.sources.expositions import Exposition, exposition
from obsboot.sources.source import Source, Text

RECORDINGS = sorted((own_root() / "templates/components").rglob("*.prom"))


def read(text: str) -> Exposition:
    return exposition(Source("a.prom", text, Text(text)))


@pytest.mark.parametrize("case", READABLE, ids=[each["name"] for each in READABLE])
def test_what_prometheus_reads_is_read(case: dict[str, Any]) -> None:
    assert (not read(case["text"]).faults) == case["reads"]


@pytest.mark.parametrize("path", RECORDINGS, ids=[f"{path.parents[1].name}/{path.stem}" for path in RECORDINGS])
def test_recordings_are_read_as_the_catalogue_does(path: Path) -> None:
    found, known = read(path.read_text()), parse(path.read_text())
    assert not found.faults
    seen = {name: metric for name, metric in found.metrics.items() if metric.samples}
    assert set(seen) == set(known.families)
    assert {name: set(metric.values()) for name, metric in seen.items()} == {
        name: set(family.labels) for name, family in known.families.items()
    }


def test_parts_belong_to_their_metric() -> None:
    found = read(
        '# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n'
        '# TYPE b summary\nb{quantile="0.5"} 1\nb_sum 1\nc_sum 1\n'
    )
    assert {name: (metric.type, len(metric.samples)) for name, metric in found.metrics.items()} == {
        "a": ("histogram", 3), "b": ("summary", 2), "c_sum": ("untyped", 1),
    }  # fmt: skip


def test_openmetrics() -> None:
    text = '# TYPE a counter\n# UNIT a_seconds seconds\na_total 1 1.5 # {trace="x"} 1\na_created 1\n'
    text += '# TYPE b info\nb_info{c="d"} 1\n'
    assert not read(f"{text}# EOF\n").faults
    assert set(read(f"{text}# EOF\n").metrics) == {"a", "b"}
    assert [int(line) for line, _ in read(text).faults] == [3, 5]


PLACES = [("a{b=c} 1", 3), ('a{b="c" 1', 9), ("1a 1", 1), ("a x", 3), ('a{b="c"} x', 9), (' a{b="c",d=e} 1', 10)]


@pytest.mark.parametrize(("row", "column"), PLACES)
def test_a_fault_has_its_place(row: str, column: int) -> None:
    ((line, _),) = read(f"ok 1\n{row}\n").faults
    assert (line, line.column) == (2, column)  # type: ignore[attr-defined]


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,5}", fullmatch=True), st.text(st.characters(exclude_categories=["Cs", "Cc"]))
    )
)
def test_label_values_come_back(labels: dict[str, str]) -> None:
    escaped = ((name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in labels.items())
    row = ",".join(f'{name}="{value}"' for name, value in escaped)
    found = read(f"a{{{row}}} 1\n")
    assert not found.faults
    assert found.metrics["a"].samples[0].labels == labels


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(text)


def test_a_long_answer_is_read_in_time() -> None:
    rows = [f'a{{path="/x/{number}",code="200"}} {number}' for number in range(50_000)]
    rows += ['b{c="' + "d" * 100_000, "e{" + "f=g," * 20_000]
    began = time.process_time()
    found = read("\n".join(rows))
    assert time.process_time() - began < 5
    assert len(found.faults) == 2
