"""A report as one HTML file that opens without a network. All markup is in report.html.jinja; here is what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jinja2

from obsboot.model import Finding, Outcome, Proof, Proven, Report, Result, plural
from obsboot.report import detail as reading
from obsboot.report.detail import NONE, clock, mapping, number, sequence, text, with_unit
from obsboot.report.plots import alert_plot, error_mark, phases_plot, truth_plot

_GLYPHS = {"passed": "✓", "failed": "✗", "error": "!", "skipped": NONE}
_WORDS = {"passed": "passed", "failed": "failed", "error": "could not be checked", "skipped": "skipped"}
_ORDER: Sequence[Outcome] = ("failed", "error", "passed", "skipped")
_KINDS = ("signal", "alert", "target", "log format", "log signal", "log alert")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the proof matrix: `state` is an outcome, or empty; `why` what a pointer on it says."""

    state: str
    why: str = ""

    @property
    def glyph(self) -> str:
        return _GLYPHS.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the proof matrix."""

    proven: Proven
    cells: tuple[Cell, ...]
    why: str

    @property
    def live(self) -> bool:
        return self.proven.proof == Proof.LIVE

    @property
    def problem(self) -> bool:
        return any(cell.state in ("failed", "error") for cell in self.cells)


def to_html(report: Report) -> str:
    """The whole report as a page. Every text from outside is escaped; it loads nothing."""
    return _template().render(
        report=report,
        facts=report.facts,
        status=_status(report),
        sentence=reading.verdict(report),
        counts=[(outcome, _GLYPHS[outcome], report.count(outcome), _WORDS[outcome]) for outcome in _ORDER],
        summary=list(_summary(report)),
        ladder=_ladder(report),
        findings=_findings(report),
        matrix=_matrix(report),
        alerts=[_alert(result, report) for result in _of(report, "live/alert")],
        truths=[_truth(result) for result in _of(report, "live/truth")],
        phases=phases_plot(sequence(report.facts, "phases")),
        changes=[_change(each) for each in sequence(report.facts, "changes")],
        images=[_image(name, each) for name, each in mapping(report.facts, "images").items()],
        versions=mapping(report.facts, "versions"),
        host=mapping(report.facts, "host"),
        unproven=_unproven(report),
        groups=_groups(report),
        levels=list(Proof),
    )


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock, glyph=_GLYPHS.get, word=_WORDS.get)
    return environment.get_template("report.html.jinja")


def _status(report: Report) -> tuple[str, str]:
    """The outcome of the whole as a style and a word."""
    if report.count("failed"):
        return "failed", plural(report.count("failed"), "check") + " failed"
    if report.count("error"):
        return "error", plural(report.count("error"), "check") + " could not be made"
    if not any(each.proof > Proof.WRITTEN for each in report.proven):
        return "error", "Nothing was proven"
    return "passed", "Everything that was checked holds"


def _summary(report: Report) -> Iterator[tuple[str, str]]:
    """The facts that a reader wants first, as name and value."""
    facts = report.facts
    for key, name in (("service", "Service"), ("environment", "Environment"), ("team", "Team"), ("started", "Started")):
        if text(facts, key):
            yield name, _moment(text(facts, key)) if key == "started" else text(facts, key)
    length, predicted = number(facts, "length"), number(facts, "predicted")
    if length is not None:
        yield "Took", clock(length) + (f", predicted {clock(predicted)}" if predicted is not None else "")
    speed = number(facts, "speed")
    if speed is not None:
        yield "Time", f"{speed:g} times as fast" if speed != 1 else "unscaled"
    for key, name in (("mode", "Mode"), ("obsboot", "obsboot")):
        if text(facts, key):
            yield name, text(facts, key)


def _moment(stamp: str) -> str:
    """`2026-03-14T09:26:53Z` as `2026-03-14 09:26 UTC`; anything else as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)", stamp)
    return f"{found[1]} {found[2]} UTC" if found else stamp


