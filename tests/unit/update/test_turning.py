"""A template that makes a folder of a file, or a file of a folder."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interrupting import at_operation, each_point, full, in_child, killed
from small_catalogue import snapshot
from small_pack import file, pack, planned, the, updated

from obsboot.model import GeneratedFile, ObsbootError
from obsboot.workspace import recover, refusal, write
from obsboot.workspace.undoing import undoing

ONE = "one\ntwo\nthree\nfour\nfive\nsix\n"
NEW = ONE.replace("one", "ONE")
MINE = ONE.replace("five", "hand")
FILE = (file("a", ONE), file("z", ONE))
FOLDER = (file("a/b", NEW), file("a/deep/c", NEW), file("z", ONE))


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    kept = (".obsboot/undo", ".obsboot/backup")
    return {path: one for path, one in snapshot(root).items() if not path.startswith(kept)}


def texts(root: Path) -> dict[str, str]:
    """The pack's files with what is in them."""
    found = sorted(path for path in (root / "o").rglob("*") if path.is_file() and path.name != ".gitignore")
    return {path.relative_to(root / "o").as_posix(): path.read_text() for path in found}


@pytest.mark.parametrize(("before", "after"), [(FILE, FOLDER), (FOLDER, FILE)])
def test_what_nobody_touched_gives_way_and_comes_back(
    tmp_path: Path, before: Sequence[GeneratedFile], after: Sequence[GeneratedFile]
) -> None:
    root = pack(tmp_path, *before)
    old = tree(root)
    update = updated(root, *after)
    assert {each.action for each in update.verdicts} == {"delete", "add", "unchanged"}
    assert texts(root) == {one.path.removeprefix("o/"): one.text for one in after}
    assert planned(root, *after).is_noop
    write(undoing(root), undoable=True)
    assert tree(root) == old
    write(undoing(root), undoable=True)
    assert texts(root) == {one.path.removeprefix("o/"): one.text for one in after}


def test_a_file_moves_into_a_folder_of_its_own_name_with_its_edits(tmp_path: Path) -> None:
    root = pack(tmp_path, file("a", ONE))
    (root / "o/a").write_text(MINE)
    old = tree(root)
    update = updated(root, file("a/a", NEW, source="a"))
    assert the(update, "a").action == "merge"
    assert texts(root) == {"a/a": NEW.replace("five", "hand")}
    write(undoing(root), undoable=True)
    assert tree(root) == old


def test_a_file_moves_out_of_its_folder_and_takes_the_folders_name(tmp_path: Path) -> None:
    root = pack(tmp_path, file("a/b", ONE))
    (root / "o/a/b").write_text(MINE)
    updated(root, file("a", NEW, source="a/b"))
    assert texts(root) == {"a": NEW.replace("five", "hand")}


def test_an_edited_file_stays_and_only_what_is_below_it_has_to_wait(tmp_path: Path) -> None:
    root = pack(tmp_path, *FILE)
    (root / "o/a").write_text(MINE)
    update = updated(root, *FOLDER[:2], file("z", NEW))
    assert {each.path: each.action for each in update.verdicts if each.action != "unchanged"} == {
        "o/a": "orphan", "o/a/b": "conflict", "o/a/deep/c": "conflict", "o/z": "update",
    }  # fmt: skip
    assert "o/a stays, and is where o/a/b has to be; move it away, and update again" in the(update, "a/b").reason
    assert texts(root) == {"a": MINE, "z": NEW}
    assert planned(root, *FOLDER[:2], file("z", NEW)).conflicts
    (root / "o/a").rename(root / "o/mine")
    updated(root, *FOLDER[:2], file("z", NEW))
    assert texts(root) == {"a/b": NEW, "a/deep/c": NEW, "mine": MINE, "z": NEW}


@pytest.mark.parametrize("stray", ["a/b", "a/deep/own.txt"])
def test_a_folder_that_holds_something_of_the_users_stays_with_the_file_beside_it(tmp_path: Path, stray: str) -> None:
    root = pack(tmp_path, *FOLDER)
    (root / "o" / stray).write_text(MINE)
    update = updated(root, *FILE)
    assert the(update, "a").action == "conflict"
    assert f"o/{stray} stays" in the(update, "a").reason
    assert texts(root) == {stray: MINE, "a.obsboot-new": ONE, "z": ONE}
    (root / "o" / stray).unlink()
    updated(root, *FILE)
    assert texts(root) == {"a": ONE, "z": ONE}


def test_what_waits_for_a_file_that_stays_makes_another_one_wait(tmp_path: Path) -> None:
    """a cannot go into the folder b, since b was edited; so a stays, and there is no room for a/c."""
    root = pack(tmp_path, file("a", ONE), file("b", ONE.replace("six", "b")))
    (root / "o/b").write_text(MINE)
    update = updated(root, file("b/a", NEW, source="a"), file("a/c", "c\n"))
    assert {each.path: each.action for each in update.verdicts if each.action != "unchanged"} == {
        "o/a": "conflict", "o/a/c": "conflict", "o/b": "orphan",
    }  # fmt: skip
    assert texts(root) == {"a": ONE, "a.obsboot-new": NEW, "b": MINE}


