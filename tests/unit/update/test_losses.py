"""What other updaters of templates lose, each in a test of its own: here it is still there afterwards.

Measured of copier 9.19 and cruft 2.16: hand edits or the template's lines gone, and an exit code that says all is well.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from small_pack import file, pack, planned, the, updated

from obsboot.merge import has_markers

ONE = "one\ntwo\nthree\nfour\nfive\nsix\n"
NEW = ONE.replace("one", "ONE")
MINE = ONE.replace("five", "mine")
BOTH = NEW.replace("five", "mine")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repository"


def edited(root: Path, text: str | bytes = MINE, path: str = "a.txt") -> Path:
    """A repository whose pack has one file, and in it the user's text."""
    pack(root, file(path, ONE))
    (root / "o" / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def test_an_edited_file_that_the_template_deleted_is_still_there(root: Path) -> None:
    """copier deletes it without a message."""
    update = updated(edited(root))
    assert (root / "o/a.txt").read_text() == MINE
    assert "you edited it" in the(update, "a.txt").reason


def test_an_edited_file_that_the_template_renamed_has_the_edit_under_its_new_name(root: Path) -> None:
    """copier writes the new name as the template has it, and the edit is gone."""
    updated(edited(root), file("b.txt", NEW, source="a.txt"))
    assert (root / "o/b.txt").read_text() == BOTH


def test_an_edited_file_in_a_folder_that_is_named_after_an_answer_moves_with_it(root: Path) -> None:
    """copier deletes the one with the edit, and writes one as the template has it."""
    pack(root, file("one/a.txt", ONE, source="{service}/a.txt"))
    (root / "o/one/a.txt").write_text(MINE)
    updated(root, file("two/a.txt", ONE, source="{service}/a.txt"))
    assert (root / "o/two/a.txt").read_text() == MINE
    assert not (root / "o/one").exists()


def test_the_templates_change_reaches_a_file_that_was_moved(root: Path) -> None:
    """Both drop the change silently."""
    pack(root, file("a.txt", ONE))
    (root / "o/a.txt").rename(root / "o/b.txt")
    updated(root, file("a.txt", NEW))
    assert (root / "o/b.txt").read_text() == NEW
    assert not (root / "o/a.txt").exists()


def test_an_edited_file_that_git_ignores_is_merged(root: Path) -> None:
    """copier overwrites it, and no object of git ever had it."""
    edited(root)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    (root / ".gitignore").write_text("*.txt\n")
    updated(root, file("a.txt", NEW))
    assert (root / "o/a.txt").read_text() == BOTH


def test_bytes_that_are_no_text_are_still_the_users(root: Path) -> None:
    """copier overwrites them; cruft drops what the template has."""
    update = updated(edited(root, b"\x00\xffmine"), file("a.txt", NEW))
    assert (root / "o/a.txt").read_bytes() == b"\x00\xffmine"
    assert (root / "o/a.txt.obsboot-new").read_text() == NEW
    assert update.conflicts


def test_of_a_file_that_both_added_neither_is_dropped(root: Path) -> None:
    """cruft drops the template's."""
    pack(root)
    (root / "o/a.txt").write_text(MINE)
    update = updated(root, file("a.txt", NEW))
    assert ((root / "o/a.txt").read_text(), (root / "o/a.txt.obsboot-new").read_text()) == (MINE, NEW)
    assert update.conflicts


def test_one_file_at_odds_keeps_no_other_from_its_change(root: Path) -> None:
    """cruft falls back to rejecting parts for the whole patch, and counts the version as reached."""
    pack(root, file("a.txt", ONE), file("b.txt", ONE), file("c.txt", ONE))
    (root / "o/a.txt").write_text(ONE.replace("one", "mine"))
    (root / "o/b.txt").write_text(MINE)
    update = updated(root, *(file(f"{name}.txt", NEW) for name in "abc"))
    assert [each.path for each in update.conflicts] == ["o/a.txt"]
    assert [(root / f"o/{name}.txt").read_text() for name in "bc"] == [BOTH, NEW]


def test_a_conflict_is_told_and_holds_all_three_sides(root: Path) -> None:
    """Both exit with 0, cruft with "Good work!"."""
    update = updated(edited(root, ONE.replace("one", "mine")), file("a.txt", NEW))
    text = (root / "o/a.txt").read_text()
    assert [each.path for each in update.conflicts] == ["o/a.txt"]
    assert has_markers(text) == 1
    assert {"mine", "one", "ONE"} <= set(text.splitlines())


def test_a_file_that_the_template_indents_anew_keeps_the_edit(root: Path) -> None:
    """A conflict with them as well, and one that no exit code tells of."""
    indented = "".join(f"  {line}\n" for line in ONE.splitlines())
    update = updated(edited(root), file("a.txt", indented))
    lines = (root / "o/a.txt").read_text().splitlines()
    assert "mine" in lines
    assert "  one" in lines
    assert update.conflicts


@pytest.mark.parametrize(
    ("yours", "after"),
    [
        (MINE.replace("\n", "\r\n"), BOTH.replace("\n", "\r\n")),
        (MINE.removesuffix("\n"), BOTH.removesuffix("\n")),
    ],
    ids=["crlf", "no-end"],
)
def test_line_ends_make_no_rejected_parts(root: Path, yours: str, after: str) -> None:
    """Both leave .rej files with CRLF."""
    update = updated(edited(root, yours), file("a.txt", NEW))
    assert (root / "o/a.txt").read_bytes().decode() == after
    assert not update.conflicts
    assert sorted(path.name for path in (root / "o").iterdir()) == [".gitignore", "a.txt"]


def test_a_deleted_file_stays_away_and_that_is_told(root: Path) -> None:
    """Both respect it and say nothing; as a seed of copier's it comes back."""
    pack(root, file("a.txt", ONE), file("seed.txt", ONE, "seed"))
    for name in ("a.txt", "seed.txt"):
        (root / "o" / name).unlink()
    new = file("a.txt", NEW), file("seed.txt", NEW, "seed")
    assert "you deleted it" in the(updated(root, *new), "a.txt").reason
    assert not list((root / "o").glob("*.txt"))
    assert planned(root, *new).is_noop


def test_a_conflict_that_was_settled_does_not_come_back(root: Path) -> None:
    """cruft has no common base any more after the first one, so that every later update is one."""
    updated(edited(root, ONE.replace("one", "mine")), file("a.txt", NEW))
    settled = NEW.replace("ONE", "mine and ONE")
    (root / "o/a.txt").write_text(settled)
    later = NEW.replace("five", "FIVE")
    assert not updated(root, file("a.txt", later)).conflicts
    assert (root / "o/a.txt").read_text() == settled.replace("five", "FIVE")


def test_what_failed_for_a_file_is_tried_again_by_the_next_version(root: Path) -> None:
    """Others count the new version as reached, and no later update brings what this one did not."""
    base, mine, theirs, later = ('{"a": %s, "b": %s}\n' % pair for pair in ((1, 1), (2, 1), (3, 1), (1, 4)))  # noqa: UP031
    pack(root, file("d.json", base))
    (root / "o/d.json").write_text(mine)
    assert updated(root, file("d.json", theirs)).conflicts
    assert not updated(root, file("d.json", later)).conflicts
    assert (root / "o/d.json").read_text() == '{"a": 2, "b": 4}\n'


def test_files_that_are_not_of_the_pack_are_not_looked_at(root: Path) -> None:
    """Others ask for a clean tree, and touch what they do not own."""
    edited(root)
    foreign = root / "src/main.txt"
    foreign.parent.mkdir()
    foreign.write_text("<<<<<<< HEAD\nunfinished\n")
    (root / "o/notes.txt").write_text("mine\n")
    updated(root, file("a.txt", NEW))
    assert foreign.read_text() == "<<<<<<< HEAD\nunfinished\n"
    assert (root / "o/notes.txt").read_text() == "mine\n"
    assert (root / "o/a.txt").read_text() == BOTH
