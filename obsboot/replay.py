"""Playing the pack's rule tests with promtool: every alert's good and bad time, in simulated time, rules unmodified."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from obsboot import promtool as tool
from obsboot.model import Finding, Outcome, Pack, Result
from obsboot.promql import seconds_of
from obsboot.promtool import Failure, Ran, Runner
from obsboot.render.rule_tests import unplayed

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FIX = "Compare the timeline with the rule: the catalogue's `replay` and the rule have to say the same."


def replay(pack: Pack, promtool: str | None = None) -> tuple[Result, ...]:
    """What promtool says of the pack's config, rules and timelines: `replay/alert` has one result an alert.

    Without a promtool on PATH the one result is skipped. Raises ObsbootError where `promtool` names no program.
    """
    found = tool.find(promtool)
    if found is None:
        why = "promtool is not on PATH: install Prometheus' tools, or name it with --promtool PATH"
        return (Result("replay/promtool", "promtool", "skipped", why),)
    with tempfile.TemporaryDirectory(prefix="obsboot-replay-") as folder:
        for path, text in files_of(pack).items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return replay_with(pack, tool.local(found, Path(folder)))


def replay_with(pack: Pack, run: Runner) -> tuple[Result, ...]:
    """The same with a promtool anywhere, such as in a container; it runs where `files_of(pack)` lie."""
    said = run(["--version"])
    version = tool.version(said)
    if not version:
        return (Result("replay/promtool", "promtool", "error", said.brief),)
    spelt = ".".join(map(str, version))
    if version < tool.OLDEST:
        why = f"promtool {spelt} does not know keep_firing_for; it takes {'.'.join(map(str, tool.OLDEST))} or newer"
        return (Result("replay/promtool", "promtool", "error", why),)
    texts = files_of(pack)
    results = [*_configs(pack, texts, run), *_rules(pack, texts, run)]
    tests = [_Test(pack, path, texts[path], spelt) for path in _yaml_below("tests", texts)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # each only waits for its promtool
        results += [result for played in pool.map(lambda test: list(_play(test, run)), tests) for result in played]
    results += _not_played(pack)
    return (*results, *_untested(pack, texts, results))


def files_of(pack: Pack) -> dict[str, str]:
    """The pack's files for Prometheus, by their path below its folder `prometheus/`."""
    stem = f"{pack.stack.directory}/prometheus/"
    found = {path.removeprefix(stem): text for path, text in pack.files.items() if path.startswith(stem)}
    return {path: text for path, text in found.items() if ".." not in PurePosixPath(path).parts}


def _yaml_below(folder: str, texts: Mapping[str, str]) -> list[str]:
    return sorted(path for path in texts if path.startswith(f"{folder}/") and path.endswith((".yaml", ".yml")))


def _configs(pack: Pack, texts: Mapping[str, str], run: Runner) -> Iterator[Result]:
    for path in ("prometheus.yml", "scrape.yaml"):
        if path in texts:
            # only the syntax: the files that it names, secrets among them, are made where the pack runs
            yield _verdict(pack, "replay/config", path, run(["check", "config", "--syntax-only", path]))


def _rules(pack: Pack, texts: Mapping[str, str], run: Runner) -> Iterator[Result]:
    for path in _yaml_below("rules", texts):
        yield _verdict(pack, "replay/rules", path, run(["check", "rules", "--lint=all", "--lint-fatal", path]))


def _verdict(pack: Pack, check: str, path: str, ran: Ran) -> Result:
    if ran.code == 0:
        return Result(check, path, "passed", seconds=ran.seconds)
    if ran.code is None:
        return Result(check, path, "error", ran.brief, seconds=ran.seconds)
    where = re.search(r"\bline (\d+)\b", ran.output) or re.search(r"\b(\d+):\d+:", ran.output)
    why = "Prometheus does not load it as it stands."
    finding = Finding(check, "error", _full(pack, path), int(where.group(1)) if where else 1, ran.brief, why)
    return Result(check, path, "failed", ran.brief, (finding,), ran.seconds)


@dataclass(frozen=True, slots=True)
class _Test:
    """One file of rule tests; `path` below `prometheus/`, `version` promtool's."""

    pack: Pack
    path: str
    text: str
    version: str

    @property
    def instance(self) -> str:
        return PurePosixPath(self.path).name.split(".", 1)[0]

    def line_of(self, alert: str) -> int:
        """The line of the file on which the alert's test begins."""
        lines = (line.strip().removeprefix("- ") for line in self.text.splitlines())
        return next((number for number, line in enumerate(lines, 1) if line == f"name: {alert}"), 1)