def test_a_link_is_no_folder_that_could_go(tmp_path: Path) -> None:
    root = pack(tmp_path / "r", file("z", ONE))
    (root / "o/a").symlink_to(tmp_path)
    assert refusal(planned(root, file("z", ONE), file("a", ONE)).plan) is not None


def test_an_edit_after_the_update_stays_when_it_is_undone(tmp_path: Path) -> None:
    root = pack(tmp_path, *FOLDER)
    updated(root, *FILE)
    (root / "o/a").write_text(MINE)
    undo = undoing(root)
    assert {step.path for step in undo.of("keep")} == {"o/a", "o/a/b", "o/a/deep/c"}
    write(undo, undoable=True)
    assert texts(root) == {"a": MINE, "z": ONE}
    assert (root / ".obsboot/backup/o/a/b").read_text() == NEW


@pytest.mark.parametrize(("before", "after"), [(FILE, FOLDER), (FOLDER, FILE)])
def test_a_kill_at_any_point_is_mended(
    tmp_path: Path, before: Sequence[GeneratedFile], after: Sequence[GeneratedFile]
) -> None:
    start = pack(tmp_path / "start", *before)
    old, plan = tree(start), lambda root: planned(root, *after).plan
    done = shutil.copytree(start, tmp_path / "done")
    write(plan(done), undoable=True)

    def work(root: Path) -> None:
        write(plan(root), undoable=True)

    for number, copy in each_point(start, work):

        def ended(number: int = number, copy: Path = copy) -> None:
            with at_operation(number, killed):
                work(copy)

        assert in_child(ended) == -signal.SIGKILL
        recover(copy)
        assert tree(copy) in (old, tree(done)), number


@pytest.mark.parametrize(("before", "after"), [(FILE, FOLDER), (FOLDER, FILE)])
def test_a_disk_that_is_full_at_any_point_leaves_all_as_it_was(
    tmp_path: Path, before: Sequence[GeneratedFile], after: Sequence[GeneratedFile]
) -> None:
    start = pack(tmp_path / "start", *before)
    old = tree(start)

    def work(root: Path) -> None:
        write(planned(root, *after).plan, undoable=True)

    refused = 0
    for number, copy in each_point(start, work):
        try:
            with at_operation(number, full):
                work(copy)
        except ObsbootError:
            refused += 1
            assert tree(copy) == old, number
    assert refused > 10


@pytest.mark.parametrize(
    ("before", "after", "path", "kept"),
    [(FILE, FOLDER, "a", ["o/a", "o/a/b", "o/a/deep/c"]), (FOLDER, FILE, "a/b", ["o/a/b", "o/a"])],
)
def test_what_was_edited_while_it_was_interrupted_stays(
    tmp_path: Path, before: Sequence[GeneratedFile], after: Sequence[GeneratedFile], path: str, kept: list[str]
) -> None:
    start = pack(tmp_path / "start", *before)

    def work(root: Path) -> None:
        write(planned(root, *after).plan, undoable=True)

    met = 0
    for number, copy in each_point(start, work):

        def ended(number: int = number, copy: Path = copy) -> None:
            with at_operation(number, killed):
                work(copy)

        assert in_child(ended) == -signal.SIGKILL
        if not (copy / ".obsboot/.staging/journal.json").exists() or not (copy / "o" / path).is_file():
            continue
        met += 1
        (copy / "o" / path).write_text(MINE)
        assert f"{', '.join(kept)}: kept" in recover(copy)
        assert texts(copy) == {path: MINE, "z": ONE}
    assert met


PATHS = ("a", "a/b", "a/b/c", "a/d", "e", "e/a")


@st.composite
def packs(draw: st.DrawFn) -> list[GeneratedFile]:
    """Files no two of which stand in each other's way."""
    chosen: list[str] = []
    for path in draw(st.permutations(PATHS))[: draw(st.integers(1, 4))]:
        if not any(f"{one}/".startswith(f"{path}/") or f"{path}/".startswith(f"{one}/") for one in chosen):
            chosen.append(path)
    owners, sources = st.sampled_from(["managed", "owned", "seed"]), draw(st.permutations(range(4)))
    texts_ = st.sampled_from([ONE, NEW, ONE.replace("six", "SIX")])
    return [
        file(path, draw(texts_), draw(owners), source=f"s{source}")
        for path, source in zip(chosen, sources, strict=False)
    ]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(packs(), packs(), st.sets(st.sampled_from(PATHS)), st.sets(st.sampled_from(PATHS)))
def test_no_line_is_lost_and_all_can_be_undone(
    old: list[GeneratedFile], new: list[GeneratedFile], edited: set[str], removed: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = pack(Path(folder), *old)
        for number, path in enumerate(sorted(edited)):
            there = root / "o" / path
            if there.is_file():
                there.write_text(there.read_text() + f"hand-{number}\n")
        for path in removed - edited:
            if (root / "o" / path).is_file():
                (root / "o" / path).unlink()
        before = texts(root)
        update = planned(root, *new)
        assert refusal(update.plan) is None
        write(update.plan, undoable=True)
        after = "\n".join(texts(root).values())
        assert [line for text in before.values() for line in text.split() if "hand" in line and line not in after] == []
        if not any("<<<<" in text for text in texts(root).values()):
            assert planned(root, *new).plan.is_noop
        if not update.plan.is_noop:
            write(undoing(root), undoable=True)
        assert texts(root) == before
