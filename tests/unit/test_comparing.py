from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from small_pack import file, pack, wanted

from obsboot.model import GeneratedFile
from obsboot.workspace import load_state
from obsboot.workspace.comparing import Difference, edits, renewals, unified
from obsboot.workspace.planning import with_gitignore
from obsboot.workspace.standing import standings
from obsboot.workspace.update.sides import sides

ONE, TWO, SEED = file("one.md"), file("two.yaml", "a: 1\n", "owned"), file("own.yaml", "{}\n", "seed")


def edited(root: Path) -> list[Difference]:
    state = load_state(root)
    assert state is not None
    return list(edits(root, state, standings(root, state)))


def renewed(root: Path, *files: GeneratedFile) -> list[Difference]:
    state = load_state(root)
    assert state is not None
    return list(renewals(list(sides(root, state, with_gitignore(wanted(*files))))))


def test_my_edits_are_those_of_the_user_and_line_ends_are_none(tmp_path: Path) -> None:
    root = pack(tmp_path, ONE, TWO, SEED)
    assert edited(root) == []
    (root / "o/own.yaml").write_text("mine: 1\n")
    (root / "o/two.yaml").write_bytes(b"a: 1\r\n")
    assert edited(root) == []
    (root / "o/one.md").write_bytes(b"one\r\ntwo\r\n3\r\nfour\r\nfive\r\n")
    (found,) = edited(root)
    assert (found.path, found.what, found.owner) == ("o/one.md", "edited", "managed")
    assert found.lines == (
        "--- pristine/o/one.md", "+++ yours/o/one.md", "@@ -1,5 +1,5 @@", " one", " two", "-three", "+3", " four", " five",
    )  # fmt: skip


def test_a_file_that_is_gone_is_shown_whole_and_one_that_is_no_text_in_a_word(tmp_path: Path) -> None:
    root = pack(tmp_path, ONE, TWO)
    (root / "o/one.md").write_bytes(b"\xff\xfe")
    (root / "o/two.yaml").unlink()
    one, two = edited(root)
    assert one.lines == ("pristine/o/one.md and yours/o/one.md differ, and yours is no text",)
    assert (two.what, two.lines[1], two.lines[-1]) == ("deleted", "+++ /dev/null", "-a: 1")


def test_the_templates_changes_are_told_whatever_the_user_did(tmp_path: Path) -> None:
    gone = file("gone.md", "bye\n")
    root = pack(tmp_path, ONE, TWO, SEED, gone)
    (root / "o/one.md").write_text("mine\n")
    assert renewed(root, ONE, TWO, SEED, gone) == []
    new = file("new.md", "hello\n")
    moved = file("2.yaml", "a: 1\n", "owned", source="two.yaml")
    found = renewed(root, file("one.md", "one\n"), moved, file("own.yaml", "{b: 1}\n", "seed"), new)
    assert [(one.path, one.goal, one.what) for one in found] == [
        ("o/gone.md", "o/gone.md", "deleted"),
        ("o/new.md", "o/new.md", "added"),
        ("o/one.md", "o/one.md", "edited"),
        ("o/two.yaml", "o/2.yaml", "renamed"),
    ]
    assert found[1].lines == ("--- /dev/null", "+++ template/o/new.md", "@@ -0,0 +1 @@", "+hello")
    assert found[2].lines[-1] == "-five"
    assert found[3].lines == ("rename from o/two.yaml", "rename to o/2.yaml")


def test_only_the_end_of_the_last_line_is_a_difference_too() -> None:
    assert unified("a\n", "a", "x", "y")[2:] == ("@@ -1 +1 @@", "-a", "+a", "\\ No newline at end of file")
    assert unified("a\n", "a\n", "x", "y") == ()


@given(*[st.text(st.sampled_from("ab\n\r\f\u2028 +-@"), max_size=30)] * 2)
def test_patch_makes_one_text_of_the_other(tmp_path_factory, before: str, after: str) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("p")
    (folder / "f").write_text(before, newline="")
    diff = "".join(f"{line}\n" for line in unified(before, after, "a/f", "b/f"))
    if diff:
        (folder / "d").write_text(diff, newline="")
        subprocess.run(["git", "apply", "--whitespace=nowarn", "d"], cwd=folder, check=True, capture_output=True)
    assert (folder / "f").read_bytes() == after.encode()
