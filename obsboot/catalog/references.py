"""What the files of a catalogue say of one another has to hold: the checks of every load, so each is cheap.

What costs more (PromQL, recipes, inventories, files) is in `obsboot.catalog.sweep`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.catalog.lawful import NUMERIC, unlawful
from obsboot.catalog.problems import Keys, Problem, nearest
from obsboot.catalog.reading import position
from obsboot.formula import FormulaError, names_in
from obsboot.model import Alert, Component, Formula, Panel, Question, Signal

if TYPE_CHECKING:
    from obsboot.catalog.scan import Catalogue

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ALERT = re.compile(r"[A-Z][A-Za-z0-9]*")
_RECORD = re.compile(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")
_DURATION = re.compile(r"(\d+(ms|[smhdwy]))+")
_ANSWER = re.compile(r"""["']\$([A-Za-z_]\w*)["']|\banswer:([A-Za-z_]\w*)""")
_DEFAULT_WINDOW = re.compile(r":\w*[a-z_]5m\b")
RESERVED = frozenset({"component", "role", "address", "version", "owned_by", "id", "job", "threshold"})
"""Names that a question cannot have, because every instance has them."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake at `keys` of a file; where exactly that is, is only looked up when it has to be shown."""

    path: Path
    keys: Keys
    message: str
    fix: str = ""

    def problem(self) -> Problem:
        return Problem(self.path, *position(self.path, self.keys), self.message, self.fix)


def wrongs(catalogue: Catalogue) -> Iterator[Wrong]:
    """Everything that does not fit together in the catalogue."""
    for question in catalogue.questions.values():
        yield from _question(question, (), (), catalogue.questions)
    yield from _twice(catalogue)
    for component in catalogue.components.values():
        yield from _Cross(catalogue, component).all()


def answers_in(expr: str) -> set[str]:
    """The answers that a PromQL expression names: `le="$slow_statement_seconds"`, `answer:slo_availability`."""
    return {quoted or plain for quoted, plain in _ANSWER.findall(expr)}


def _twice(catalogue: Catalogue) -> Iterator[Wrong]:
    """Alert names are unique in the whole catalogue: routes, runbooks and inhibition go by them."""
    seen: dict[str, str] = {}
    for component in catalogue.components.values():
        for alert in component.alerts.values():
            if alert.name in seen:
                message = f"alert {alert.name} is already one of {seen[alert.name]!r}"
                yield Wrong(alert.place.path, (alert.name,), message, "an alert's name is unique in the catalogue")
            seen.setdefault(alert.name, component.id)


def _question(q: Question, above: Keys, roles: tuple[str, ...], known: Mapping[str, Question]) -> Iterator[Wrong]:
    if q.place is None:
        return
    path, at = q.place.path, (*above, q.name)
    if not _NAME.fullmatch(q.name) or q.name in RESERVED:
        yield Wrong(
            path, at, f"{q.name!r} cannot be a question's name", "a_name_like_this, and none that instances have"
        )
    if (q.type == "choice") != bool(q.choices):
        yield Wrong(path, at, f"question {q.name!r} needs `choices` exactly when its type is choice")
    elif q.default is not None and (why := unlawful(q, q.default)):
        yield Wrong(path, (*at, "default"), f"the default {q.default!r} is no answer: it has to be {why}")
    yield from _unknown(path, (*at, "roles"), "role", q.roles, roles)
    yield from _unknown(path, (*at, "only_if"), "question", q.only_if, known)


def _unknown(path: Path, keys: Keys, noun: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Wrong]:
    for name in names:
        if name not in known:
            yield Wrong(path, keys, f"{noun} {name!r} is not known", nearest(name, known))


class _Cross:
    """The checks of one component against itself and the rest of the catalogue."""

    def __init__(self, catalogue: Catalogue, component: Component) -> None:
        self.component = component
        self.path = component.place.path
        self.answers = {**catalogue.questions, **component.questions}
        self.points = {point.id for point in catalogue.checklist}
        self.headlines = {panel.headline for row in catalogue.overview.rows for panel in row.panels}
        self.alerts = {name for other in catalogue.components.values() for name in other.alerts}
        self.pack = catalogue.questions

    def all(self) -> Iterator[Wrong]:
        c = self.component
        for question in c.questions.values():
            yield from _question(question, ("questions",), c.roles, self.answers)
            if question.name in self.pack:
                message = f"the pack already asks {question.name!r}"
                yield Wrong(self.path, ("questions", question.name), message, "use the pack's answer, or another name")
        for index, file in enumerate(c.files):
            yield from self._formula(file.when, self.path, ("files", index, "when"))
        for signal in c.signals.values():
            yield from self._signal(signal)
        for log in c.log_signals.values():
            at = ("log_signals", log.name, "only_if")
            yield from _unknown(log.place.path, at, "question", log.only_if, {**self.answers, **self.pack})
        for row, content in enumerate(c.dashboard.rows if c.dashboard else ()):
            for number, panel in enumerate(content.panels):
                yield from self._panel(panel, ("rows", row, "panels", number))
        for alert in c.alerts.values():
            yield from self._alert(alert)
            yield from self._condition(alert)

    def _signal(self, s: Signal) -> Iterator[Wrong]:
        at: Keys = ("signals", s.name)
        if not _NAME.fullmatch(s.name):
            yield Wrong(self.path, at, f"{s.name!r} cannot be a signal's name", "a_name_like_this")
        if s.record and not _RECORD.fullmatch(s.record.name):
            advice = "level:metric:operations, the window is added"
            yield Wrong(self.path, (*at, "record", "name"), f"{s.record.name!r} is no name of a recording rule", advice)
        if s.headline:
            yield from _unknown(self.path, (*at, "headline"), "headline", (s.headline,), self.headlines)
        yield from _unknown(self.path, (*at, "checklist"), "point of the checklist", s.checklist, self.points)
        yield from _unknown(self.path, (*at, "roles"), "role", s.roles, self.component.roles)
        yield from _unknown(self.path, (*at, "expr"), "answer", sorted(answers_in(s.expr)), self.answers)
        if s.traffic:
            yield from self._formula(s.traffic.above, self.path, (*at, "traffic", "above"), s.roles)
        if s.truth and (s.truth.tolerance is None) == (s.truth.relative is None):
            yield Wrong(self.path, (*at, "truth"), "a truth has exactly one of `tolerance` and `relative`")
        if s.truth and s.no_truth:
            yield Wrong(self.path, (*at, "no_truth"), f"signal {s.name!r} has a truth, and a reason for having none")
        if s.truth:
            yield from _arithmetic(s.truth.value, self.path, (*at, "truth", "value"), None)

    def _panel(self, panel: Panel, at: Keys) -> Iterator[Wrong]:
        path, signals = panel.place.path, self.component.signals
        yield from _unknown(path, at, "signal", panel.signals, signals)
        units = {signals[name].unit for name in panel.signals if name in signals}
        if len(units) > 1:
            yield Wrong(path, at, f"the signals of a panel have one unit, not {' and '.join(sorted(units))}")
        if panel.log:
            yield from _unknown(path, at, "log signal", (panel.log,), self.component.log_signals)
        if bool(panel.signals) == bool(panel.log):
            advice = "signal: name, signals: [name, name], or log: name"
            yield Wrong(
                path, at, "the panel shows no signal" if not panel.log else "a panel shows one or the other", advice
            )

    def _alert(self, a: Alert) -> Iterator[Wrong]:
        path, at, signals = a.place.path, (a.name,), self.component.signals
        if not _ALERT.fullmatch(a.name):
            yield Wrong(path, at, f"{a.name!r} cannot be an alert's name", "ANameLikeThis")
        yield from _unknown(path, (*at, "signal"), "signal", (a.signal,), signals)
        yield from _unknown(path, (*at, "inhibited_by"), "alert", a.inhibited_by, self.alerts)
        yield from _unknown(path, (*at, "checklist"), "point of the checklist", a.checklist, self.points)
        yield from _unknown(path, (*at, "roles"), "role", a.roles, self.component.roles)
        for key, duration in (("for", a.hold), ("keep_firing_for", a.keep or "0s")):
            if not _DURATION.fullmatch(duration):
                yield Wrong(path, (*at, key), f"{duration!r} is no duration", "like 30s, 5m or 1h30m")
        if a.signal in signals:
            yield from self._windows(a, signals[a.signal])
        for key, text in (("reason", a.reason), ("runbook", a.runbook), ("summary", a.summary)):
            if not text.strip():
                yield Wrong(path, (*at, key), f"alert {a.name} says no {key}")

    def _windows(self, a: Alert, signal: Signal) -> Iterator[Wrong]:
        """A window is one that the signal records, or the signal reads a record whose window can be exchanged."""
        for key, window in (("window", a.window), ("also_window", a.also_window)):
            if not window:
                continue
            if signal.record:
                noun = f"recorded window of {signal.name!r}"
                yield from _unknown(a.place.path, (a.name, key), noun, (window,), signal.record.windows)
            elif not _DEFAULT_WINDOW.search(signal.expr):
                message = f"signal {signal.name!r} neither records windows nor reads a record over 5m"
                yield Wrong(a.place.path, (a.name, key), message)

    def _condition(self, a: Alert) -> Iterator[Wrong]:
        path, at = a.place.path, (a.name,)
        said = {key: value for key in ("above", "below", "equals") if (value := getattr(a, key)) is not None}
        if len(said) != 1 and not (a.always and not said):
            yield Wrong(path, at, f"alert {a.name} has exactly one of `above`, `below` and `equals`")
        roles = a.roles or (self.component.signals[a.signal].roles if a.signal in self.component.signals else ())
        for key, threshold in (*said.items(), ("when", a.when)):
            yield from self._formula(threshold, path, (*at, key), roles)
        if bool(a.replay) + bool(a.no_replay) != 1 and not (a.always and not a.replay):
            yield Wrong(path, at, f"alert {a.name} has exactly one of `replay` and `no_replay`")
        if bool(a.fault) + bool(a.no_fault) + a.always != 1:
            yield Wrong(path, at, f"alert {a.name} has exactly one of `fault`, `no_fault` and `always`")
        for side in ("good", "bad") if a.replay else ():
            for series, value in getattr(a.replay, side).items():
                yield from self._replayed(value, path, (*at, "replay", side, series))

    def _formula(self, formula: Formula, path: Path, at: Keys, roles: tuple[str, ...] = ()) -> Iterator[Wrong]:
        """Arithmetic over answers that are numbers, and that are asked in each of `roles` (empty: in all)."""
        yield from _arithmetic(formula, path, at, self.answers)
        for question in (self.answers[name] for name in sorted(_names(formula) & set(self.answers))):
            if question.type not in NUMERIC:
                yield Wrong(path, at, f"the answer {question.name!r} is {question.type}, which is no number")
            if question.roles and not set(roles or self.component.roles) <= set(question.roles):
                advice = "limit this to those roles, or ask it for all"
                yield Wrong(path, at, f"{question.name!r} is only asked for {', '.join(question.roles)}", advice)

    def _replayed(self, value: str, path: Path, at: Keys) -> Iterator[Wrong]:
        """`_`, a formula, or one after `+` or `@`; it may also name the threshold."""
        if value.strip() not in ("_", "stale"):
            yield from _arithmetic(value.strip().lstrip("+@"), path, at, {*self.answers, "threshold"})


def _names(formula: Formula) -> set[str]:
    try:
        return names_in(formula) if formula else set()
    except FormulaError:
        return set()


def _arithmetic(formula: Formula, path: Path, at: Keys, names: Iterable[str] | None) -> Iterator[Wrong]:
    """Whether it is arithmetic over `names`; None where these are only known at run time (a tally)."""
    try:
        used = names_in(formula) if formula else set()
    except FormulaError as error:
        yield Wrong(path, at, str(error), "numbers and names with + - * / ( ) min max ceil")
        return
    if names is not None:
        yield from _unknown(path, at, "answer", sorted(used), names)
