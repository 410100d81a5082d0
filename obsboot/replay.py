"""Playing the pack's rule tests with promtool: every alert's good and bad time, in simulated time, rules unmodified."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from obsboot.model import Exit, Finding, ObsbootError, Pack, Result
from obsboot.promql import seconds_of
from obsboot.render.rule_tests import unplayed

LIMIT = 300.0
"""How many seconds one call of promtool may take."""

OLDEST = (2, 42)
"""The oldest promtool that knows `keep_firing_for`."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call of promtool said. `code` None: it did not end in time."""

    code: int | None
    output: str
    seconds: float


Runner = Callable[[Sequence[str]], Ran]
"""Runs promtool with these arguments in the folder that holds `rules/` and `tests/`."""


def replay(pack: Pack, promtool: str | None = None) -> tuple[Result, ...]:
    """What promtool says of the pack's config, rules and timelines: one result an alert.

    Without a promtool on PATH the one result is skipped. Raises ObsbootError where `promtool` names no program.
    """
    tool = shutil.which(promtool or "promtool")
    if tool is None and promtool:
        raise ObsbootError(f"--promtool: {promtool!r} is no program that can be run", code=Exit.USAGE)
    if tool is None:
        why = "promtool is not on PATH: install Prometheus' tools, or name it with --promtool PATH"
        return (Result("replay/promtool", "promtool", "skipped", why),)
    with tempfile.TemporaryDirectory(prefix="obsboot-replay-") as folder:
        _lay_out(pack, Path(folder))
        return replay_with(pack, _local(str(Path(tool).absolute()), Path(folder)))


def replay_with(pack: Pack, run: Runner) -> tuple[Result, ...]:
    """The same with a promtool of any kind, such as one inside a container."""
    version, unfit = _version(run)
    if unfit is not None:
        return (unfit,)
    texts = _prometheus_files(pack)
    results = [*_configs(pack, texts, run), *_rules(pack, texts, run)]
    for path in sorted(p for p in texts if p.startswith("tests/") and p.endswith((".yaml", ".yml"))):
        results += _play(_Test(pack, path, texts[path], version), run)
    return (*results, *_not_played(pack), *_untested(pack, texts, results))


def _lay_out(pack: Pack, folder: Path) -> None:
    for path, text in _prometheus_files(pack).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _prometheus_files(pack: Pack) -> dict[str, str]:
    """The pack's files for Prometheus, by their path below `prometheus/`."""
    stem = f"{pack.stack.directory}/prometheus/"
    found = {path.removeprefix(stem): text for path, text in pack.files.items() if path.startswith(stem)}
    return {path: text for path, text in found.items() if ".." not in PurePosixPath(path).parts}


