from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_catalogue import lay_out, snapshot
from small_pack import file, pack, planned, updated, wanted

from obsboot.model import Exit, GeneratedFile, ObsbootError, Owner
from obsboot.workspace import Plan, load_state, write
from obsboot.workspace.moving import moving
from obsboot.workspace.planning import with_gitignore
from obsboot.workspace.resolving import Side, resolving
from obsboot.workspace.restoring import restoring
from obsboot.workspace.standing import standings
from obsboot.workspace.undoing import CHANGED, undoing
from obsboot.workspace.update.sides import sides

ONE, TWO, GONE = file("one.md"), file("two.sh", "#!/bin/sh\n"), file("gone.md", "bye\n")
NEW = (file("one.md", "1\n"), file("two.sh", "#!/bin/sh\n", x=True), file("new.md", "hello\n"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pack(tmp_path / "r", ONE, TWO, GONE)


def without_record(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file but what is kept to have it back; a folder that is empty no version control keeps either."""
    files = {path: one for path, one in snapshot(root).items() if stat.S_ISREG(one[0])}
    return {path: one for path, one in files.items() if not path.startswith(".obsboot/undo")}


def undo(root: Path) -> None:
    write(undoing(root), undoable=True)


def test_undo_redo_undo(root: Path) -> None:
    before = without_record(root)
    updated(root, *NEW)
    after = without_record(root)
    assert (root / "o/two.sh").stat().st_mode & 0o111
    for expected in (before, after, before, after):
        undo(root)
        assert without_record(root) == expected


def test_what_was_changed_since_stays_and_its_former_bytes_are_not_lost(root: Path) -> None:
    lay_out(root, {"o/one.md": "zero\n" + ONE.text})
    updated(root, file("one.md", ONE.text + "six\n"), TWO, GONE)
    merged = (root / "o/one.md").read_text()
    (root / "o/one.md").write_text(merged + "seven\n")
    plan = undoing(root)
    assert [(step.path, step.reason) for step in plan.of("keep")] == [("o/one.md", CHANGED)]
    write(plan, undoable=True)
    assert (root / "o/one.md").read_text() == merged + "seven\n"
    assert (root / ".obsboot/backup/o/one.md").read_text() == "zero\n" + ONE.text
    undo(root)
    assert not (root / ".obsboot/backup").exists()
    assert (root / "o/one.md").read_text() == merged + "seven\n"


def test_what_was_put_back_by_other_means_is_left_alone(root: Path) -> None:
    updated(root, *NEW)
    (root / "o/one.md").write_text(ONE.text)
    assert "o/one.md" not in [step.path for step in undoing(root).steps]


def test_what_obsboot_did_not_replace_is_not_taken_away(root: Path) -> None:
    """Somebody wrote the very bytes of the update just before it: there is nothing that could be put back."""
    updated(root, *NEW)
    (kept,) = [old for old in (root / ".obsboot/undo").glob("*.old") if old.read_bytes() == ONE.text.encode()]
    kept.unlink()
    undo(root)
    assert (root / "o/one.md").read_text() == "1\n"


def test_without_a_record_or_with_another_state_there_is_no_way_back(root: Path) -> None:
    with pytest.raises(ObsbootError, match="there is nothing to undo"):
        undoing(root)
    updated(root, *NEW)
    manifest = root / ".obsboot/manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(ObsbootError, match=r"manifest\.json: changed since") as caught:
        undoing(root)
    assert caught.value.code == Exit.REFUSED


def test_nothing_is_undone_through_a_link(root: Path) -> None:
    updated(root, *NEW)
    (root / "o/one.md").unlink()
    (root / "o/one.md").symlink_to("/nowhere")
    (step,) = undoing(root).of("refuse")
    assert (step.path, step.reason) == ("o/one.md", "a link is there, and obsboot does not write through links")


# --- any step of any session

STEPS = ("edit", "edit", "edit", "delete", "update", "update", "restore", "mv", "yours", "template", "undo")
NAMES = ("one.md", "two.sh", "board.json", "own.yaml")
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d", '{"x": 1}', '{"x": 2}']), max_size=4).map("\n".join)


@st.composite
def renderings(draw: st.DrawFn) -> tuple[GeneratedFile, ...]:
    """Some of the files, each with some text; one of them may be elsewhere."""
    kept = [name for name in NAMES if draw(st.integers(0, 4))]
    moved = draw(st.sampled_from(["", "sub/"]))
    owners: dict[str, Owner] = {"own.yaml": "seed", "two.sh": "owned"}
    return tuple(
        file(f"{moved if name == 'one.md' else ''}{name}", draw(TEXTS), owners.get(name, "managed"), source=name)
        for name in kept
    )


def step(root: Path, what: str, path: str, files: tuple[GeneratedFile, ...]) -> Plan:
    state = load_state(root)
    assert state is not None
    match what:
        case "update":
            return planned(root, *files).plan
        case "restore":
            return restoring(root, state, [path])
        case "mv":
            return moving(root, state, path, "moved.md")
        case "undo":
            return undoing(root)
    side: Side = "yours" if what == "yours" else "template"
    return resolving(root, state, [path], side, lambda: sides(root, state, with_gitignore(wanted(*files))))


@settings(max_examples=60)
@given(st.data())
def test_undo_has_back_whatever_was_there_before_a_step(tmp_path_factory, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    root = pack(tmp_path_factory.mktemp("r"), *data.draw(renderings()))
    files = data.draw(renderings())
    for _ in range(5):
        known = load_state(root)
        assert known is not None
        what = data.draw(st.sampled_from(STEPS))
        at_odds = [one.path for one in standings(root, known) if one.what == "conflict"]
        path = data.draw(st.sampled_from(at_odds if at_odds and what in ("yours", "template") else sorted(known.files)))
        if what == "edit":
            lay_out(root, {path: data.draw(TEXTS)})
        elif what == "delete":
            (root / path).unlink(missing_ok=True)
        else:
            files = data.draw(renderings()) if what == "update" else files
            with suppress(ObsbootError):
                done_and_undone(root, step(root, what, path, files))


def done_and_undone(root: Path, plan: Plan) -> None:
    """Each step is done, undone and done again: the second time it comes to the same."""
    before = without_record(root)
    if not write(plan, undoable=True):
        assert without_record(root) == before
        return
    after = without_record(root)
    undo(root)
    assert without_record(root) == before
    undo(root)
    assert without_record(root) == after
