from __future__ import annotations

from pathlib import Path

import pytest
from small_catalogue import snapshot
from small_pack import file, pack, planned, updated

from obsboot.model import Exit, ObsbootError
from obsboot.workspace import State, load_state, refusal, write
from obsboot.workspace.restoring import restoring
from obsboot.workspace.undoing import undoing

MANAGED, SCRIPT = file("readme.md"), file("run.sh", "#!/bin/sh\n", "owned", x=True)
SEED, BOARD = file("own.yaml", "{}\n", "seed"), file("board.json", '{"a": 1}\n')
ALL = (MANAGED, SCRIPT, SEED, BOARD)


def known(root: Path) -> State:
    state = load_state(root)
    assert state is not None
    return state


def restored(root: Path, *paths: str) -> None:
    write(restoring(root, known(root), [f"o/{path}" for path in paths]), undoable=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pack(tmp_path / "r", *ALL)


def test_edited_and_missing_files_are_as_they_were_and_undo_has_the_edits_back(root: Path) -> None:
    before = snapshot(root)
    (root / "o/readme.md").write_text("mine\n")
    (root / "o/run.sh").unlink()
    restored(root, "readme.md", "run.sh", "readme.md")
    assert {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")} == before
    assert (root / "o/run.sh").stat().st_mode & 0o111
    write(undoing(root), undoable=True)
    assert (root / "o/readme.md").read_text() == "mine\n"
    assert not (root / "o/run.sh").exists()


def test_a_declined_file_is_written_again_and_is_no_longer_declined(root: Path) -> None:
    (root / "o/readme.md").unlink()
    updated(root, *ALL)
    assert known(root).files["o/readme.md"].status == "declined"
    restored(root, "readme.md")
    assert known(root).files["o/readme.md"].status == "written"
    assert planned(root, *ALL).is_noop


def test_permissions_and_line_ends_of_a_checkout_stay(root: Path) -> None:
    (root / "o/readme.md").write_bytes(b"mine\r\nall\r\n")
    (root / "o/readme.md").chmod(0o640)
    restored(root, "readme.md")
    assert (root / "o/readme.md").read_bytes() == MANAGED.text.replace("\n", "\r\n").encode()
    assert (root / "o/readme.md").stat().st_mode & 0o777 == 0o640


def test_what_is_as_it_was_is_not_written(root: Path) -> None:
    plan = restoring(root, known(root), ["o/readme.md"])
    assert plan.is_noop
    assert plan.steps[0].reason == "it is as it was rendered"


def test_the_templates_version_beside_it_goes_and_the_next_update_brings_what_is_new(root: Path) -> None:
    (root / "o/board.json").write_text('{"a": 2}\n')
    new = file("board.json", '{"a": 3}\n')
    assert updated(root, MANAGED, SCRIPT, SEED, new).conflicts
    assert (root / "o/board.json.obsboot-new").exists()
    restored(root, "board.json")
    assert (root / "o/board.json").read_text() == BOARD.text
    assert not (root / "o/board.json.obsboot-new").exists()
    assert known(root).files["o/board.json"].status == "written"
    assert not updated(root, MANAGED, SCRIPT, SEED, new).conflicts
    assert (root / "o/board.json").read_text() == new.text


def test_an_orphan_stays_one_and_that_is_said(root: Path) -> None:
    (root / "o/readme.md").write_text("mine\n")
    updated(root, SCRIPT, SEED, BOARD)
    plan = restoring(root, known(root), ["o/readme.md"])
    assert "the next update takes it away" in plan.steps[0].reason
    write(plan, undoable=True)
    assert known(root).files["o/readme.md"].status == "orphan"


def test_what_is_the_users_from_the_start_cannot_be_restored(root: Path) -> None:
    with pytest.raises(ObsbootError, match=r"o/own.yaml: it cannot be restored: it is yours") as caught:
        restored(root, "own.yaml")
    assert caught.value.code == Exit.REFUSED


def test_nothing_is_written_through_a_link(root: Path, tmp_path: Path) -> None:
    (root / "o/readme.md").unlink()
    (root / "o/readme.md").symlink_to(tmp_path / "else")
    error = refusal(restoring(root, known(root), ["o/readme.md"]))
    assert error
    assert "a link is there" in error.message