def _ladder(report: Report) -> list[tuple[str, int, list[tuple[Proof, int, float]]]]:
    """For each kind of thing how many reached which proof, and the share of the whole in percent."""
    rows = []
    for kind in dict.fromkeys([*_KINDS, *(each.kind for each in report.proven)]):
        of_kind = [each.proof for each in report.proven if each.kind == kind]
        counts = [(level, of_kind.count(level)) for level in reversed(Proof)]
        shares = [(level, count, 100 * count / len(of_kind)) for level, count in counts if count]
        if of_kind:
            rows.append((plural(2, kind).removeprefix("2 "), len(of_kind), shares))
    return rows


def _findings(report: Report) -> list[Finding]:
    rank = ("error", "warning", "info")
    found = {finding for result in report.results for finding in result.findings}
    return sorted(found, key=lambda f: (rank.index(f.severity), f.path, f.line, f.check, f.message))


def _matrix(report: Report) -> list[tuple[str, list[Line]]]:
    """The rows by instance, in the order in which the report names them."""
    by_subject: dict[str, list[Result]] = {}
    for result in report.results:
        by_subject.setdefault(result.subject, []).append(result)
    rows: dict[str, list[Line]] = {}
    for each in sorted(report.proven, key=lambda p: (p.instance, _rank(p.kind), p.name)):
        rows.setdefault(each.instance, []).append(_line(each, by_subject.get(f"{each.instance}/{each.name}", [])))
    return list(rows.items())


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _line(proven: Proven, results: Sequence[Result]) -> Line:
    cells = tuple(_cell(proven, level, [r for r in results if reading.level_of(r) == level]) for level in Proof)
    why = proven.limit or next((cell.why for cell in reversed(cells) if cell.state != "passed" and cell.why), "")
    return Line(proven, cells, why)


def _cell(proven: Proven, level: Proof, results: Sequence[Result]) -> Cell:
    for outcome in ("failed", "error"):
        for result in results:
            if result.outcome == outcome:
                return Cell(outcome, result.reason)
    if level <= proven.proof and (level in (Proof.WRITTEN, proven.proof) or _shown(level, results)):
        return Cell("passed")
    skipped = next((result for result in results if result.outcome == "skipped"), None)
    return Cell("skipped", skipped.reason) if skipped else Cell("")


def _shown(level: Proof, results: Sequence[Result]) -> bool:
    """Whether a level below the best was shown by itself: a signal that was seen live was never replayed."""
    return level == Proof.CHECKED or any(result.outcome == "passed" for result in results)


def _of(report: Report, check: str) -> list[Result]:
    found = [result for result in report.results if result.check == check]
    return sorted(found, key=lambda result: (_ORDER.index(result.outcome), result.subject))


def _alert(result: Result, report: Report) -> dict[str, object]:
    detail = result.detail
    times, predicted = mapping(detail, "times"), mapping(detail, "predicted")
    start = number(times, "injected")
    rows = []
    for key, name in (("pending", "pending"), ("firing", "firing"), ("delivered", "delivered")):
        rows.append((name, _since(times, key, start), _since(predicted, key, start)))
    undone = number(times, "undone")
    for key, name in (("resolved", "resolved"), ("resolve_delivered", "resolve delivered")):
        rows.append((f"{name}, after the fault", _since(times, key, undone), _since(predicted, key, undone)))
    unit = text(detail, "unit")
    return {
        "result": result,
        "instance": result.subject.partition("/")[0],
        "name": result.subject.partition("/")[2] or result.subject,
        "severity": text(detail, "severity"),
        "fault": text(detail, "fault"),
        "fault_text": text(detail, "fault_text"),
        "receiver": text(detail, "receiver"),
        "value": with_unit(number(detail, "value"), unit),
        "limit": f"{text(detail, 'op')} {with_unit(number(detail, 'threshold'), unit)}".strip(),
        "query": text(detail, "query"),
        "notes": _notes(detail),
        "also": [str(name) for name in sequence(detail, "also")],
        "unexpected": [str(name) for name in sequence(detail, "unexpected")],
        "rows": [row for row in rows if row[1:] != (NONE, NONE)],
        "plot": alert_plot(detail, result.subject),
        "replayed": _replayed(result.subject, report),
    }


