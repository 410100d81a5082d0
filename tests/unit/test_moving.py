from __future__ import annotations

from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot
from small_pack import file, pack, planned, the, updated

from obsboot.model import Exit, ObsbootError
from obsboot.workspace import State, load_state, write
from obsboot.workspace.moving import moving
from obsboot.workspace.undoing import undoing

ONE, TWO = file("in/one.md"), file("two.yaml", "a: 1\n", "owned", x=True)


def known(root: Path) -> State:
    state = load_state(root)
    assert state is not None
    return state


def moved(root: Path, old: str, new: str) -> None:
    write(moving(root, known(root), old, new), undoable=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pack(tmp_path / "r", ONE, TWO)


def test_an_update_follows_the_file_with_the_users_edits(root: Path) -> None:
    (root / "o/in/one.md").write_text("0\n" + ONE.text)
    moved(root, "o/in/one.md", "docs/1.md")
    assert not (root / "o/in").exists()
    assert known(root).files["docs/1.md"].home == "o/in/one.md"
    assert planned(root, ONE, TWO).is_noop
    updated(root, file("in/one.md", ONE.text + "six\n"), TWO)
    assert (root / "docs/1.md").read_text() == "0\n" + ONE.text + "six\n"
    assert not (root / "o/in").exists()


def test_into_a_folder_back_again_and_with_its_permissions(root: Path) -> None:
    lay_out(root, {"bin/x": ""})
    moved(root, "o/two.yaml", "bin")
    assert (root / "bin/two.yaml").stat().st_mode & 0o111
    moved(root, "bin/two.yaml", "o/2.yaml")
    assert known(root).files["o/2.yaml"].home == "o/two.yaml"
    moved(root, "o/2.yaml", "o/two.yaml")
    assert known(root) == known(pack(root.parent / "fresh", ONE, TWO))
    moved(root, "o/two.yaml", "")
    assert "two.yaml" in known(root).files


def test_undo_brings_it_back(root: Path) -> None:
    before = snapshot(root)
    moved(root, "o/in/one.md", "1.md")
    write(undoing(root), undoable=True)
    assert {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")} == before


def test_the_templates_version_goes_with_it(root: Path) -> None:
    lay_out(root, {"o/two.yaml.obsboot-new": "a: 2\n"})
    moved(root, "o/two.yaml", "o/2.yaml")
    assert (root / "o/2.yaml.obsboot-new").read_text() == "a: 2\n"
    assert not (root / "o/two.yaml.obsboot-new").exists()


def test_a_file_that_was_moved_already_is_recorded_where_it_is(root: Path) -> None:
    (root / "o/in/one.md").write_text("quite another text\n")
    (root / "o/in/one.md").rename(root / "1.md")
    moved(root, "o/in/one.md", "1.md")
    assert known(root).files["1.md"].home == "o/in/one.md"
    update = planned(root, ONE, TWO)
    assert update.is_noop
    assert "1.md" in [each.path for each in update.of("keep")]
    assert the(update, "two.yaml").action == "unchanged"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("../out.md", "it is no path inside the repository"),
        ("/tmp/out.md", "it is no path inside the repository"),
        ("o/../../out.md", "it is no path inside the repository"),
        (".git/out.md", "it is no path inside the repository"),
        (".obsboot/out.md", ".obsboot/ is for what obsboot itself keeps"),
        ("there.md", "there.md is there already"),
        ("o/two.yaml", "o/two.yaml is a file of the pack"),
        ("there.md/one.md", "there.md is a file where a folder has to be"),
        ("link/one.md", "link is a link out of the repository"),
    ],
)
def test_it_overwrites_nothing_and_stays_in_the_repository(root: Path, new: str, why: str) -> None:
    lay_out(root, {"there.md": "mine\n"})
    (root / "link").symlink_to("/nowhere")
    before = snapshot(root)
    with pytest.raises(ObsbootError, match="cannot be moved") as caught:
        moved(root, "o/in/one.md", new)
    assert why in caught.value.message
    assert caught.value.code == Exit.REFUSED
    assert snapshot(root) == before


def test_what_is_nowhere_cannot_be_moved(root: Path) -> None:
    (root / "o/two.yaml").unlink()
    with pytest.raises(ObsbootError, match=r"neither o/two.yaml nor 2.yaml is there"):
        moved(root, "o/two.yaml", "2.yaml")