def _local(tool: str, folder: Path) -> Runner:
    def run(arguments: Sequence[str]) -> Ran:
        began = time.monotonic()
        try:
            done = subprocess.run(
                [tool, *arguments], cwd=folder, capture_output=True, text=True, errors="replace", timeout=LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            return Ran(None, f"promtool did not end within {LIMIT:g} s", time.monotonic() - began)
        except OSError as error:
            return Ran(None, f"promtool cannot be run: {error}", time.monotonic() - began)
        return Ran(done.returncode, done.stdout + done.stderr, time.monotonic() - began)

    return run


def _version(run: Runner) -> tuple[str, Result | None]:
    ran = run(["--version"])
    found = re.search(r"version (\d+)\.(\d+)(\.\d+)?", ran.output)
    if ran.code != 0 or found is None:
        return "", Result("replay/promtool", "promtool", "error", _first_lines(ran.output), seconds=ran.seconds)
    version = found.group(0).removeprefix("version ")
    if (int(found.group(1)), int(found.group(2))) < OLDEST:
        why = f"promtool {version} is older than {OLDEST[0]}.{OLDEST[1]} and does not know keep_firing_for"
        return version, Result("replay/promtool", "promtool", "error", why)
    return version, None


def _configs(pack: Pack, texts: dict[str, str], run: Runner) -> Iterator[Result]:
    for path in ("prometheus.yml", "scrape.yaml"):
        if path in texts:
            arguments = ["check", "config", "--syntax-only", path]
            yield _verdict(pack, "replay/config", path, run(arguments))


def _rules(pack: Pack, texts: dict[str, str], run: Runner) -> Iterator[Result]:
    for path in sorted(p for p in texts if p.startswith("rules/") and p.endswith((".yaml", ".yml"))):
        yield _verdict(pack, "replay/rules", path, run(["check", "rules", "--lint=all", "--lint-fatal", path]))


def _verdict(pack: Pack, check: str, path: str, ran: Ran) -> Result:
    if ran.code == 0:
        return Result(check, path, "passed", seconds=ran.seconds)
    said = _first_lines(ran.output)
    if ran.code is None:
        return Result(check, path, "error", said, seconds=ran.seconds)
    where = re.search(r"(?:yaml: line |^\s*|\D)(\d+):?\d*:", ran.output)
    line = int(where.group(1)) if where else 1
    finding = Finding(check, "error", _full(pack, path), line, said, "Prometheus would not load it as it stands.")
    return Result(check, path, "failed", said, (finding,), ran.seconds)


@dataclass(frozen=True, slots=True)
class _Test:
    """One file of rule tests; `path` below `prometheus/`."""

    pack: Pack
    path: str
    text: str
    version: str

    @property
    def instance(self) -> str:
        return PurePosixPath(self.path).name.split(".", 1)[0]

    def line_of(self, alert: str) -> int:
        lines = self.text.splitlines()
        return next((n for n, line in enumerate(lines, 1) if line.strip().removeprefix("- ") == f"name: {alert}"), 1)


def _play(test: _Test, run: Runner) -> Iterator[Result]:
    groups = _groups(test.text)
    if groups is None:
        yield Result("replay/alert", f"{test.instance}/*", "error", f"{test.path} is no file of rule tests")
        return
    ran = run(["test", "rules", test.path])
    failures = list(_failures(ran.output))
    stray = ran.code != 0 and not failures
    for group in groups:
        name = str(group.get("name", "?"))
        wrong = [failure for failure in failures if failure.alert == name]
        findings = tuple(_finding(test, failure, group) for failure in wrong)
        detail = {"alert": name, "promtool": test.version, "file": _full(test.pack, test.path), "took": ran.seconds}
        detail |= {"failures": [failure.text for failure in wrong], "edges": _edges(group)}
        outcome, reason = ("failed", findings[0].message) if findings else ("passed", "")
        if stray:
            outcome, reason = "error", _first_lines(ran.output)
        yield Result("replay/alert", f"{test.instance}/{name}", outcome, reason, findings, ran.seconds / len(groups), detail)  # type: ignore[arg-type]


def _groups(text: str) -> list[dict[str, Any]] | None:
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, the fast one where there is one
        return [dict(group) for group in loaded["tests"]]
    except (yaml.YAMLError, TypeError, KeyError, ValueError):
        return None


def _edges(group: dict[str, Any]) -> list[float]:
    """The ends of the good time, of the bad time and of the second good time, in seconds."""
    times = {seconds_of(str(each["eval_time"])) for each in group.get("promql_expr_test", [])}
    firing = [seconds_of(str(e["eval_time"])) for e in group.get("promql_expr_test", []) if '"firing"' in str(e["expr"])]
    return [min(times), min(firing), max(times)] if times and firing else []


@dataclass(frozen=True, slots=True)
class _Failure:
    """One assertion that did not hold, in promtool's words."""

    alert: str
    expr: str
    at: str
    expected: str
    got: str

    @property
    def text(self) -> str:
        return f"{self.expr} at {self.at}: expected {self.expected}, got {self.got}"


_FAILURE = re.compile(
    r'expr: "(?P<expr>(?:[^"\\]|\\.)*)", time: (?P<at>[^,\s]+),\s*\n\s*exp:\s?(?P<exp>[^\n]*)\n\s*got:\s?(?P<got>[^\n]*)'
)
_ALERT = re.compile(r'alertname="(\w+)"')


def _failures(output: str) -> Iterator[_Failure]:
    for found in _FAILURE.finditer(output):
        expr = found["expr"].replace('\\"', '"')
        alert = _ALERT.search(expr)
        got, expected = (_number(found[key]) for key in ("got", "exp"))
        yield _Failure(alert.group(1) if alert else "?", expr, found["at"], expected, got)


def _number(text: str) -> str:
    """`{} 4E+00` is 4; `nil` is nothing."""
    text = text.strip()
    if text in ("nil", '"nil"', ""):
        return "nothing"
    plain = re.fullmatch(r'"?\{\} (\S+?)"?', text)
    return f"{float(plain.group(1)):g}" if plain else text


def _finding(test: _Test, failure: _Failure, group: dict[str, Any]) -> Finding:
    check, message, why = _meaning(failure, group)
    fix = "Compare the timeline in the test with the rule; the catalogue's `replay` and the rule have to say the same."
    return Finding(check, "error", _full(test.pack, test.path), test.line_of(failure.alert), message, why, fix)


def _meaning(failure: _Failure, group: dict[str, Any]) -> tuple[str, str, str]:
    """Which promise of the alert the failure breaks: check, message, why it matters."""
    name, interval = failure.alert, group.get("interval", "")
    if '"pending"' in failure.expr:
        said = f"{name} is pending for {failure.got} evaluations instead of {failure.expected}"
        return "replay/hold", said, "It fires earlier or later than its `for` says."
    if '"firing"' in failure.expr and _edges(group)[1:2] == [seconds_of(failure.at)]:
        said = f"{name} does not fire in its bad time (up to {failure.at}, a sample every {interval})"
        return "replay/vacuous", said, "Its timeline proves nothing, or its rule can never fire."
    if '"firing"' in failure.expr:
        return "replay/keep", f"{name} is not kept firing until {failure.at}", "It flaps where keep_firing_for should hold it."
    if failure.expr.startswith("count_over_time"):
        said = f"{name} is pending or firing in its good time (up to {failure.at})"
        return "replay/quiet", said, "It would call somebody on a healthy stack."
    return "replay/resolve", f"{name} is still there at {failure.at}, long after the bad time", "It never resolves."


def _not_played(pack: Pack) -> Iterator[Result]:
    for instance in pack.stack.instances:
        for alert, why in unplayed(pack.stack, instance):
            yield Result("replay/alert", f"{instance.id}/{alert.name}", "skipped", f"not played: {why}")


def _untested(pack: Pack, texts: dict[str, str], results: Sequence[Result]) -> Iterator[Result]:
    """Alerts in the generated rules that neither a test nor a reason covers."""
    known = {result.subject for result in (*results, *_not_played(pack)) if result.check == "replay/alert"}
    for path in sorted(p for p in texts if re.fullmatch(r"rules/[^/]+\.ya?ml", p)):
        instance = PurePosixPath(path).stem
        for line, text in enumerate(texts[path].splitlines(), 1):
            found = re.match(r"\s*- alert: (\w+)\s*$", text)
            if found and f"{instance}/{found.group(1)}" not in known:
                said = f"{found.group(1)} has no timeline in prometheus/tests"
                finding = Finding("replay/untested", "error", _full(pack, path), line, said, "Nobody has seen it fire.")
                yield Result("replay/alert", f"{instance}/{found.group(1)}", "failed", said, (finding,))


def _full(pack: Pack, path: str) -> str:
    return f"{pack.stack.directory}/prometheus/{path}"


def _first_lines(output: str, most: int = 6) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Checking ", "Unit Testing:"))]
    return "; ".join(lines[:most]) or "promtool failed without a word"
