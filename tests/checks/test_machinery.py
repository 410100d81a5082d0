"""What holds for all checks: what cannot be read never passes, a check that breaks hides nothing, lines are right."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator

import example
import pytest
from hypothesis import given
from plain_data import PLAIN, nested

from obsboot import checks as package
from obsboot.checks import Check, check, checks
from obsboot.model import Finding, Result
from obsboot.sources.context import Context
from obsboot.sources.documents import MalformedError
from obsboot.sources.json import json_lines, read_json
from obsboot.sources.yaml import read_yaml

RULES = "observability/prometheus/rules/cache.yaml"
DASHBOARD = "observability/grafana/dashboards/cache.json"


def results(files: dict[str, str], mode: str = "own-stack") -> dict[str, Result]:
    return {result.check: result for result in check(example.pack(files, mode))}


def test_a_rule_file_that_does_not_parse_makes_every_check_of_rules_an_error() -> None:
    found = results({**example.good(), RULES: "groups: [\n"})
    assert found["yaml/parse"].outcome == "failed"
    for name in ("rules/comparison", "rules/severity", "promql/syntax", "promql/unit", "alertmanager/receivers"):
        assert found[name].outcome == "error"
        assert f"{RULES}:2 cannot be read" in found[name].reason
    assert found["compose/pins"].outcome == "passed"


def test_a_rule_file_that_holds_no_rules_is_an_error_too() -> None:
    found = results({**example.good(), RULES: "rules: []\n"})
    assert found["yaml/parse"].outcome == "passed"
    assert found["rules/hold"].outcome == "error"
    assert "a list called 'groups'" in found["rules/hold"].reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("groups:\n- name: a\n", "a group is a mapping with a list called 'rules'"),
        ("groups:\n- name: a\n  rules:\n  - up\n", "a rule is a mapping"),
        ("groups:\n- name: a\n  rules:\n  - expr: up\n", "a rule has 'alert' or 'record'"),
    ],
)
def test_what_is_no_rule_is_an_error(text: str, why: str) -> None:
    assert why in results({**example.good(), RULES: text})["rules/severity"].reason


def test_an_expression_that_does_not_parse_makes_the_others_an_error() -> None:
    broken = example.good()[RULES].replace("(kv_up{", "((kv_up{")
    found = results({**example.good(), RULES: broken})
    assert found["promql/syntax"].outcome == "failed"
    assert found["promql/type"].outcome == "error"
    assert "cache.yaml:5 does not parse" in found["promql/type"].reason


def test_findings_count_even_where_something_could_not_be_read() -> None:
    rules = example.good()[RULES].replace("severity: critical", "severity: page")
    found = results({**example.good(), RULES: rules, "observability/prometheus/rules/second.yaml": "groups: ["})
    assert found["rules/severity"].outcome == "failed"
    assert "second.yaml" in found["rules/severity"].reason


def test_a_dashboard_that_does_not_parse_makes_its_checks_an_error() -> None:
    found = results({**example.good(), DASHBOARD: "{"})
    assert found["json/parse"].outcome == "failed"
    assert found["dashboard/unit"].outcome == "error"
    assert results({**example.good(), DASHBOARD: "[]"})["dashboard/unit"].outcome == "error"


def test_without_a_file_a_check_of_it_is_an_error() -> None:
    files = {path: text for path, text in example.good().items() if "alertmanager.yml" not in path}
    found = results(files)
    assert found["alertmanager/load"].outcome == "error"
    assert found["alertmanager/load"].reason == "observability/alertmanager/alertmanager.yml is missing"
    assert found["state/manifest"].outcome == "failed"


def test_files_only_skips_what_it_does_not_have() -> None:
    gone = ("/compose.yaml", "/prometheus.yml", "/alertmanager.yml", "/datasources/logs.yaml")
    files = {path: text for path, text in example.good().items() if not path.endswith(gone)}
    scrape = example.good()["observability/prometheus/prometheus.yml"]
    routing = example.good()["observability/alertmanager/alertmanager.yml"]
    jobs = scrape[scrape.index("scrape_configs") :]
    fragment = "routes:\n- matchers: ['service=\"shop\"']\n  receiver: warning\n  routes:\n"
    below = routing[routing.index("  - matchers: ['alertname") : routing.index("receivers:")]
    files["observability/prometheus/scrape.yaml"] = jobs[: jobs.index("- job_name: shop-alertmanager")]
    files["observability/alertmanager/routes.yaml"] = fragment + below + routing[routing.index("receivers:") :]
    found = results(files, "files-only")
    assert {name for name, result in found.items() if result.outcome == "skipped"} == {
        "compose/exposure", "compose/health", "compose/limits", "compose/pins", "compose/privileges",
        "compose/references", "compose/secrets", "scrape/rule-files",
    }  # fmt: skip
    bad = {name: result for name, result in found.items() if result.outcome not in ("passed", "skipped")}
    assert set(bad) == {"state/manifest"}
    (target,) = found["scrape/unknown-target"].findings
    assert target.severity == "warning"
    assert "this pack starts no cache-exporter" in target.message


class Broken(Check):
    id = "test/broken"
    title = explanation = fix = "none"

    def run(self, context: Context) -> Iterator[Finding]:
        yield self.finding("a", 1, "found before it broke", severity="warning")
        raise RuntimeError("oh")


def test_a_check_that_breaks_is_an_error_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "checks", lambda: (Broken(), *checks()))
    broken, *others = check(example.pack(example.good()))
    assert (broken.outcome, broken.reason) == ("error", "the check broke: RuntimeError: oh")
    assert [finding.message for finding in broken.findings] == ["found before it broke"]
    assert {result.outcome for result in others} == {"passed"}


def test_checks_are_found_and_sorted_by_id() -> None:
    names = [each.id for each in checks()]
    assert names == sorted(set(names))
    assert len(names) > 50


def test_only_some_checks_can_be_asked_for() -> None:
    assert [result.check for result in check(example.pack(example.good()), only=["json/parse"])] == ["json/parse"]


def test_a_large_pack_is_checked_in_time_and_memory() -> None:
    """About 100 rules and 150 panels: each third of a rule file and each two panels, many times."""
    rules = example.good()[RULES]
    board = json.loads(example.good()[DASHBOARD])
    files = dict(example.good())
    for number in range(25):
        files[f"observability/prometheus/rules/cache{number}.yaml"] = rules.replace("name: shop", f"name: shop{number}")
        board["panels"] = [
            {**p, "gridPos": {**p["gridPos"], "y": 9 * i}} for i, p in enumerate(board["panels"][1:] * 3)
        ]
        files[f"observability/grafana/dashboards/b{number}.json"] = json.dumps({**board, "uid": f"b{number}"}, indent=2)
        board["panels"] = [{}, *board["panels"][:2]]
    check(example.pack(example.good()))  # modules are loaded by now
    tracemalloc.start()
    began = time.process_time()
    check(example.pack(files))
    seconds = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 5  # under tracemalloc and whatever else runs; about 0.3 s without
    assert peak < 50_000_000


# Documents


def test_yaml_lines() -> None:
    data = read_yaml("a: 1\nb:\n  - x\n  - y: |-\n      first\n      second\n    z: [1,\n      2]\n")
    assert (data["a"], data["b"][0], data["b"][1]["y"]) == (1, "x", "first\nsecond")
    assert data.lines == {"a": 1, "b": 2}
    assert data["b"].lines == [3, 4]
    assert data["b"][1].lines == {"y": 4, "z": 7}
    assert data["b"][1].texts["y"] == 5
    assert data["b"][1]["z"].lines == [7, 8]
    assert data["b"][1].at("none") == 4


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1\nb: 2\n", 2), ("a: 1\na: 2\n", 2), ("a:\n\t- 1\n", 2), ("a: *b\n", 1)]
)
def test_malformed_yaml(text: str, line: int) -> None:
    with pytest.raises(MalformedError) as caught:
        read_yaml(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line"), [('{"a": 1\n "b": 2}', 2), ('{"a": 1,\n "a": 2}', 2), ("[" * 100_000, 1), ("", 1)]
)
def test_malformed_json(text: str, line: int) -> None:
    with pytest.raises(MalformedError) as caught:
        read_json(text)
    assert caught.value.line == line


def ways(data: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield way
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from ways(value, (*way, key))


@given(nested(PLAIN))
def test_every_part_of_a_json_text_has_its_line(data: object) -> None:
    """Written with one part a line, the lines are those of the parts in their order."""
    text = json.dumps(data, indent=1)
    lines = json_lines(text)
    assert set(lines) == set(ways(data))
    rows = text.split("\n")
    for way, line in lines.items():
        if way and isinstance(way[-1], str):
            assert rows[line - 1].strip().startswith(json.dumps(way[-1]) + ":")
    found = [lines[way] for way in ways(data)]
    assert found == sorted(found)
