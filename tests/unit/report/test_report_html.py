"""The page: nothing from outside becomes markup, nothing is loaded, everything that was found is there."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_sample import FACTS, full, small

from obsboot.model import Finding, Proof, Proven, Report, Result
from obsboot.report.html import to_html

VOID = {"meta", "input", "br", "link"}


class Page(HTMLParser):
    """The elements, attributes and texts of a page; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.values += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def hostile(word: str) -> Report:
    """A report in which every text from outside is `word`."""
    finding = Finding(word, "error", word, 1, word, word, word)
    detail: dict[str, object] = {
        **dict.fromkeys(("title", "query", "formula", "unit", "fault", "fault_text"), word),
        **dict.fromkeys(("receiver", "severity", "op"), word),
        "tally": {word: 3}, "also": [word], "unexpected": [word], "measured": 1.0, "true": 1.0, "tolerance": 0.1,
        "samples": [[0, 1], [1, 2]], "threshold": 1.5, "value": 2.0, "edges": [1],
        "times": {"injected": 0, "firing": 1},
    }  # fmt: skip
    checks = ("live/alert", "live/truth", "replay/alert", "live/other")
    results = tuple(Result(check, f"{word}/{word}", "failed", word, (finding,), 1.0, detail) for check in checks)
    facts: dict[str, object] = {
        **dict.fromkeys(("command", "service", "team", "started", "on", "mode"), word),
        "changes": [word, {"file": word, "pack": word}],
        "images": {word: {"reference": word, "used": word + "x", "digest": word}}, "host": {word: word},
        "versions": {word: word}, "phases": [{"name": word, "start": 0, "length": 2, "predicted": 1}],
    }  # fmt: skip
    return Report(word, results, (Proven("alert", word, word, Proof.CHECKED, word),), facts)


NASTY = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='x", "</style><b>", "</title></svg>",
    "<!--", "]]>", "&lt;b&gt;", "{{ 7 * 7 }}", "{% raw %}", "javascript:alert(1)", "\x00\x08", "\u202e\ufeff",
]  # fmt: skip


@pytest.mark.parametrize("word", NASTY)
def test_hostile_words_never_become_markup(word: str) -> None:
    assert Page(to_html(hostile(word))).tags == Page(to_html(hostile("plain"))).tags


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1))
def test_no_text_at_all_becomes_markup(word: str) -> None:
    text = to_html(hostile(word.replace("/", "")))
    page = Page(text)
    assert {name for name, _ in page.values if name.startswith("on")} == set()
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert text.count("<svg") == [tag for tag, _ in page.tags].count("svg")


def test_the_page_loads_nothing() -> None:
    text = to_html(full())
    page = Page(text)
    loading = {"src", "srcset", "data", "action", "poster", "background", "xlink:href"}
    assert {name for name, _ in page.values} & loading == set()
    assert all(value.startswith("#") for name, value in page.values if name == "href")
    assert not re.search(r"url\(|@import|https?://", text)
    assert "default-src 'none'" in text


def test_every_result_finding_and_proof_is_on_the_page() -> None:
    report = full()
    text = Page(to_html(report)).text
    for result in report.results:
        assert result.subject in text
        assert result.reason in text
        for finding in result.findings:
            assert finding.message in text
            assert f"{finding.path}:{finding.line}" in text.replace(" :", ":")
    for each in report.proven:
        assert each.name in text
        assert each.limit in text
    assert "27 passed" in text
    assert "16 live" in text


def test_every_alert_has_a_timeline_and_every_truth_a_plot() -> None:
    labels = [value for name, value in Page(to_html(full())).values if name == "aria-label"]
    spoken = [label for label in labels if label.startswith("Timeline of")]
    assert len(spoken) == 7
    assert "Timeline of redis/RedisDown: fault on at 0 s, pending at 6 s, firing at 10 s" in " ".join(spoken)
    assert len([label for label in labels if ": measured" in label]) == 6


def test_every_drawing_has_a_text_for_those_who_do_not_see_it() -> None:
    text = to_html(full())
    assert text.count("<svg") == len(re.findall(r'<svg [^>]*role="img" aria-label="[^"]+"', text))


def test_colour_is_never_the_only_sign() -> None:
    text = Page(to_html(full())).text
    for sign in ("✓ passed", "✗ failed", "– skipped"):  # noqa: RUF001
        assert sign in text


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (small(), "Everything that was checked holds"),
        (small("failed"), "1 check failed"),
        (small("error"), "1 check could not be made"),
        (replace(small(), proven=()), "Nothing was proven"),
        (replace(small(), proven=(Proven("alert", "a", "b", Proof.WRITTEN),)), "Nothing was proven"),
    ],
)
def test_the_verdict_is_the_first_thing_said(report: Report, said: str) -> None:
    assert said in Page(to_html(report)).text[:200]


def test_an_empty_report_is_a_page_too() -> None:
    assert "Nothing was proven in this run." in Page(to_html(Report("empty", ()))).text


@pytest.mark.parametrize(
    "value", [None, "text", 7, float("nan"), [], {}, [[1]], [["a", "b"]], {"firing": "soon"}, True]
)
def test_odd_details_leave_a_gap_and_never_break_the_page(value: object) -> None:
    keys = (
        "samples",
        "times",
        "predicted",
        "true",
        "measured",
        "tolerance",
        "threshold",
        "tally",
        "window",
        "edges",
        "also",
    )
    detail = dict.fromkeys(keys, value)
    results = tuple(
        Result(check, "a/b", "passed", detail=detail) for check in ("live/alert", "live/truth", "replay/alert")
    )
    facts = {**dict.fromkeys(FACTS, value), "changes": [value], "phases": [value]}
    assert "a" in Page(to_html(Report("odd", results, (), facts))).text


def test_a_matrix_row_shows_a_failure_where_it_happened() -> None:
    row = re.search(r"<td>p99</td>.*?</tr>", to_html(full()), re.DOTALL)
    assert row
    assert re.findall(r'aria-label="([^"]+)"', row[0]) == [
        "written: passed", "checked: passed", "replayed: not shown", "live: failed",
    ]  # fmt: skip


def test_the_same_report_gives_the_same_bytes() -> None:
    assert to_html(full()) == to_html(full())
