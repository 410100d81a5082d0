"""The proof, in one straight line: start, targets, truths under a healthy load, soak, faults, coverage."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from requests import RequestException

from obsboot.live import extras
from obsboot.live.attach import attached
from obsboot.live.comparison import Case
from obsboot.live.copy import copy
from obsboot.live.coverage import coverage
from obsboot.live.edits.compose import Surroundings
from obsboot.live.facts import facts, proven_on
from obsboot.live.fire import Outcome
from obsboot.live.firing import check_bystanders, fire
from obsboot.live.health import check_containers
from obsboot.live.interrupts import apart, interruptible
from obsboot.live.loads import Loads
from obsboot.live.logs.alerts import check_alerts as check_log_alerts
from obsboot.live.logs.alerts import check_quiet
from obsboot.live.logs.answers import check_answers
from obsboot.live.logs.lines import check_lines
from obsboot.live.logs.samples import check_samples
from obsboot.live.opening import bring_up, opened, recipes_of
from obsboot.live.options import Options
from obsboot.live.own_service import check_own_service
from obsboot.live.planning import Plan, blip_candidate, is_healthy, planned
from obsboot.live.queries import check_queries
from obsboot.live.relay import check_reachable
from obsboot.live.replaying import replayed
from obsboot.live.run import Run
from obsboot.live.soak import check_soak
from obsboot.live.substitution import why_left_out
from obsboot.live.targets import check_rules, check_targets
from obsboot.live.tasks import Trial
from obsboot.live.truth import cases, prove
from obsboot.live.waiting import Stopped
from obsboot.live.workload import wait_for_count
from obsboot.model import ObsbootError, Pack, Report
from obsboot.report.listening import Listener, Silent

_COUNTS_SECONDS = 20.0


def prediction(pack: Pack, options: Options) -> Plan:
    """What `validate` will do, and its predicted length, without an engine. Raises ObsbootError."""
    made = copy(pack, options.speed, lambda clock: Surroundings("obsboot", clock, lambda image: image))
    recipes = recipes_of(pack.stack, made, options)
    watched = {i.id: recipes[i.id] for i in pack.stack.instances if i.watched}
    return planned(pack.stack, made, watched, options)


def validate(pack: Pack, options: Options, listener: Listener | None = None) -> Report:
    """The pack proven in running containers; everything that was started is gone afterwards (but with `keep`).

    Raises ObsbootError where nothing could be started: code 6 without an engine, 5 for one that does not fit.
    """
    if options.attach:
        return attached(pack, options, listener or Silent())
    if options.service_url:
        check_reachable(options.service_url, pack.stack)
    with interruptible(), opened(pack, options, listener or Silent()) as run:
        line = _Line(run, planned(run.stack, run.copy, run.recipes, options), Loads(run))
        try:
            apart(line.follow, run.ending)
        except (ObsbootError, Stopped, RequestException) as error:
            run.say("live/run", "the run", "error", _told(error))
        finally:
            run.stopping.set()
            line.loads.abandon_all()
        return line.report()


def _told(error: Exception) -> str:
    """What went wrong and how to mend it, in one text."""
    fix = error.fix if isinstance(error, ObsbootError) else ""
    return (str(error) or "stopped") + (f"; {fix}" if fix else "")


class _Line:
    """The steps of one run, in order."""

    def __init__(self, run: Run, plan: Plan, loads: Loads) -> None:
        self.run, self.plan, self.loads = run, plan, loads
        self.phases: list[dict[str, object]] = []
        self.outcomes: list[Outcome] = []

    def follow(self) -> None:
        """Every step; what a step cannot do is a result, and the next step follows."""
        run = self.run
        with self.phase("start"), ThreadPoolExecutor(max_workers=1) as beside:
            tests = beside.submit(self.replay) if run.options.replay and not run.options.quick else None
            bring_up(run)
            if tests:
                tests.result()
            check_own_service(run)
        run.history.start()
        with self.phase("targets and rules"):
            check_targets(run)
            check_rules(run)
        with self.phase("healthy load"):
            self.healthy()
        if "other truths" in self.plan.phases:
            with self.phase("other truths"):
                self.other_truths()
        with self.phase("faults"):
            self.faults()
        if "logs" in self.plan.phases:
            with self.phase("logs"):
                self.logs()
        if "silence" in self.plan.phases:
            with self.phase("silence"):
                self.silence()
        check_containers(run)
        run.history.stop()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Tell the listener, and note how long it took."""
        predicted, began = self.plan.phases.get(name, 0.0), self.run.now()
        self.run.listener.phase(name, predicted)
        try:
            yield
        finally:
            length = round(self.run.now() - began, 1)
            self.phases.append({"name": name, "start": round(began, 1), "length": length, "predicted": predicted})

    def replay(self) -> None:
        """The rule tests, in simulated time."""
        try:
            image = self.run.images.fetch(self.pinned("prometheus"))
            for result in replayed(self.run, image):
                self.run.add(result)
        except Exception as error:
            if not self.run.stopping.is_set():
                self.run.say("replay/promtool", "promtool", "error", str(error))

    def pinned(self, component: str) -> str:
        exporter = self.run.stack.catalogue[component].exporter
        return exporter.image if exporter else ""

    def healthy(self) -> None:
        """The healthy load: queries and truths while it soaks."""
        run = self.run
        complaints = self.loads.restore()
        began = time.time()
        for complaint in complaints:
            run.say("live/workload", complaint.split(":")[0], "error", complaint)
        for (instance, name), load in list(self.loads.running.items()):
            if not wait_for_count(load, _COUNTS_SECONDS, run.stopping) and not run.stopping.is_set():
                said = load.complaint() or "it counts nothing"
                run.say("live/workload", f"{instance}/{name}", "error", said)
        steady = [case for case in cases(run) if self.is_steady(case.instance.id, case.signal.name)]
        prove(run, self.loads, self.drivable(steady))
        check_queries(run)
        for each in self.plan.alerts:
            if each.alert.always:
                extras.check_watchdog(run, each, began)
        if not run.options.quick:
            check_soak(run, self.plan.alerts, began, self.plan.phases["healthy load"])
            check_quiet(run, began)

    def drivable(self, found: Sequence[Case]) -> list[Case]:
        """Those whose workload can run; the others need the reference service, and are told as skipped."""
        known = {owner: recipe.workloads for owner, recipe in self.run.recipes.items()}
        for case in found:
            if case.truth.workload not in known[case.instance.id]:
                self.run.say("live/truth", case.subject, "skipped", why_left_out(self.run.options))
        return [case for case in found if case.truth.workload in known[case.instance.id]]

    def is_steady(self, instance: str, signal: str) -> bool:
        """Whether the truth of this signal holds under the healthy load."""
        owner = next(i for i in self.run.stack.instances if i.id == instance)
        truth = owner.component.signals[signal].truth
        workloads = self.run.recipes[instance].workloads
        return bool(truth) and (truth.workload not in workloads or is_healthy(truth, workloads))  # type: ignore[union-attr,arg-type]

    def other_truths(self) -> None:
        """The truths that need a workload of their own: one of each instance at a time."""
        left = [case for case in cases(self.run) if not self.is_steady(case.instance.id, case.signal.name)]
        while left:
            chosen = {case.instance.id: case.variant for case in reversed(left)}
            now = [case for case in left if chosen[case.instance.id] == case.variant]
            left = [case for case in left if case not in now]
            for case in {case.variant: case for case in now}.values():
                workload = self.run.recipes[case.instance.id].workloads[case.truth.workload]
                self.loads.start(case.instance, workload, case.truth.parameters)
            prove(self.run, self.loads, now)
            for case in {case.variant: case for case in now}.values():
                self.loads.stop(case.instance, case.truth.workload)
            self.loads.restore()

    def faults(self) -> None:
        """Every fault, then a blip, then whether anything fired that nobody expected."""
        run, began = self.run, time.time()
        lacking = {t.task.name: why for t in self.plan.trials if (why := self.lacks(t))}
        present = [t for t in self.plan.trials if t.task.name not in lacking]
        absent = {e.subject: lacking[t.task.name] for t in self.plan.trials if t not in present for e in t.alerts}
        why = why_left_out(run.options)
        needing = {e.subject: why for e in self.plan.alerts if why and e.alert.fault and e.fault is None}
        for name, reason in {**needing, **self.plan.left_out, **absent}.items():
            run.say("live/alert", name, "skipped", reason)
        inhibition = extras.Inhibition(run, self.plan.alerts)
        run.history.watchers.append(inhibition.look)
        self.outcomes = fire(run, self.loads, present)
        if not run.options.quick:
            self.blip(present)
        check_bystanders(run, self.plan.alerts, self.outcomes, began)
        inhibition.tell()
        for (instance, signal), expr in run.hollow.items():
            if f"{instance}/{signal}" not in {r.subject for r in run.results if r.check == "live/query"}:
                run.listener.event(f"{instance}/{signal} stayed empty: {expr}")

    def lacks(self, trial: Trial) -> str:
        """Why a trial cannot be made: its instance, or what its fault breaks, does not run."""
        return self.run.missing.get(trial.instance.id, "") or self.run.unavailable.get(trial.fault.on, "")

    def blip(self, present: Sequence[Trial]) -> None:
        """One alert sees its fault for less than its hold."""
        if candidate := blip_candidate(self.run.clock, present):
            with self.phase("blip"):
                extras.check_blip(self.run, self.loads, *candidate)
        else:
            why = "no alert holds for longer than its fault's traces last"
            self.run.say("live/blip", "every alert", "skipped", why)

    def logs(self) -> None:
        """What the servers wrote, then lines whose documents are known, then documents of which somebody has to hear."""
        self.loads.stop_all()
        began = time.time()
        check_lines(self.run)
        check_samples(self.run)
        check_answers(self.run)
        check_log_alerts(self.run, began)

    def silence(self) -> None:
        """The Watchdog's heartbeat stops with Prometheus."""
        for each in self.plan.alerts:
            if each.alert.always:
                extras.check_silence(self.run, each)
                return

    def report(self) -> Report:
        """All results, what they prove, and the facts."""
        run = self.run
        proven, covered = coverage(run.stack, run.results, run.missing, run.options)
        run.add(covered)
        title = f"{run.stack.service}: proven on {proven_on(run)}"
        known = facts(run, self.plan.seconds, self.phases) if hasattr(run, "prometheus") else {}
        return Report(title, tuple(run.results), proven, known)