def _play(test: _Test, run: Runner) -> Iterator[Result]:
    groups = _groups(test.text)
    if not groups:
        yield Result("replay/alert", f"{test.instance}/*", "error", f"{test.path} holds no rule tests")
        return
    ran = run(["test", "rules", test.path])
    wrong = list(tool.failures(ran.output))
    for name, group in groups.items():
        own = [failure for failure in wrong if failure.alert == name]
        findings = tuple(_finding(test, failure, group) for failure in own)
        outcome: Outcome = "failed" if own else "passed"
        reason = findings[0].message if findings else ""
        if ran.code != 0 and not wrong:
            outcome, reason = "error", ran.brief
        detail = {
            "alert": name, "promtool": test.version, "file": _full(test.pack, test.path), "took": ran.seconds,
            "failures": [str(failure) for failure in own], "edges": _edges(group),
        }  # fmt: skip
        share = ran.seconds / len(groups)
        yield Result("replay/alert", f"{test.instance}/{name}", outcome, reason, findings, share, detail)


def _groups(text: str) -> dict[str, dict[str, Any]]:
    """The tests of a file by the alert that each plays; empty where it is no such file."""
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, the fast one where there is one
        return {str(group["name"]): dict(group) for group in loaded["tests"]}
    except (yaml.YAMLError, TypeError, KeyError, ValueError):
        return {}


def _edges(group: Mapping[str, Any]) -> list[float]:
    """The ends of the good time, of the bad time and of the second good time, in seconds."""
    asked = group.get("promql_expr_test") or []
    times = [seconds_of(str(each["eval_time"])) for each in asked]
    firing = [time for time, each in zip(times, asked, strict=True) if '"firing"' in str(each["expr"])]
    return [min(times), min(firing), max(times)] if firing else []


def _finding(test: _Test, failure: Failure, group: Mapping[str, Any]) -> Finding:
    check, message, why = _meaning(failure, group)
    return Finding(check, "error", _full(test.pack, test.path), test.line_of(failure.alert), message, why, _FIX)


def _meaning(failure: Failure, group: Mapping[str, Any]) -> tuple[str, str, str]:
    """Which promise of the alert the failure breaks: check, message, why it matters."""
    name, at = failure.alert, failure.at
    if '"pending"' in failure.expr:
        said = f"{name} is pending for {failure.got} evaluations instead of {failure.expected}"
        return "replay/hold", said, "It fires earlier or later than its `for` says."
    if '"firing"' in failure.expr and _edges(group)[1:2] == [seconds_of(at)]:
        said = f"{name} does not fire in its bad time, up to {at}"
        return "replay/vacuous", said, "Its timeline proves nothing, or its rule can never fire."
    if '"firing"' in failure.expr:
        return "replay/keep", f"{name} is not kept firing until {at}", "It flaps where keep_firing_for should hold it."
    if failure.expr.startswith("count_over_time"):
        said = f"{name} is pending or firing in its good time, up to {at}"
        return "replay/quiet", said, "It would call somebody to a healthy stack."
    return "replay/resolve", f"{name} is still there at {at}, long after its bad time", "It would never resolve."


def _not_played(pack: Pack) -> Iterator[Result]:
    for instance in pack.stack.instances:
        for alert, why in unplayed(pack.stack, instance):
            yield Result("replay/alert", f"{instance.id}/{alert.name}", "skipped", f"not played: {why}")


def _untested(pack: Pack, texts: Mapping[str, str], results: Sequence[Result]) -> Iterator[Result]:
    """Alerts in the generated rules that neither a test nor a reason covers."""
    known = {result.subject for result in results if result.check == "replay/alert"}
    for path in (path for path in _yaml_below("rules", texts) if path.count("/") == 1):
        for line, text in enumerate(texts[path].splitlines(), 1):
            found = re.match(r"\s*- alert: (\w+)\s*$", text)
            subject = f"{PurePosixPath(path).stem}/{found.group(1)}" if found else ""
            if found and subject not in known:
                said = f"{found.group(1)} has no timeline below prometheus/tests"
                why = "Nobody has seen it fire."
                finding = Finding("replay/untested", "error", _full(pack, path), line, said, why, _FIX)
                yield Result("replay/alert", subject, "failed", said, (finding,))


def _full(pack: Pack, path: str) -> str:
    return f"{pack.stack.directory}/prometheus/{path}"
