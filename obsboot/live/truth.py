"""The panel's own query against a number that is known beforehand, from the workload's own count."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from obsboot.formula import FormulaError, evaluate
from obsboot.live.comparison import EVENTS, Case, Found, events, numeric, tolerance_of
from obsboot.live.explain import why_empty
from obsboot.live.loads import Loads
from obsboot.live.panels import Query, boards, one_of
from obsboot.live.planning import window as panel_window
from obsboot.live.prometheus import Sample
from obsboot.live.run import Run
from obsboot.live.variables import resolved, scaled_panel
from obsboot.live.workload import Load
from obsboot.model import Instance, ObsbootError, Signal, Value
from obsboot.promql.rewriting import number
from obsboot.render.views import for_panel

LONGEST_WINDOW = 120.0
_LOOKS = 3


def cases(run: Run) -> list[Case]:
    """The truths of the instances that run."""
    panels = {
        (query.instance.id, query.signal.name): query
        for board in boards(run)
        for query in board.queries
        if query.instance and query.signal and board.name == query.instance.id
    }
    return [
        Case(instance, signal, signal.truth, _expr(run, instance, signal, panels))
        for instance in run.instances()
        for signal in instance.signals()
        if signal.truth
    ]


def _expr(run: Run, instance: Instance, signal: Signal, panels: Mapping[tuple[str, str], Query]) -> str:
    """The panel's query as the copy has it; the signal's own where no panel shows it."""
    query = panels.get((instance.id, signal.name))
    if query:
        return query.expr
    expr = for_panel(signal.expr, run.stack, instance)
    return expr if signal.clock == "wall" else scaled_panel(expr, run.clock, frozenset())


@dataclass(slots=True)
class _Probe:
    """One case while it is looked at: at several moments, so that the middle one counts."""

    case: Case
    load: Load
    names: Mapping[str, Value]
    window: float
    query: str
    samples: list[tuple[float, float]] = field(default_factory=list)
    truths: list[float] = field(default_factory=list)
    tally: dict[str, float] = field(default_factory=dict)
    error: str = ""

    def look(self, run: Run) -> None:
        """Measure once, and reckon what is true over the same span."""
        now = time.time()
        try:
            self.tally = self.load.tally.between(now - self.window, now)
            self.truths.append(evaluate(self.case.truth.value, {**self.names, **self.tally}))
            self.samples.append((now, _single(run, self.case, self.query, now)))
        except (ObsbootError, FormulaError, ValueError) as error:
            self.error = str(getattr(error, "message", error))

    def found(self, run: Run) -> Found:
        """What came out. Raises ValueError or ObsbootError where nothing did."""
        if len(self.samples) < _LOOKS:
            raise ValueError(self.error)
        at, measured = self._middle()
        true = statistics.median(self.truths)
        move = 2 * tolerance_of(self.case.truth, true) or max(abs(true), 1.0) * 0.01
        shifted = _single(run, self.case, f"({self.query}) + {number(move if measured >= true else -move)}", at)
        last, _ = self.samples[-1]
        span = (last - self.window, last)
        return Found(self.case, self.query, tuple(self.samples), tuple(self.truths), self.tally, span, shifted)

    def _middle(self) -> tuple[float, float]:
        """The sample that counts: shifted at another moment, the query would be held against what is true at this one."""
        return sorted(self.samples, key=lambda sample: sample[1])[len(self.samples) // 2]


def prove(run: Run, loads: Loads, group: Iterable[Case], attempts: int = 2) -> None:
    """Compare the cases, whose workloads run. Those that fail are looked at once more, over a later window."""
    left = list(group)
    for attempt in range(attempts):
        probes = [probe for case in left if (probe := _probe(run, loads, case))]
        _look(run, probes)
        last = attempt == attempts - 1
        left = [probe.case for probe in probes if not _concluded(run, probe, last)]
        if not left:
            return
        run.pause(panel_window(run.clock))


def _look(run: Run, probes: Sequence[_Probe]) -> None:
    ready = max(
        (p.load.tally.lasts() + p.window + 2 * run.clock.scrape for p in probes if p.load.tally.count()), default=0
    )
    run.pause(max(0.0, ready - time.time()))
    for look in range(_LOOKS):
        if look:
            run.pause(run.clock.scrape)
        for probe in probes:
            probe.look(run)


def _concluded(run: Run, probe: _Probe, last: bool) -> bool:
    """Whether there is a result: always at the last attempt, before it only if it passed."""
    case = probe.case
    try:
        found = probe.found(run)
    except (ObsbootError, ValueError) as error:
        if last:
            said = str(getattr(error, "message", error)) or probe.load.complaint() or "its workload counted nothing"
            run.say("live/truth", case.subject, "error", said, query=probe.query)
        return last
    wrong = found.problem()
    if wrong and not last:
        return False
    detail = found.detail(run.began)
    run.say("live/truth", case.subject, "failed" if wrong else "passed", wrong or found.sentence(), **detail)
    return True


def _probe(run: Run, loads: Loads, case: Case) -> _Probe | None:
    load = loads.running.get((case.instance.id, case.truth.workload))
    if load is None:
        run.say("live/truth", case.subject, "error", f"its workload {case.truth.workload} does not run")
        return None
    window = needed_window(run, case, load)
    instance = one_of([case.instance.address]) if case.instance.address else ".+"
    query = resolved(case.query, {"job": case.instance.job, "instance": instance}, window)
    parameters = loads.parameters.get((case.instance.id, case.truth.workload), {})
    return _Probe(case, load, numeric(parameters), window, query)


def needed_window(run: Run, case: Case, load: Load) -> float:
    """Seconds over which the query looks back: as a rule's five minutes, or longer until it holds enough events."""
    window = panel_window(run.clock)
    if case.signal.clock != "rate":
        return window
    now = time.time()
    counted = load.tally.between(max(load.tally.lasts(), now - window), now)
    if not events(counted) or not counted["seconds"]:
        return window
    return min(LONGEST_WINDOW, max(window, 1.2 * EVENTS * counted["seconds"] / events(counted)))


def _single(run: Run, case: Case, query: str, at: float) -> float:
    """The one value of the query for this instance and the truth's own labels. Raises ValueError for none or many."""
    wanted = {k: str(v) for k, v in case.truth.match.items()}
    found = [s for s in run.prometheus.query(query, at) if _fits(s, wanted)]
    if len(found) == 1:
        return found[0].value
    if found:
        shown = "; ".join(str(dict(sample.labels)) for sample in found[:3])
        raise ValueError(f"{len(found)} series where one was expected: {shown}")
    why = why_empty(run.prometheus, query, run.began, case.instance, case.signal)
    raise ValueError(f"no data{f' for {wanted}' if wanted else ''}: {why}")


def _fits(sample: Sample, wanted: Mapping[str, str]) -> bool:
    return all(sample.labels.get(name) == value for name, value in wanted.items())
