"""From alerts to faults: what has to be injected, what each fault is to prove, and how long that will take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from obsboot.live.clock import Clock
from obsboot.live.history import Key
from obsboot.live.schedule import Task
from obsboot.live.watched import Watched
from obsboot.model import Fault, Instance


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault of one instance, with the alerts that it is to fire."""

    instance: Instance
    fault: Fault
    alerts: tuple[Watched, ...]
    task: Task

    def only(self, severity: str, clock: Clock) -> Trial | None:
        """The same fault for the alerts of one severity; None where it has none."""
        kept = tuple(each for each in self.alerts if each.alert.severity == severity)
        if not kept:
            return None
        return replace(self, alerts=kept, task=replace(self.task, seconds=expected(kept, clock)))

    def allows(self, key: Key) -> bool:
        """Whether the alert may fire because of this fault."""
        return key in self.task.fires or key[0] in self.fault.also


def trials(alerts: Sequence[Watched], clock: Clock) -> list[Trial]:
    """One trial for each fault that an alert of the stack names."""
    grouped: dict[tuple[str, str], list[Watched]] = {}
    for each in alerts:
        if each.fault and not each.alert.always:
            grouped.setdefault((each.instance.id, each.fault.name), []).append(each)
    return [_trial(found, alerts, clock) for found in grouped.values()]


def _trial(found: Sequence[Watched], every: Iterable[Watched], clock: Clock) -> Trial:
    instance, fault = found[0].instance, found[0].fault
    if fault is None:
        raise ValueError(f"{found[0].subject} has no fault")
    fires = frozenset(each.key for each in found)
    also = frozenset((name, "") for name in fault.also)
    causes = {name for name, _ in fires | also}
    silenced = frozenset(w.key for w in every if causes & set(w.alert.inhibited_by) and w.instance.job == instance.job)
    return Trial(
        instance,
        fault,
        tuple(found),
        Task(
            name=f"{instance.id}/{fault.name}",
            seconds=expected(found, clock),
            touches=tuple(_touches(instance, fault)),
            fires=fires,
            may_fire=also,
            silences=silenced - fires,
            tail=tail(found, clock),
        ),
    )


def tail(alerts: Iterable[Watched], clock: Clock) -> float:
    """The part of `expected` in which Prometheus holds the alerts for resolved and the notification is awaited."""
    return max(each.times(clock).group_interval * 0.6 for each in alerts)


def _touches(instance: Instance, fault: Fault) -> Iterator[str]:
    yield from fault.touches or (instance.id,)
    for workload in filter(None, (fault.workload, fault.instead_of)):  # one of a name runs at a time
        yield f"workload of {instance.id}/{workload}"


def expected(alerts: Iterable[Watched], clock: Clock) -> float:
    """Seconds from injecting the fault until its last alert is resolved and that is delivered."""
    times = [each.times(clock) for each in alerts]
    return max(t.fires_after for t in times) + max(t.resolves_after for t in times)
