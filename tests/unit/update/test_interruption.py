"""An update that is ended at any point of its writing: nothing of the user's is ever in danger."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from interrupting import at_operation, each_point, full, in_child, killed
from small_catalogue import snapshot
from small_pack import file, pack, planned

from obsboot.model import Exit, ObsbootError
from obsboot.workspace import recover, write
from obsboot.workspace import transaction as tx
from obsboot.workspace.undoing import undoing
from obsboot.workspace.update import Update

ONE = "one\ntwo\nthree\nfour\nfive\nsix\n"
NEW = ONE.replace("one", "ONE")

OLD_FILES = (
    file("merged.txt", ONE),
    file("at-odds.txt", ONE),
    file("bytes.txt", ONE),
    file("renamed.txt", ONE),
    file("deep/gone.txt", ONE),
    file("replaced.sh", ONE),
    file("mode.sh", ONE),
    file("orphan.txt", ONE),
)
NEW_FILES = (
    file("merged.txt", NEW),
    file("at-odds.txt", NEW),
    file("bytes.txt", NEW),
    file("new/name.txt", NEW, source="renamed.txt"),
    file("replaced.sh", NEW),
    file("mode.sh", ONE, x=True),
    file("other/created.txt", NEW),
)
EDITS = {
    "merged.txt": ONE.replace("five", "hand-1").encode(),
    "at-odds.txt": ONE.replace("one", "hand-2").encode(),
    "bytes.txt": b"\xff hand-3",
    "renamed.txt": ONE.replace("five", "hand-4").encode(),
    "orphan.txt": ONE.replace("five", "hand-5").encode(),
}
TOKENS = {b"hand-%d" % number for number in range(1, 6)}

Tree = dict[str, tuple[int, bytes]]


def update_of(root: Path) -> Update:
    return planned(root, *NEW_FILES)


def work(root: Path) -> None:
    write(update_of(root).plan, undoable=True)


def tree(root: Path) -> Tree:
    """The repository without what can be had back by `undo`."""
    return {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")}


def files(whole: Tree) -> Tree:
    """Without the folders: one that is empty may be left behind."""
    return {path: one for path, one in whole.items() if not stat.S_ISDIR(one[0])}


def hand_written(root: Path) -> set[bytes]:
    """What of the user's is in the repository, obsboot's own folder aside."""
    texts = [data for path, (_, data) in snapshot(root).items() if not path.startswith(".obsboot/")]
    return {token for token in TOKENS if any(token in text for text in texts)}


@pytest.fixture
def edited() -> Iterator[Path]:
    """A repository before the update, in a folder of its own that may fill."""
    with tempfile.TemporaryDirectory() as folder:
        root = pack(Path(folder, "repository"), *OLD_FILES)
        for path, data in EDITS.items():
            (root / "o" / path).write_bytes(data)
        yield root


@pytest.fixture
def after(edited: Path) -> Tree:
    """What the update makes of it if nobody interrupts."""
    copy = edited.parent / "after"
    shutil.copytree(edited, copy)
    update = update_of(copy)
    assert {each.action for each in update.verdicts} >= {"merge", "conflict", "delete", "update", "orphan", "add"}
    write(update.plan, undoable=True)
    assert hand_written(copy) == TOKENS
    return tree(copy)


def test_a_kill_at_any_point_is_mended_and_can_still_be_undone(edited: Path, after: Tree) -> None:
    before, finished = tree(edited), []
    for number, copy in each_point(edited, work):

        def ended(number: int = number, copy: Path = copy) -> None:
            with at_operation(number, killed):
                work(copy)

        assert in_child(ended) == -signal.SIGKILL
        assert hand_written(copy) == TOKENS, number
        told = recover(copy)
        assert tree(copy) in (before, after), number
        if tree(copy) == before:
            work(copy)
        else:
            finished.append(number)
            assert "an interrupted run" in told or not told
        assert tree(copy) == after, number
        write(undoing(copy), undoable=True)
        assert tree(copy) == before, number
    assert len(finished) > 10
    assert finished == list(range(finished[0], finished[-1] + 1))  # from the point of no return on


def test_a_kill_while_the_interrupted_update_is_finished(edited: Path, after: Tree) -> None:
    def halfway(copy: Path) -> None:
        with at_operation(40, killed):
            work(copy)

    start = edited.parent / "halfway"
    shutil.copytree(edited, start)
    assert in_child(lambda: halfway(start)) == -signal.SIGKILL
    assert (start / ".obsboot/.staging/journal.json").exists()
    for number, copy in each_point(start, recover):

        def ended(number: int = number, copy: Path = copy) -> None:
            with at_operation(number, killed):
                recover(copy)

        assert in_child(ended) == -signal.SIGKILL
        assert hand_written(copy) == TOKENS, number
        recover(copy)
        assert tree(copy) == after, number


def refusal_at(number: int, copy: Path) -> ObsbootError | None:
    """Why the update is refused when no space is left for its `number`-th operation; None where it is done."""
    try:
        with at_operation(number, full):
            work(copy)
    except ObsbootError as error:
        return error
    return None


def test_a_disk_that_is_full_at_any_point_leaves_all_as_it_was_or_all_done(edited: Path, after: Tree) -> None:
    before, whole = tree(edited), []
    for number, copy in each_point(edited, work):
        error = refusal_at(number, copy)
        if error:
            assert "no space is left" in error.message
            assert error.code == Exit.REFUSED
            assert tree(copy) == before, number
        else:
            whole.append(number)
            recover(copy)
            assert files(tree(copy)) == files(after), number
    assert len(whole) < 30


def test_of_two_at_once_the_second_is_refused_and_comes_to_the_same(edited: Path, after: Tree) -> None:
    first, second = update_of(edited), update_of(edited)
    with tx.locked(edited):
        before = snapshot(edited)
        with pytest.raises(ObsbootError, match="another obsboot is writing here") as caught:
            write(first.plan, undoable=True)
        assert caught.value.code == Exit.REFUSED
        assert snapshot(edited) == before
    write(first.plan, undoable=True)
    assert tree(edited) == after
    with pytest.raises(ObsbootError, match="changed while obsboot was at work"):
        write(second.plan, undoable=True)
    assert tree(edited) == after


def test_two_processes_at_once(edited: Path, after: Tree) -> None:
    """Both have made their plan; whoever is second changes nothing."""
    update = update_of(edited)
    ready, go = os.pipe()
    children = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                os.close(go)
                os.read(ready, 1)  # until the other end is closed
                write(update.plan, undoable=True)
                code = 0
            except ObsbootError as error:
                code = int(error.code)
            finally:
                os._exit(code)
        children.append(pid)
    os.close(go)
    os.close(ready)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children)
    assert codes == [Exit.DONE, Exit.REFUSED]
    assert tree(edited) == after


@pytest.mark.parametrize("path", ["merged.txt", "renamed.txt", "deep/gone.txt", "other/created.txt"])
def test_a_file_that_changes_between_the_plan_and_the_writing_is_the_users(edited: Path, path: str) -> None:
    update = update_of(edited)
    (edited / "o" / path).parent.mkdir(exist_ok=True)
    (edited / "o" / path).write_text("written meanwhile\n")
    before = snapshot(edited)
    with pytest.raises(ObsbootError, match=f"{path}: it changed while obsboot was at work"):
        write(update.plan, undoable=True)
    assert snapshot(edited) == before


def as_nobody(work: object) -> int:
    """Runs it as a user to whom modes matter."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()  # type: ignore[operator]

    return in_child(run)


