"""The rules of `obsboot catalog check`: the sample passes them all, and each mistake is found by its rule alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import load
from obsboot.catalog.sweep import RULES, examine, grafana_units, sweep

RECORDING = "templates/components/kettle/metrics/2.1.0.prom"
OTHER = """\
    title: Pan
    kind: platform
    exporter: {image: "example/pan:1", port: 9901}
    """

FINDINGS = {
    # what is wrong: (rule, file, piece, its replacement, message)
    "unknown unit": ("units", "component", "unit: bool_on_off", "unit: boolean_on_off",
        "Grafana has no unit 'boolean_on_off'"),
    "excuse without need": ("shown", "component", "unit: percentunit", "unit: percentunit\n    reserve: Later.",
        "signal 'level' is shown: nothing to excuse"),
    "missing template": ("files", "component", "grants/grant.sh", "grants/grand.sh",
        "there is no file 'grants/grand.sh' in the component's folder"),
    "broken pattern": ("clues", "component", "(?P<version>", "(?P<version",
        "is no regular expression: missing >, unterminated name"),
    "finding for nobody": ("clues", "component", "(?P<version>", "(?P<flavour>",
        "it finds 'flavour', which is nobody's answer"),
    "clue that looks nowhere": ("clues", "component", "files: [compose.yaml], ", "",
        "a clue has either `image`, or `files` and `pattern`"),
    "clue with a broken image": ("clues", "component",
        "{files: [compose.yaml], pattern: 'image: kettle:(?P<version>\\d+)'",
        "{image: 'kettle:('", "'kettle:(' is no regular expression"),
    "summary with a variable": ("summaries", "alerts", "The kettle is nearly empty", "'{{ $value }} is left'",
        "the summary of KettleLow has variables"),
    "no PromQL": ("promql", "component", "expr: kettle_up or up", "expr: kettle_up or", "this is no PromQL: "),
    "matcher of the engine": ("promql", "component", "expr: kettle_up or up", 'expr: kettle_up{job="kettle"} or up',
        "the expression matches 'job' itself"),
    "unknown metric": ("recorded", "component", "expr: kettle_up or up", "expr: kettle_upp or kettle_up or up",
        "signal 'available': no recording holds the metric 'kettle_upp'"),
    "unknown label": ("recorded", "component", "{kind=", "{sort=",
        "signal 'level': 'kettle_litres_total' has no label 'sort' in any recording"),
    "excuse for what is recorded": ("recorded", "component", "unit: percentunit",
        "unit: percentunit\n    unrecorded: No.",
        "everything that 'level' asks for is recorded: nothing to excuse"),
    "replay of what nobody reads": ("replay", "alerts", 'good: {kettle_up: "1"}', 'good: {kettle_litres_total: "1"}',
        "KettleDown does not read 'kettle_litres_total'"),
    "replay that is no series": ("replay", "alerts", 'good: {kettle_up: "1"}', 'good: {"kettle_up{": "1"}',
        "'kettle_up{' is no series: "),
    "replay of many series": ("replay", "alerts", 'good: {kettle_up: "1"}', "good: {'kettle_up{a=~\"b\"}': '1'}",
        "is no single series"),
    "replay that shows nothing": ("replay", "alerts", '"+60 * threshold * 0.95"', '"+60 * threshold * 1.05"',
        "the good and the bad time are the same, so this replay shows nothing"),
    "missing script": ("recipe", "recipe", "boil: {on: server, script: boil.sh", "boil: {on: server, script: cook.sh",
        "there is no live/cook.sh"),
    "unknown container": ("recipe", "recipe", "boil: {on: server", "boil: {on: servant",
        "there is no container 'servant'"),
    "fault of no use": ("recipe", "alerts", "fault: cold", "no_fault: None.", "no alert uses the fault 'cold'"),
    "fault with unknown company": ("recipe", "recipe", "parameters: {litres: 0}", "also: [PanHot]",
        "there is no alert 'PanHot'"),
    "recipe that does not fit": ("recipe", "alerts", "fault: cold", "fault: cool", "there is no fault 'cool'"),
}  # fmt: skip


def rules_of(root: Path) -> dict[str, list[str]]:
    catalogue = load([root])
    found = {rule: [f.message for f in examine(rule, catalogue, catalogue["kettle"])] for rule in RULES}
    return {rule.removeprefix("catalogue/"): messages for rule, messages in found.items() if messages}


def test_the_sample_holds_together(sample: Any) -> None:
    assert sweep(load([sample.root])) == ()


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_rule_finds_what_is_wrong(sample: Any, finding: str) -> None:
    rule, name, old, new, message = FINDINGS[finding]
    sample.change(name, old, new)
    found = rules_of(sample.root)
    assert any(message in each for each in found[rule]), found
    assert set(found) <= {rule, "recipe", "proof"}


def test_a_finding_has_a_file_a_line_and_a_way_out(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.change("component", "unit: bool_on_off", "unit: bool_on_of")
    monkeypatch.chdir(sample.root)
    (finding,) = sweep(load([sample.root]))
    lines = sample.path("component").read_text().splitlines()
    assert (finding.check, finding.severity) == ("catalogue/units", "error")
    assert finding.path == "templates/components/kettle/component.yaml"
    assert lines[finding.line - 1].strip() == "unit: bool_on_of"
    assert finding.fix == "did you mean 'bool_on_off'?"


def test_a_signal_that_nothing_shows(sample: Any) -> None:
    spare = "signals:\n  spare: {title: a, question: b, unit: short, expr: up, no_truth: None.}\n"
    sample.change("component", "signals:\n", spare)
    assert rules_of(sample.root) == {"shown": ["signal 'spare' is on no panel and in no alert"]}


def test_a_signal_that_nothing_can_prove(sample: Any) -> None:
    spare = "signals:\n  spare: {title: a, question: b, unit: percentunit, expr: up}\n"
    sample.change("component", "signals:\n", spare)
    sample.change("dashboard", "- level", "- {signals: [level, spare]}")
    assert rules_of(sample.root) == {"proof": ["nothing can prove the signal 'spare'"]}


def test_a_reserve_needs_neither_panel_nor_proof(sample: Any) -> None:
    spare = "signals:\n  spare: {title: a, question: b, unit: short, expr: up, reserve: For joins.}\n"
    sample.change("component", "signals:\n", spare)
    assert rules_of(sample.root) == {}


def test_the_three_folders_have_the_same_ids(sample: Any) -> None:
    sample.path("dashboard").unlink()
    sample.path("alerts").unlink()
    found = rules_of(sample.root)
    assert found["same-ids"] == ["there is no dashboards/kettle.yaml", "there is no alerts/kettle.yaml"]


def test_a_folder_that_holds_no_component(sample: Any) -> None:
    (sample.root / "templates" / "components" / "pan" / "live").mkdir(parents=True)
    (finding,) = sweep(load([sample.root]))
    assert finding.message == "the folder has no component.yaml"


def test_ports_and_series_belong_to_one_component(sample: Any) -> None:
    sample.change("component", "port: 7000", "port: 7000\nseries: [kettle_litres_]")
    pan = OTHER.replace("9901}", "9900}\n    series: [kettle_]")
    sample.written(files={"templates/components/pan/component.yaml": pan})
    found = rules_of(sample.root)
    assert found["ports"] == ["port 9900 is the exporter's of 'pan'"]
    assert found["series"] == ["series 'kettle_litres_' belong to 'pan' already"]


def test_a_component_without_a_recording(sample: Any) -> None:
    sample.path(RECORDING).unlink()
    assert rules_of(sample.root) == {"recorded": ["kettle has no recording under metrics/"]}


def test_metrics_of_another_component_may_be_read(sample: Any) -> None:
    sample.change("component", "expr: kettle_up or up", "expr: kettle_up and pan_up")
    sample.change("alerts", 'bad: {kettle_up: "_", up: 0}', 'bad: {kettle_up: "_", pan_up: 0}')
    assert "recorded" in rules_of(sample.root)
    home = "templates/components/pan"
    sample.written(files={f"{home}/component.yaml": OTHER, f"{home}/metrics/1.prom": "# TYPE pan_up gauge\npan_up 1\n"})
    assert rules_of(sample.root) == {}


def test_a_replay_may_feed_what_is_recorded_below(sample: Any) -> None:
    total = "  total: {title: a, question: b, unit: percentunit, expr: 'sum(job:kettle_level:rate5m)', no_truth: n}"
    sample.change("component", "signals:\n", f"signals:\n{total}\n")
    sample.change("dashboard", "- level", "- {signals: [level, total]}")
    alert = sample.path("alerts").read_text() + (
        "KettlesLow:\n  signal: total\n  below: 1\n  severity: info\n  summary: s\n  reason: r\n  runbook: r\n"
        "  replay: {good: {kettle_litres_total: '+60'}, bad: {kettle_litres_total: '+0'}}\n  no_fault: n\n"
    )
    sample.path("alerts").write_text(alert)
    assert rules_of(sample.root) == {}


def test_units_are_those_of_grafana() -> None:
    assert {"percentunit", "s", "bytes", "reqps", "short", "none"} <= grafana_units()
    assert not any(unit.startswith("#") for unit in grafana_units())


@pytest.mark.parametrize(
    ("window", "found"), [("1h", {}), ("2h", {"recorded": ["nothing records 'job:kettle_level:rate2h'"]})]
)
def test_an_alert_may_ask_for_another_window_of_a_record(sample: Any, window: str, found: dict[str, list[str]]) -> None:
    total = "  total: {title: a, question: b, unit: percentunit, expr: 'sum(job:kettle_level:rate5m)', no_truth: n}"
    sample.change("component", "signals:\n", f"signals:\n{total}\n")
    alert = (
        f"KettlesLow:\n  signal: total\n  below: 1\n  window: {window}\n  severity: info\n  summary: s\n  reason: r\n"
        "  runbook: r\n  no_replay: n\n  no_fault: n\n"
    )
    sample.path("alerts").write_text(sample.path("alerts").read_text() + alert)
    assert rules_of(sample.root) == found


def test_an_answer_in_an_expression_is_no_metric(sample: Any) -> None:
    sample.change("component", "expr: kettle_up or up", "expr: kettle_up > answer:floor")
    sample.change("alerts", 'bad: {kettle_up: "_", up: 0}', 'bad: {kettle_up: "_"}')
    assert rules_of(sample.root) == {}
