"""What promtool says becomes results; promtool itself is played by recorded words (tests/replay has the real one)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import replay_sample

from obsboot import promtool
from obsboot.model import Exit, ObsbootError, Pack, Result
from obsboot.promtool import Ran
from obsboot.render.rule_tests import rule_tests
from obsboot.render.rules import rules
from obsboot.replay import files_of, replay, replay_with

SAID = {
    "quiet": (
        'count_over_time(ALERTS{alertname=\\"KettleHot\\"}[10m30s])',
        "10m30s", "nil", '{alertname="KettleHot"} 3E+00',
    ),
    "hold": (
        'max(count_over_time(ALERTS{alertname=\\"KettleHot\\", alertstate=\\"pending\\"}[22m30s]))',
        "22m30s", "{} 6E+00", "{} 1E+00",
    ),
    "vacuous": ('max(ALERTS{alertname=\\"KettleHot\\", alertstate=\\"firing\\"})', "22m30s", "{} 1E+00", "nil"),
    "keep": ('max(ALERTS{alertname=\\"KettleHot\\", alertstate=\\"firing\\"})', "24m30s", "{} 1E+00", "nil"),
    "resolve": ('ALERTS{alertname=\\"KettleHot\\"}', "35m", "nil", '{alertname="KettleHot"} 1E+00'),
}  # fmt: skip
"""Assertion -> expression, time, expected and got, as promtool 2.42 and 3.5 write them."""


@cache
def rendered() -> Pack:
    stack = replay_sample.stack()
    made = {file.path: file.text for part in (rules(stack), rule_tests(stack)) for file in part}
    return Pack(Path(), stack, made)


def pack(**files: str) -> Pack:
    return replace(rendered(), files={**rendered().files, **files})


class Fake:
    """A promtool that fails what its `words` name, and passes all else."""

    def __init__(self, words: dict[str, Ran] | None = None, version: str = "3.5.3") -> None:
        self.words, self.version, self.calls = words or {}, version, [("",)]

    def __call__(self, arguments: Sequence[str]) -> Ran:
        self.calls.append(tuple(arguments))
        if arguments[0] == "--version":
            return Ran(0, f"promtool, version {self.version} (branch: x, revision: y)\n", 0.0)
        return self.words.get(" ".join(arguments), Ran(0, "SUCCESS", 0.5))


def failing(*names: str) -> Ran:
    lines = [
        f'    expr: "{expr}", time: {at},\n        exp: {expected}\n        got: {got}'
        for expr, at, expected, got in (SAID[name] for name in names)
    ]
    return Ran(1, "Unit Testing:  tests/black.yaml\n  FAILED:\n" + "\n".join(lines) + "\n\n", 0.5)


def of(results: tuple[Result, ...], subject: str) -> Result:
    return next(result for result in results if result.subject == subject)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("quiet", "KettleHot is pending or firing in its good time, up to 10m30s"),
        ("hold", "KettleHot is pending for 1 evaluations instead of 6"),
        ("vacuous", "KettleHot does not fire in its bad time, up to 22m30s"),
        ("keep", "KettleHot is not kept firing until 24m30s"),
        ("resolve", "KettleHot is still there at 35m, long after its bad time"),
    ],
)
def test_a_broken_promise_becomes_a_finding_at_the_test(name: str, message: str) -> None:
    stack = pack()
    results = replay_with(stack, Fake({"test rules tests/black.yaml": failing(name)}))
    hot = of(results, "black/KettleHot")
    finding = hot.findings[0]
    lines = stack.files["obs/prometheus/tests/black.yaml"].splitlines()
    assert (hot.outcome, hot.reason) == ("failed", message)
    assert (finding.check, finding.message) == (f"replay/{name}", message)
    assert lines[finding.line - 1] == "- name: KettleHot"
    assert finding.why
    assert finding.fix


def test_only_the_alert_whose_timeline_failed_fails() -> None:
    results = replay_with(pack(), Fake({"test rules tests/black.yaml": failing("vacuous", "keep")}))
    outcomes = {r.subject: r.outcome for r in results if r.check == "replay/alert"}
    assert outcomes.pop("black/KettleHot") == "failed"
    assert outcomes.pop("black/KettleRusty") == "skipped"
    assert set(outcomes.values()) == {"passed"}
    assert len(of(results, "black/KettleHot").findings) == 2


def test_the_detail_says_which_promtool_played_which_times() -> None:
    hot = of(replay_with(pack(), Fake()), "black/KettleHot")
    assert hot.detail["promtool"] == "3.5.3"
    assert hot.detail["edges"] == [630.0, 1350.0, 2100.0]
    assert hot.detail["file"] == "obs/prometheus/tests/black.yaml"


def test_config_rules_and_every_test_file_are_asked_about() -> None:
    fake = Fake()
    replay_with(pack(**{"obs/prometheus/prometheus.yml": "scrape_configs: []"}), fake)
    asked = [" ".join(call) for call in fake.calls[1:]]
    assert sorted(asked) == [
        "--version",
        "check config --syntax-only prometheus.yml",
        "check rules --lint=all --lint-fatal rules/black.yaml",
        "test rules tests/black.every-1m.yaml",
        "test rules tests/black.every-30m.yaml",
        "test rules tests/black.yaml",
    ]


def test_a_rule_file_that_does_not_load_is_a_finding_with_its_line() -> None:
    said = Ran(1, "Checking rules/black.yaml\n  FAILED:\nrules/black.yaml: yaml: line 7: did not find key\n", 0.1)
    results = replay_with(pack(), Fake({"check rules --lint=all --lint-fatal rules/black.yaml": said}))
    finding = of(results, "rules/black.yaml").findings[0]
    assert (finding.path, finding.line) == ("obs/prometheus/rules/black.yaml", 7)
    assert "did not find key" in finding.message


@pytest.mark.parametrize("said", [Ran(None, "promtool did not end within 300 s", 300.0), Ran(2, "panic: oh", 0.1)])
def test_a_promtool_that_cannot_tell_is_an_error_and_not_a_pass(said: Ran) -> None:
    results = replay_with(pack(), Fake({"test rules tests/black.yaml": said}))
    hot = of(results, "black/KettleHot")
    assert (hot.outcome, hot.reason) == ("error", said.output)


def test_rule_checks_that_do_not_end_are_errors() -> None:
    late = Ran(None, "late", 300.0)
    results = replay_with(pack(), Fake({"check rules --lint=all --lint-fatal rules/black.yaml": late}))
    assert of(results, "rules/black.yaml").outcome == "error"


@pytest.mark.parametrize(
    ("version", "reason"), [("2.41.0", "does not know keep_firing_for"), ("weird", "version weird")]
)
def test_a_promtool_that_is_too_old_or_strange_is_an_error(version: str, reason: str) -> None:
    (only,) = replay_with(pack(), Fake(version=version))
    assert only.outcome == "error"
    assert reason in only.reason


def test_an_alert_without_timeline_is_a_finding_unless_a_reason_is_given() -> None:
    rule = "groups:\n- name: g\n  rules:\n  - alert: Sneaky\n    expr: up == 0\n"
    results = replay_with(pack(**{"obs/prometheus/rules/extra.yaml": rule}), Fake())
    sneaky = of(results, "extra/Sneaky")
    assert sneaky.outcome == "failed"
    assert (sneaky.findings[0].check, sneaky.findings[0].line) == ("replay/untested", 4)
    assert of(results, "black/KettleRusty").reason == "not played: rust has no clock"


def test_the_user_s_own_rules_need_no_timeline() -> None:
    rule = "groups:\n- name: g\n  rules:\n  - alert: Mine\n    expr: up == 0\n"
    results = replay_with(pack(**{"obs/prometheus/rules/local/mine.yaml": rule}), Fake())
    assert not [result for result in results if "Mine" in result.subject]
    assert of(results, "rules/local/mine.yaml").outcome == "passed"


@pytest.mark.parametrize("text", ["", "tests: 7", "{", "tests: [{nameless: 1}]", "- 1"])
def test_a_broken_test_file_is_an_error(text: str) -> None:
    results = replay_with(pack(**{"obs/prometheus/tests/black.yaml": text}), Fake())
    assert of(results, "black/*").outcome == "error"


def test_paths_that_lead_out_of_the_pack_are_not_laid_out() -> None:
    assert "rules/../../evil.yaml" not in files_of(pack(**{"obs/prometheus/rules/../../evil.yaml": "x"}))


def test_without_promtool_the_replay_is_skipped_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (only,) = replay(pack())
    assert only.outcome == "skipped"
    assert "--promtool" in only.reason


def test_a_wrong_name_is_a_usage_error() -> None:
    with pytest.raises(ObsbootError, match="no program") as raised:
        replay(pack(), "/nowhere/promtool")
    assert raised.value.code == Exit.USAGE


def script(folder: Path, text: str) -> str:
    """An executable that stands in for promtool."""
    path = folder / "promtool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_files_are_laid_out_where_promtool_runs_and_removed_again(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    tool = script(tmp_path, f'pwd >>{seen}; find . -type f >>{seen}; echo "promtool, version 3.5.3"')
    results = replay(pack(), tool)
    lines = seen.read_text().splitlines()
    assert "./rules/black.yaml" in lines
    assert not Path(lines[0]).exists()
    assert of(results, "black/KettleHot").outcome == "passed"


def test_a_call_is_bound_in_time(tmp_path: Path) -> None:
    ran = promtool.local(script(tmp_path, "exec sleep 60"), tmp_path, limit=0.2)(["--version"])
    assert ran.code is None
    assert "0.2 s" in ran.output


def test_a_program_that_cannot_start_is_told(tmp_path: Path) -> None:
    path = tmp_path / "promtool"
    path.write_text("#!/no/such/shell\n")
    path.chmod(0o755)
    assert promtool.local(str(path), tmp_path)(["--version"]).code is None


def test_the_program_on_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = script(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert promtool.find(None) == tool


def test_failures_keep_what_promtool_said() -> None:
    (failure,) = promtool.failures(failing("hold").output)
    assert str(failure) == (
        'max(count_over_time(ALERTS{alertname="KettleHot", alertstate="pending"}[22m30s])) at 22m30s: expected 6, got 1'
    )
    assert not re.search(r"E\+", str(failure))
