"""What a linter found, on the console and as compilers show it: a place, what is wrong there, the line with a caret.

Why it matters and how to mend it stand below, once a check. The last line counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from obsboot.model import Finding, Report, Severity
from obsboot.report.console import SEVERITIES, safe
from obsboot.report.detail import mapping, number, sequence, text
from obsboot.report.excerpt import excerpt
from obsboot.report.found import findings_of, hidden_counts, placed, spot, unlooked, whole, wordless

_WIDEST = 160
_NARROWEST = 40
_HIDES: Mapping[str, str] = {
    "comment": "suppressed in comments",
    "configuration": "suppressed by the configuration",
    "baseline": "in the baseline",
    "unchanged": "untouched by the change",
}


def print_check(report: Report, console: Console, texts: Mapping[str, str] | None = None) -> None:
    """Everything that was found. `texts` are the files, by the paths that findings have; without one no line is shown."""
    width = min(max(console.width, _NARROWEST), _WIDEST) if console.is_terminal else _WIDEST
    lines = _lines(report, _Sources(texts or {}), width)
    if console.is_terminal:
        for line in lines:
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        return
    try:  # thousands of findings need not wait for styles that nobody sees
        console.file.writelines(f"{line.plain}\n" for line in lines)
        console.file.flush()
    except BrokenPipeError:
        console.on_broken_pipe()


class _Sources:
    """The lines of files, split when the first is asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._rows: dict[str, list[str]] = {}

    def row(self, path: str, line: int) -> str:
        """The line, from 1; empty where it is not known."""
        if path in self._texts and path not in self._rows:
            self._rows[path] = self._texts[path].split("\n")
        rows = self._rows.get(path, [])
        return rows[line - 1] if 0 < line <= len(rows) else ""


def _lines(report: Report, sources: _Sources, width: int) -> Iterator[Text]:
    findings = findings_of(report)
    for finding in findings:
        yield _headline(report, finding)
        yield from _shown(sources.row(finding.path, finding.line), finding, width)
    for result in wordless(report):
        said = f"{result.subject}: " if result.subject else ""
        yield _said("failed", "error", f"{said}{result.reason}", result.check)
    for why, checks in unlooked(report).items():
        yield _said("could not be checked", "warning", why or "no reason is known", ", ".join(dict.fromkeys(checks)))
    yield from _advice(findings)
    yield from _families(report)
    if findings or wordless(report) or unlooked(report):
        yield Text()
    yield counted(report)


def _headline(report: Report, finding: Finding) -> Text:
    line = Text().append(f"{_whole(spot(report, finding))}: ", "bold")
    line.append(f"{finding.severity}: ", SEVERITIES[finding.severity])
    return line.append(_whole(finding.message)).append(f" [{finding.check}]", "dim")


def _said(word: str, severity: Severity, message: str, check: str) -> Text:
    line = Text().append(f"{word}: ", SEVERITIES[severity])
    return line.append(_whole(message)).append(f" [{check}]", "dim")


def _shown(row: str, finding: Finding, width: int) -> Iterator[Text]:
    if row.strip():
        margin = f"{finding.line:>5} | "
        found = excerpt(whole(row), finding.column, width - len(margin))
        yield Text().append(margin, "dim").append(found.text)
        if found.caret is not None:
            edge = " " * (len(margin) - 2) + "| "
            yield Text().append(edge, "dim").append(" " * found.caret + "^", SEVERITIES[finding.severity])


def _advice(findings: Sequence[Finding]) -> Iterator[Text]:
    """Why and fix of each check; a check that says different things of its findings says each once."""
    told = dict.fromkeys((finding.check, finding.why, finding.fix) for finding in findings)
    for check, why, fix in sorted(told):
        if why or fix:
            yield Text()
            yield Text().append(check, "bold").append(f": {_whole(why)}" if why else "")
            if fix:
                yield Text().append("    fix: ", "dim").append(_whole(fix))


def _families(report: Report) -> Iterator[Text]:
    for family in sequence(report.facts, "families"):
        told = mapping({"family": family}, "family")
        count = _plural(int(number(told, "hidden") or 0), "finding")
        where, reason = placed(report, text(told, "where")), text(told, "reason")
        said = f"{count} of {text(told, 'family')} not shown: {where}: {reason}"
        yield Text()
        yield Text(_whole(said), SEVERITIES["warning"])


def counted(report: Report) -> Text:
    """`2 errors, 1 warning, 0 infos, 0 could not be checked, 3 suppressed in comments; 60 checks passed, 4 skipped.`"""
    severities = [finding.severity for finding in findings_of(report)]
    counts = [(_plural(severities.count(each), each), SEVERITIES[each]) for each in SEVERITIES]
    counts.append((f"{report.count('error')} could not be checked", SEVERITIES["warning"]))
    hidden = hidden_counts(report)
    counts += [(f"{hidden[by]} {words}", "default") for by, words in _HIDES.items() if hidden[by]]
    line = Text()
    for place, (said, style) in enumerate(counts):
        line.append(", " if place else "").append(said, "dim" if said.startswith("0 ") else style)
    passed = _plural(report.count("passed"), "check")
    return line.append(f"; {passed} passed, {report.count('skipped')} skipped.")


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _whole(said: str) -> str:
    return whole(safe(said))