@pytest.fixture
def reachable(edited: Path) -> Path:
    """The repository as another user has it."""
    edited.parent.chmod(0o755)
    if os.geteuid() == 0:
        for path in (edited, *edited.rglob("*")):
            os.chown(path, 65534, 65534)
    return edited


def test_a_file_that_may_only_be_read_is_updated_and_stays_so(reachable: Path) -> None:
    (reachable / "o/merged.txt").chmod(0o444)
    assert as_nobody(lambda: work(reachable)) == 0
    merged = reachable / "o/merged.txt"
    assert merged.read_text() == NEW.replace("five", "hand-1")
    assert merged.stat().st_mode & 0o777 == 0o444


def test_a_folder_that_may_only_be_read_is_a_refusal(reachable: Path) -> None:
    (reachable / "o/deep").chmod(0o555)
    before = snapshot(reachable)
    assert as_nobody(lambda: work(reachable)) == Exit.REFUSED
    assert snapshot(reachable) == before


def test_a_file_that_may_not_be_read_is_a_refusal(reachable: Path) -> None:
    (reachable / "o/merged.txt").chmod(0o000)
    before = snapshot(reachable)
    assert as_nobody(lambda: work(reachable)) == Exit.REFUSED
    assert snapshot(reachable) == before


def test_after_an_interrupted_update_the_next_one_has_nothing_to_do(edited: Path) -> None:
    (edited / "o/at-odds.txt").write_text(ONE)  # with markers in it the next one would be refused

    def ended() -> None:
        with at_operation(40, killed):
            work(edited)

    assert in_child(ended) == -signal.SIGKILL
    assert "written now" in recover(edited)
    assert update_of(edited).plan.is_noop
