"""All trials of a run: started as soon as nothing that runs conflicts with them, then judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from obsboot.live.fire import Outcome, attempt
from obsboot.live.history import Episode, Key
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.schedule import MOST_AT_ONCE, Task, conflict, plan, still_conflicts
from obsboot.live.tasks import Trial
from obsboot.live.verdicts import flaw, tell
from obsboot.live.watched import Watched
from obsboot.model import ObsbootError

_TAIL_SECONDS = 3.0
"""An alert that fires so soon after a fault's end still belongs to it."""


def fire(run: Run, loads: Loads, trials: Sequence[Trial]) -> list[Outcome]:
    """Attempt every trial, conflicting ones one after the other, and tell a result for each of their alerts.

    A trial that fails is attempted once more when all others are over: so many faults at once may hinder one another.
    """
    first = _attempts(run, loads, trials, {})
    flaws = {o.trial.task.name: wrong for o in first if (wrong := flaw(run, o))}
    for name, wrong in flaws.items():
        run.listener.event(f"{name} will be attempted once more: {wrong}")
    return [*first, *_attempts(run, loads, [t for t in trials if t.task.name in flaws], flaws)]


def _attempts(run: Run, loads: Loads, trials: Sequence[Trial], before: Mapping[str, str]) -> list[Outcome]:
    """One attempt at each trial. `before` says what went wrong in the attempt before this one, which is then the last."""
    by_name = {trial.task.name: trial for trial in trials}

    def one(task: Task, over: Callable[[], None]) -> Outcome:
        trial = by_name[task.name]
        silent = takes_away(run, trial, "alertmanager")
        outcome = attempt(run, loads, trial, silent, over)
        if before or not flaw(run, outcome):
            tell(run, outcome, silent, before.get(task.name, ""))
        return outcome

    order = [slot.task for slot in plan([t.task for t in trials])]
    outcomes = list(each_in_turn(order, one, run))
    for complaint in loads.restore():
        run.say("live/workload", complaint.split(":")[0], "error", complaint)
    return outcomes


def takes_away(run: Run, trial: Trial, service: str) -> bool:
    """Whether the trial's fault stops, pauses or disconnects this container of the pack."""
    if trial.fault.kind not in ("stop", "pause", "disconnect") or service not in run.services:
        return False
    try:
        return run.box(trial.instance, trial.fault.on) is run.services[service]
    except ObsbootError:
        return False


def each_in_turn(
    tasks: Sequence[Task], one: Callable[[Task, Callable[[], None]], Outcome], run: Run
) -> Iterator[Outcome]:
    """Run `one` for every task, in this order as far as conflicts allow. Whatever ends it ends those that still run."""
    waiting = list(tasks)
    running: dict[Future[Outcome], Task] = {}
    ending: set[str] = set()

    def blocked(task: Task) -> bool:
        return any((still_conflicts if o.name in ending else conflict)(task, o) for o in running.values())

    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        try:
            while waiting or running:
                for task in list(waiting):
                    if len(running) < MOST_AT_ONCE and not blocked(task):
                        running[pool.submit(one, task, partial(ending.add, task.name))] = task
                        waiting.remove(task)
                done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    yield future.result()
                run.check_alive()
        except BaseException:
            run.stopping.set()
            raise


def check_bystanders(run: Run, alerts: Sequence[Watched], outcomes: Sequence[Outcome], since: float) -> None:
    """Any alert that came up after `since` and fired though no fault of the time was to fire it, or may, is a finding.

    What came up before is what the truths' workloads left behind; the soak has judged the healthy load.
    """
    always = {each.key for each in alerts if each.alert.always or not each.judged}
    absent = {i.job for i in run.stack.instances if i.id in run.missing}
    memory = {each.key: each.rule.memory for each in alerts}
    strange: dict[Key, list[Episode]] = {}
    for episode in run.history.fired(since):
        key = (episode.alert, episode.job)
        lasting = memory.get(key, 0.0)
        causes = [o for o in outcomes if o.trial.allows(key) and overlap(episode, o, lasting)]
        if key not in always and episode.job not in absent and episode.pending >= since and not causes:
            strange.setdefault(key, []).append(episode)
    for (alert, job), episodes in strange.items():
        _strange(run, f"{job}/{alert}", episodes, outcomes)
    if not strange:
        run.say("live/bystander", "every fault", "passed", "no alert fired that no fault in force explains")


def _strange(run: Run, subject: str, episodes: Sequence[Episode], outcomes: Sequence[Outcome]) -> None:
    during = list(dict.fromkeys(o.trial.task.name for e in episodes for o in outcomes if overlap(e, o)))
    faults = ", ".join(during) or "no fault"
    times = [[run.since_start(at) for at in (e.pending, e.firing, e.ended)] for e in episodes]
    said = (
        f"came up at {times[0][0]} s and fired, with value {episodes[0].value}, during {faults}; none of them lists it"
    )
    run.say("live/bystander", subject, "failed", said, during=during, episodes=times)


def overlap(episode: Episode, outcome: Outcome, lasting: float = 0.0) -> bool:
    """Whether the episode came up while the fault, or what it left behind, was there.

    What counts is when its condition came true: an alert that holds for long fires long after its cause. A condition over
    a window of `lasting` seconds sees the fault for as long.
    """
    return outcome.began - 1 <= episode.pending <= outcome.ended + lasting + _TAIL_SECONDS