def _notes(detail: Mapping[str, object]) -> list[str]:
    """What a reader has to know of how this alert was proven."""
    notes = []
    if detail.get("suppressed"):
        notes.append("Suppressed in Alertmanager by another alert, as its inhibition says")
    if number(detail, "lowered") is not None:
        notes.append(f"Threshold lowered to {with_unit(number(detail, 'lowered'), text(detail, 'unit'))} for the run")
    return notes


def _since(times: Mapping[str, object], key: str, start: float | None) -> str:
    at = number(times, key)
    return NONE if at is None or start is None else clock(max(at - start, 0.0))


def _replayed(subject: str, report: Report) -> str:
    """The simulated times of the same alert, where it was replayed."""
    for result in report.results:
        if result.check == "replay/alert" and result.subject == subject and result.outcome == "passed":
            edges = [e for e in sequence(result.detail, "edges") if isinstance(e, int | float)]
            named = zip(("good until", "bad until", "good until"), edges, strict=False)
            return "Replayed: " + ", ".join(f"{word} {clock(edge)}" for word, edge in named) if edges else "Replayed"
    return ""


def _truth(result: Result) -> dict[str, object]:
    detail = result.detail
    unit = text(detail, "unit")
    tally = mapping(detail, "tally")
    return {
        "result": result,
        "instance": result.subject.partition("/")[0],
        "title": text(detail, "title") or result.subject.partition("/")[2],
        "measured": _short(detail, "measured", unit),
        "true": _short(detail, "true", unit),
        "tolerance": _short(detail, "tolerance", unit),
        "unit": with_unit(number(detail, "true"), unit).partition(" ")[2],
        "query": text(detail, "query"),
        "formula": text(detail, "formula"),
        "tally": ", ".join(f"{name} {value:,}" for name, value in tally.items() if isinstance(value, int | float)),
        "plot": truth_plot(detail, result.subject),
        "mark": error_mark(detail),
    }


def _short(detail: Mapping[str, object], key: str, unit: str) -> str:
    """The number without the words of its unit."""
    return with_unit(number(detail, key), unit).partition(" ")[0]


def _change(each: object) -> dict[str, str]:
    if isinstance(each, Mapping):
        return {key: text(each, key) for key in ("file", "what", "pack", "run")}
    return {"file": "", "what": str(each), "pack": "", "run": ""}


def _image(name: str, each: object) -> dict[str, str]:
    if not isinstance(each, Mapping):
        return {"name": name, "reference": str(each), "used": "", "digest": "", "standin": ""}
    found = {key: text(each, key) for key in ("reference", "used", "digest")}
    return {"name": name, **found, "standin": "stand-in" if each.get("standin") else ""}


def _unproven(report: Report) -> list[tuple[str, list[str]]]:
    """Everything that was skipped or limited, by its reason, the most frequent first."""
    reasons: dict[str, list[str]] = {}
    for result in report.results:
        if result.outcome == "skipped":
            reasons.setdefault(result.reason or "no reason given", []).append(f"{result.check} {result.subject}")
    for each in report.proven:
        if each.limit:
            reasons.setdefault(each.limit, []).append(f"{each.kind} {each.instance}/{each.name}: {each.proof}")
    listed = [(why, sorted(set(what))) for why, what in reasons.items()]
    return sorted(listed, key=lambda each: (-len(each[1]), each[0]))


def _groups(report: Report) -> list[tuple[str, list[Result]]]:
    groups: dict[str, list[Result]] = {}
    for result in report.results:
        groups.setdefault(result.check, []).append(result)
    return list(groups.items())
