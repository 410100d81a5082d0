"""obsboot loses no line that was written by hand; and what counts the losses does count them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from obsboot.model import Exit
from tests.fuzz.counting import Count, count, counted
from tests.fuzz.projects import HAND_LINES, Project, project
from tests.fuzz.tools import Obsboot, Outcome

PROJECTS = 25
SEED = "suite"


def some(number: int) -> Iterator[Project]:
    return (project(f"{SEED}/{each}") for each in range(number))


class Overwriting(Obsboot):
    """Writes the second version over whatever is there."""

    def update(self, project: Project, root: Path) -> Outcome:
        for file in project.after:
            (root / file.path).parent.mkdir(parents=True, exist_ok=True)
            (root / file.path).write_text(file.text)
        return Outcome(0, frozenset(), 0.0)


class Idle(Obsboot):
    """Does nothing, and says what it is told to say: an exit code and some paths."""

    def __init__(self, code: int = 0, told: frozenset[str] = frozenset()) -> None:
        self.outcome = Outcome(code, told, 0.0)

    def update(self, project: Project, root: Path) -> Outcome:
        return self.outcome


def test_no_line_is_lost_on_either_side_and_no_exit_code_hides_a_conflict() -> None:
    every = counted(Obsboot(), some(PROJECTS))
    assert every.projects == PROJECTS
    assert every.hand >= PROJECTS * HAND_LINES
    assert not every.lost
    assert not every.dropped
    assert not every.silent
    assert every.conflicts, "where nothing is at odds nothing is shown"


def test_a_project_is_the_same_each_time_and_has_all_that_can_go_wrong() -> None:
    every = list(some(PROJECTS))
    assert every == list(some(PROJECTS))
    for each in every:
        assert 20 <= len(each.before) <= 40
        assert len(each.hand) >= HAND_LINES
        assert each.new
    assert {file.owner for each in every for file in each.before} == {"managed", "owned", "seed"}
    paths = [({f.path for f in each.before}, {f.path for f in each.after}, set(each.yours)) for each in every]
    assert any(yours & after - before for before, after, yours in paths), "a file that both sides added"
    assert any(each.gone for each in every)
    assert any(b"\r\n" in data for each in every for data in each.yours.values())


def test_a_tool_that_overwrites_is_found_out() -> None:
    every = counted(Overwriting(), some(3))
    assert every.lost
    assert not every.dropped
    assert every.silent == every.troubled == 3


def test_a_tool_that_brings_nothing_is_found_out() -> None:
    every = counted(Idle(), some(3))
    assert len(every.dropped) == every.new > 0
    assert not every.lost
    assert every.silent == 3


@pytest.fixture
def updated(tmp_path: Path) -> tuple[Project, Path, Outcome]:
    """A project that obsboot has updated, in its folder."""
    one, tool = next(some(1)), Obsboot()
    tool.begin(one, tmp_path)
    one.edit(tmp_path)
    return one, tmp_path, tool.update(one, tmp_path)


def test_one_planted_loss_is_counted_and_named(updated: tuple[Project, Path, Outcome]) -> None:
    one, root, outcome = updated
    before = count(one, root, outcome)
    assert not before.lost
    own = root / "observability/docs/own.md"
    mark = next(mark for mark in one.hand if mark in own.read_bytes())
    own.write_bytes(own.read_bytes().replace(mark, b""))
    (root / ".obsboot/backup").mkdir(exist_ok=True)
    (root / ".obsboot/backup/own.md").write_bytes(mark)
    after = count(one, root, outcome)
    assert after.lost == (f"{one.name}: {mark.decode()} of observability/docs/own.md",)
    assert after.hand == before.hand


@pytest.mark.parametrize("suffix", [".obsboot-new", ".rej", ".orig"])
def test_a_line_in_a_sidecar_is_not_lost(updated: tuple[Project, Path, Outcome], suffix: str) -> None:
    one, root, outcome = updated
    own = root / "observability/docs/own.md"
    before = count(one, root, outcome)
    own.rename(own.with_name(own.name + suffix))
    after = count(one, root, outcome)
    assert not after.lost
    assert after.conflicts == before.conflicts + 1


def test_what_a_tool_tells_of_is_not_dropped_without_a_word() -> None:
    one = next(some(1))
    path = next(iter(one.new.values())).path
    excused = [mark for mark, file in one.new.items() if file.path == path]
    told = counted(Idle(told=frozenset({path})), [one])
    assert len(told.dropped) == len(one.new) - len(excused)
    assert path not in "".join(told.dropped)


def test_an_exit_code_other_than_0_is_not_silent() -> None:
    assert counted(Idle(), some(1)).silent == 1
    assert counted(Idle(code=Exit.DRIFT), some(1)).silent == 0


def test_counts_add_up() -> None:
    one = Count(projects=1, hand=3, lost=("a",), silent=1, seconds=0.5)
    assert one + one == Count(projects=2, hand=6, lost=("a", "a"), silent=2, seconds=1.0)
