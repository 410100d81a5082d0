"""Conflicting faults run one after the other, the others side by side, in little time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from obsboot.live.schedule import Slot, Task, conflict, length, plan, total


def task(name: str, *touches: str, seconds: float = 10, **more: frozenset[tuple[str, str]]) -> Task:
    return Task(name, seconds, touches, **more)


def alerts(*names: str) -> frozenset[tuple[str, str]]:
    return frozenset((name, "job") for name in names)


def test_paths_conflict_when_one_begins_with_the_other() -> None:
    assert conflict(task("a", "orders"), task("b", "orders/clients"))
    assert conflict(task("a", "orders/clients"), task("b", "orders/clients"))
    assert not conflict(task("a", "orders/clients"), task("b", "orders/memory"))
    assert not conflict(task("a", "orders"), task("b", "orders2"))


def test_what_touches_everything_runs_alone() -> None:
    assert conflict(task("a", "/"), task("b", "orders/clients"))
    assert conflict(task("a", "/"), task("b", "/"))


def test_a_fault_that_may_fire_or_silence_an_alert_waits_for_the_one_that_proves_it() -> None:
    proves = task("a", "x", fires=alerts("Down"))
    assert conflict(proves, task("b", "y", may_fire=frozenset({("Down", "")})))
    assert conflict(task("b", "y", silences=alerts("Down")), proves)
    assert conflict(proves, task("b", "y", fires=alerts("Down")))
    assert not conflict(proves, task("b", "y", may_fire=frozenset({("Up", "")}), silences=alerts("Slow")))


def test_side_by_side_takes_as_long_as_the_longest_chain() -> None:
    tasks = [task("a", "x", seconds=30), task("b", "x", seconds=20), task("c", "y", seconds=45), task("d", "z")]
    slots = plan(tasks)
    assert length(slots) == 50
    assert total(slots) == 105
    assert [slot.task.name for slot in slots if slot.begins == 0] == ["a", "c", "d"]


def test_no_more_at_once_than_allowed() -> None:
    assert length(plan([task(str(n), str(n)) for n in range(4)], at_once=2)) == 20


def test_nothing_to_do_takes_no_time() -> None:
    assert length(plan([])) == 0


names = st.sampled_from(["a", "a/b", "a/b/c", "a/d", "e", "e/f"])


@given(st.lists(st.tuples(names, st.integers(1, 50)), max_size=12))
def test_every_plan_is_lawful(wishes: list[tuple[str, int]]) -> None:
    tasks = [task(str(n), path, seconds=seconds) for n, (path, seconds) in enumerate(wishes)]
    slots = plan(tasks)
    assert sorted(slot.task.name for slot in slots) == sorted(t.name for t in tasks)
    assert length(slots) <= total(slots)
    for number, one in enumerate(slots):
        assert not any(conflict(one.task, other.task) and meets(one, other) for other in slots[number + 1 :])
    assert plan(list(reversed(tasks))) == slots


def meets(one: Slot, other: Slot) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def test_a_task_that_only_awaits_a_notification_holds_up_nothing_but_its_own_alerts() -> None:
    ending = task("a", "x", seconds=30, fires=alerts("Down"))
    ending = Task(ending.name, ending.seconds, ending.touches, ending.fires, tail=12)
    slots = plan([ending, task("b", "x", seconds=5), task("c", "y", seconds=5, may_fire=frozenset({("Down", "")}))])
    begins = {slot.task.name: slot.begins for slot in slots}
    assert begins["b"] == 18
    assert begins["c"] == 30
