"""All trials of a run: started as soon as nothing that runs conflicts with them, then judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from obsboot.live.fire import Outcome, attempt
from obsboot.live.history import Episode
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.schedule import MOST_AT_ONCE, Task, conflict, plan, still_conflicts
from obsboot.live.tasks import Trial
from obsboot.live.verdicts import tell
from obsboot.live.watched import Watched
from obsboot.model import ObsbootError

_TAIL_SECONDS = 3.0
"""An alert that fires so soon after a fault's end still belongs to it."""


def fire(run: Run, loads: Loads, trials: Sequence[Trial]) -> list[Outcome]:
    """Attempt every trial, conflicting ones one after the other, and tell a result for each of their alerts."""
    by_name = {trial.task.name: trial for trial in trials}

    def one(task: Task, over: Callable[[], None]) -> Outcome:
        trial = by_name[task.name]
        silent = takes_away(run, trial, "alertmanager")
        outcome = attempt(run, loads, trial, silent, over)
        tell(run, outcome, silent)
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
    """Any alert that fired though no fault in force at the time was to fire it, or may, is a finding."""
    always = {each.key for each in alerts if each.alert.always or not each.judged}
    absent = {i.job for i in run.stack.instances if i.id in run.missing}
    strange: dict[tuple[str, str], list[str]] = {}
    for episode in run.history.fired(since):
        if (episode.alert, episode.job) in always or episode.job in absent or _explained(episode, outcomes):
            continue
        during = [o.trial.task.name for o in outcomes if _overlap(episode, o)]
        strange.setdefault((episode.job, episode.alert), []).extend(during)
    for (job, alert), during in strange.items():
        faults = ", ".join(dict.fromkeys(during)) or "no fault"
        run.say(
            "live/bystander",
            f"{job}/{alert}",
            "failed",
            f"fired during {faults}, which does not list it",
            during=during,
        )
    if not strange:
        run.say("live/bystander", "every fault", "passed", "no alert fired that no fault in force explains")


def _explained(episode: Episode, outcomes: Sequence[Outcome]) -> bool:
    return any(o.trial.allows((episode.alert, episode.job)) and _overlap(episode, o) for o in outcomes)


def _overlap(episode: Episode, outcome: Outcome) -> bool:
    """Whether the episode came up while the fault, or what it left behind, was there.

    What counts is when its condition came true: an alert that holds for long fires long after its cause.
    """
    return outcome.began - 1 <= episode.pending <= outcome.ended + _TAIL_SECONDS
