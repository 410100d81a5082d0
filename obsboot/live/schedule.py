"""Which faults run side by side, and in which order, so that the whole takes as little time as it can. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

MOST_AT_ONCE = 12
"""More faults at once than this would slow each other down on a small machine."""

ROUNDS = 40
_LATE = 0.2
"""Of the seconds at which a task ended, what it becomes more urgent by: enough to change the order within a few rounds."""


@dataclass(frozen=True, slots=True)
class Task:
    """One fault and what it takes. `name` is unique; `touches` are paths.

    `fires` are the alerts that it is to prove, `may_fire` those that it may set off besides: (alert, job), an empty
    job for any. `silences` are the alerts whose notifications it may hold back.
    """

    name: str
    seconds: float
    touches: tuple[str, ...]
    fires: frozenset[tuple[str, str]] = frozenset()
    may_fire: frozenset[tuple[str, str]] = frozenset()
    silences: frozenset[tuple[str, str]] = frozenset()
    tail: float = 0.0
    """The seconds at its end in which the fault is over and only the notification of the resolve is awaited."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A task with the seconds, from the start of the schedule, at which it is predicted to begin and to end."""

    task: Task
    begins: float
    ends: float


def conflict(one: Task, other: Task) -> bool:
    """Whether two tasks must not run at the same time.

    They must not where they touch the same thing, where they fire the same alert, or where one may set off or silence
    an alert that the other is to prove.
    """
    if any(_same_place(a, b) for a in one.touches for b in other.touches):
        return True
    return _meets(one.fires, other.fires | other.may_fire | other.silences) or _meets(
        other.fires, one.may_fire | one.silences
    )


def still_conflicts(waiting: Task, ending: Task) -> bool:
    """Whether a task must not begin while another one only awaits the notification of its alerts' end."""
    return _meets(ending.fires, waiting.fires | waiting.may_fire | waiting.silences)


def _same_place(one: str, other: str) -> bool:
    """Whether one path begins with the other: `cache` and `cache/clients`, but not `cache` and `cache2`.

    The path `/` is everything: a fault that touches it runs alone.
    """
    a, b = (path.strip("/").split("/") if path.strip("/") else [] for path in (one, other))
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def _meets(ones: Iterable[tuple[str, str]], others: frozenset[tuple[str, str]]) -> bool:
    names = {name for name, job in others if not job}
    return any(key in others or key[0] in names for key in ones)


def plan(tasks: Sequence[Task], at_once: int = MOST_AT_ONCE, rounds: int = ROUNDS) -> list[Slot]:
    """Slots in the order of their beginning; deterministic.

    In each of several rounds a task begins as soon as nothing that runs conflicts with it, the most urgent one first. At
    first urgent is what has the longest chain of conflicts; what ended late in a round is more urgent in the next. The
    shortest of the rounds is the plan.
    """
    return list(_shortest(tuple(tasks), at_once, rounds))


@lru_cache(maxsize=8)
def _shortest(tasks: tuple[Task, ...], at_once: int, rounds: int) -> tuple[Slot, ...]:
    """Kept, since a run asks for the same plan when it predicts its length, when it begins, and when it breaks things."""
    met = _Meetings.of(tasks)
    urgency = {task.name: sum(t.seconds for t in tasks if t.name in met.running[task.name]) for task in tasks}
    best: list[Slot] = []
    for _ in range(rounds):
        slots = _greedy(sorted(tasks, key=lambda t: (-urgency[t.name], -t.seconds, t.name)), met, at_once)
        if not best or length(slots) < length(best):
            best = slots
        for slot in slots:
            urgency[slot.task.name] += slot.ends * _LATE
    return tuple(best)


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Which tasks must not begin beside a running one, and which not beside one that only awaits its end; by name."""

    running: Mapping[str, frozenset[str]]
    ending: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> _Meetings:
        running = {one.name: frozenset(t.name for t in tasks if t is one or conflict(t, one)) for one in tasks}
        ending = {one.name: frozenset(t.name for t in tasks if still_conflicts(t, one)) for one in tasks}
        return cls(running, ending)

    def in_the_way(self, task: Task, slot: Slot, now: float) -> bool:
        over = now >= slot.ends - slot.task.tail
        return task.name in (self.ending if over else self.running)[slot.task.name]


def _greedy(order: Sequence[Task], met: _Meetings, at_once: int) -> list[Slot]:
    waiting = list(order)
    running: list[Slot] = []
    slots: list[Slot] = []
    now = 0.0
    while waiting:
        for task in list(waiting):
            if len(running) < at_once and not any(met.in_the_way(task, slot, now) for slot in running):
                slot = Slot(task, now, now + task.seconds)
                running.append(slot)
                slots.append(slot)
                waiting.remove(task)
        now = min(at for slot in running for at in (slot.ends - slot.task.tail, slot.ends) if at > now)
        running = [slot for slot in running if slot.ends > now]
    return slots


def length(slots: Sequence[Slot]) -> float:
    """Seconds from the start of the schedule to the end of its last task."""
    return max((slot.ends for slot in slots), default=0.0)


def total(slots: Sequence[Slot]) -> float:
    """What the tasks would take one after the other."""
    return sum(slot.task.seconds for slot in slots)
