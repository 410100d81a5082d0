from __future__ import annotations

from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot
from small_pack import file, pack, planned, the, updated

from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace import State, load_state, write
from obsboot.workspace.resolving import Side, resolving
from obsboot.workspace.undoing import undoing
from obsboot.workspace.update.sides import sides

TEXT, BOARD = file("readme.md"), file("board.json", '{"a": 1, "b": 1}\n')
TEXT_2 = file("readme.md", TEXT.text.replace("three", "3 (template)"))
BOARD_2 = file("board.json", '{"a": 3, "b": 2}\n')
MINE = TEXT.text.replace("three", "3 (mine)")
SIDES: tuple[Side, ...] = ("yours", "template")


def known(root: Path) -> State:
    state = load_state(root)
    assert state is not None
    return state


def resolve(root: Path, path: str, side: Side | None, *template: GeneratedFile) -> None:
    state = known(root)
    write(resolving(root, state, [f"o/{path}"], side, lambda: sides(root, state, template)), undoable=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Both files are at odds: the text has markers, and the template's board is beside the user's."""
    root = pack(tmp_path / "r", TEXT, BOARD)
    lay_out(root, {"o/readme.md": MINE, "o/board.json": '{"a": 2, "b": 1}\n'})
    assert len(updated(root, TEXT_2, BOARD_2).conflicts) == 2
    return root


@pytest.mark.parametrize(("side", "left"), [("yours", MINE), ("template", TEXT_2.text)])
def test_markers_give_way_to_a_side(root: Path, side: Side, left: str) -> None:
    resolve(root, "readme.md", side)
    assert (root / "o/readme.md").read_text() == left
    assert known(root).files["o/readme.md"].status == "written"
    again = planned(root, TEXT_2, BOARD_2)
    assert the(again, "readme.md").action == ("keep" if side == "yours" else "unchanged")


@pytest.mark.parametrize(("side", "left"), [("yours", '{"a": 2, "b": 2}\n'), ("template", BOARD_2.text)])
def test_of_two_files_one_is_left_and_the_base_is_the_templates(root: Path, side: Side, left: str) -> None:
    resolve(root, "board.json", side, TEXT_2, BOARD_2)
    assert (root / "o/board.json").read_text() == left
    assert not (root / "o/board.json.obsboot-new").exists()
    assert known(root).pristine("o/board.json") == BOARD_2.text
    assert BOARD.text not in known(root).base.values()
    resolve(root, "readme.md", "yours")
    assert planned(root, TEXT_2, BOARD_2).is_noop
    updated(root, TEXT_2, file("board.json", '{"a": 3, "b": 4}\n'))
    assert (root / "o/board.json").read_text() == left.replace('"b": 2', '"b": 4')


@pytest.mark.parametrize("path", ["readme.md", "board.json"])
@pytest.mark.parametrize("side", SIDES)
def test_undo_has_the_conflict_back(root: Path, path: str, side: Side) -> None:
    before = {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")}
    resolve(root, path, side, TEXT_2, BOARD_2)
    write(undoing(root), undoable=True)
    assert {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")} == before


@pytest.mark.parametrize("side", SIDES)
def test_a_file_that_both_have_added_is_of_the_pack_afterwards(tmp_path: Path, side: Side) -> None:
    root = pack(tmp_path / "r", TEXT)
    lay_out(root, {"o/new.sh": "mine\r\n"})
    new = file("new.sh", "echo\n", "owned", x=True)
    assert updated(root, TEXT, new).conflicts
    resolve(root, "new.sh", side, TEXT, new)
    assert (root / "o/new.sh").read_bytes() == (b"mine\r\n" if side == "yours" else b"echo\r\n")
    one = known(root).files["o/new.sh"]
    assert (one.owner, one.source, one.status, one.executable) == ("owned", "new.sh", "written", True)
    assert planned(root, TEXT, new).conflicts == ()


def test_a_file_whose_new_place_is_taken_stays_where_it_is(tmp_path: Path) -> None:
    root = pack(tmp_path / "r", file("a.md", source="a"))
    lay_out(root, {"o/b.md": "mine\n", "o/a.md": MINE})
    moved = file("b.md", source="a")
    assert updated(root, moved).conflicts
    resolve(root, "a.md", "yours", moved)
    assert known(root).files["o/a.md"].home == "o/b.md"
    assert planned(root, moved).is_noop
    assert (root / "o/b.md").read_text() == "mine\n"


def test_the_base_is_never_what_somebody_wrote_into_the_templates_version(root: Path) -> None:
    (root / "o/board.json.obsboot-new").write_text('{"a": 3, "b": 2, "mine": 1}\n')
    before = snapshot(root)
    for side in SIDES:
        with pytest.raises(ObsbootError, match="the template does not say that") as caught:
            resolve(root, "board.json", side, TEXT_2, BOARD_2)
        assert caught.value.code == Exit.REFUSED
    assert snapshot(root) == before


def test_what_was_settled_by_hand_is_recorded_and_what_was_not_is_refused(root: Path) -> None:
    for path, said in (
        ("readme.md", "a marker is left in line 3"),
        ("board.json", "obsboot-new is still there"),
    ):
        with pytest.raises(ObsbootError, match=said):
            resolve(root, path, None)
    (root / "o/readme.md").write_text("by hand\n")
    resolve(root, "readme.md", None)
    assert known(root).files["o/readme.md"].status == "written"
    assert (root / "o/readme.md").read_text() == "by hand\n"


def test_where_nothing_is_at_odds_nothing_is_resolved(root: Path) -> None:
    for path in (".gitignore", "nowhere.md"):
        with pytest.raises(ObsbootError, match="nothing is at odds there"):
            resolve(root, path, "yours")


def test_what_the_template_itself_says_is_no_marker(tmp_path: Path) -> None:
    shown = file("merge.md", "<<<<<<< yours\na\n=======\nb\n>>>>>>> theirs\n")
    root = pack(tmp_path / "r", shown)
    with pytest.raises(ObsbootError, match="nothing is at odds there"):
        resolve(root, "merge.md", "yours")
    assert (root / "o/merge.md").read_text() == shown.text


def test_half_a_block_is_for_the_editor(root: Path) -> None:
    (root / "o/readme.md").write_text("one\n>>>>>>> template 2\n")
    with pytest.raises(ObsbootError, match=r"o/readme\.md:2: that marker belongs to no whole block"):
        resolve(root, "readme.md", "yours")


def test_all_or_nothing_of_several_files(root: Path) -> None:
    before = snapshot(root)
    with pytest.raises(ObsbootError, match="nothing is at odds"):
        resolving(root, known(root), ["o/readme.md", "o/.gitignore"], "yours", lambda: ())
    assert snapshot(root) == before
    met = list(sides(root, known(root), (TEXT_2, BOARD_2)))
    write(resolving(root, known(root), ["o/readme.md", "o/board.json"], "yours", lambda: met))
    assert {one.status for one in known(root).files.values()} == {"written"}
