"""A report on the console: problems first, with why and fix, then the results by group, then one line that counts."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from obsboot.model import Finding, Outcome, Report, Result, Severity
from obsboot.report.detail import clock, number, verdict

_WORDS: dict[Outcome, tuple[str, str]] = {
    "passed": ("passed", "green"),
    "failed": ("failed", "bold red"),
    "error": ("could not be checked", "bold yellow"),
    "skipped": ("skipped", "dim"),
}
SEVERITIES: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def print_report(report: Report, console: Console) -> None:
    """Everything that is wrong and what was shown. Without a terminal each thing is one plain line."""
    for line in _lines(report):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _lines(report: Report) -> Iterator[Text]:
    findings = sorted(
        {finding for result in report.results for finding in result.findings},
        key=lambda finding: (finding.path, finding.line, finding.check, finding.message),
    )
    for finding in findings:
        yield from _finding(finding)
    if findings:
        yield Text()
    for check in dict.fromkeys(result.check for result in report.results):
        yield from _group(check, [result for result in report.results if result.check == check])
    yield Text()
    yield last_line(report)


def _finding(finding: Finding) -> Iterator[Text]:
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    line = Text(f"{safe(where)}: ")
    line.append(finding.severity, SEVERITIES[finding.severity])
    line.append(f" {finding.check} ", "dim")
    line.append(safe(finding.message))
    yield line
    for word, text in (("why", finding.why), ("fix", finding.fix)):
        if text:
            yield Text(f"    {word}: ", "dim").append(safe(text), "default")


def _group(check: str, results: list[Result]) -> Iterator[Text]:
    counts = [(outcome, sum(r.outcome == outcome for r in results)) for outcome in _WORDS]
    line = Text(f"{check:<28} ")
    for place, (outcome, count) in enumerate((o, c) for o, c in counts if c):
        word, style = _WORDS[outcome]
        line.append(", " if place else "").append(f"{count} {word}", style)
    seconds = sum(result.seconds for result in results)
    if seconds >= 1:
        line.append(f" ({clock(seconds)})", "dim")
    yield line
    for result in results:
        if result.outcome != "passed":
            word, style = _WORDS[result.outcome]
            shown = Text("    ").append(word, style).append(f" {safe(result.subject)}")
            yield shown.append(f": {safe(result.reason)}" if result.reason else "")


def last_line(report: Report) -> Text:
    """`12 passed, 1 failed, 0 could not be checked, 2 skipped. Proven on ...: 9 live, 3 checked.`"""
    line = Text()
    for place, (outcome, (word, style)) in enumerate(_WORDS.items()):
        count = report.count(outcome)
        line.append(", " if place else "").append(f"{count} {word}", style if count else "dim")
    if warnings := len({f for r in report.results for f in r.findings if f.severity == "warning"}):
        line.append(f"; {warnings} warning{'s' if warnings > 1 else ''}", SEVERITIES["warning"])
    line.append(f". {verdict(report)}" if report.proven else ".")
    took, predicted = number(report.facts, "length"), number(report.facts, "predicted")
    if took is not None and predicted is not None:
        line.append(f" It took {clock(took)}, predicted were {clock(predicted)}.")
    return line


def safe(text: str) -> str:
    """`text` on one line without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
