"""The decision table: base, yours, template, and what becomes of the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from small_catalogue import snapshot
from small_pack import file, pack, planned, the, updated

from obsboot.merge import has_markers
from obsboot.model import Exit, ObsbootError
from obsboot.workspace import load_state, refusal, write
from obsboot.workspace.state import MANIFEST, Recorded

ONE = "one\ntwo\nthree\nfour\nfive\nsix\n"
NEW = ONE.replace("one", "ONE")
"""The template's change."""
MINE = ONE.replace("five", "mine")
"""The user's, which does not touch it."""
BOTH = NEW.replace("five", "mine")


def edit(root: Path, path: str, text: str | bytes) -> Path:
    """The file below `o`, with this in it."""
    at = root / "o" / path
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_bytes(text.encode() if isinstance(text, str) else text)
    return at


def read(root: Path, path: str) -> str:
    return (root / "o" / path).read_bytes().decode()


def recorded(root: Path, path: str) -> Recorded:
    state = load_state(root)
    assert state is not None
    return state.files[f"o/{path}"]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def settled(root: Path, *files: object) -> None:
    """A second update has nothing to write."""
    before = snapshot(root)
    update = planned(root, *files)  # type: ignore[arg-type]
    assert update.plan.is_noop, update.plan.of("create", "replace", "delete", "refuse")
    assert snapshot(root) == before


def refused(root: Path, *files: object) -> str:
    """Why an update is refused, which leaves all as it is."""
    before = snapshot(root)
    update = planned(root, *files)  # type: ignore[arg-type]
    error = refusal(update.plan)
    assert error is not None
    assert error.code == Exit.REFUSED
    with pytest.raises(ObsbootError):
        write(update.plan, undoable=True)
    assert snapshot(root) == before
    return error.message


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repository"


# --- both have the file


@pytest.mark.parametrize(
    ("yours", "template", "action", "after"),
    [
        (ONE, ONE, "unchanged", ONE),
        (NEW, NEW, "unchanged", NEW),
        (ONE, NEW, "update", NEW),
        (MINE, ONE, "keep", MINE),
        (MINE, NEW, "merge", BOTH),
        (BOTH, NEW, "keep", BOTH),
    ],
)
def test_what_one_side_or_both_made_of_a_text(root: Path, yours: str, template: str, action: str, after: str) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", yours)
    update = updated(root, file("a.txt", template))
    assert the(update, "a.txt").action == action
    assert not update.conflicts
    assert read(root, "a.txt") == after
    assert recorded(root, "a.txt").status == "written"
    state = load_state(root)
    assert state is not None
    assert state.pristine("o/a.txt") == template
    settled(root, file("a.txt", template))


def test_the_same_line_is_a_conflict_with_markers_and_is_over_when_they_are_gone(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", ONE.replace("one", "mine"))
    update = updated(root, file("a.txt", NEW))
    assert [each.path for each in update.conflicts] == ["o/a.txt"]
    text = read(root, "a.txt")
    assert has_markers(text) == 1
    assert all(f"\n{line}\n" in text for line in ("mine", "one", "ONE"))
    assert recorded(root, "a.txt").status == "conflict"

    with pytest.raises(ObsbootError, match=r"markers of an earlier update are still in o/a\.txt:1") as caught:
        planned(root, file("a.txt", NEW))
    assert caught.value.code == Exit.REFUSED

    edit(root, "a.txt", ONE.replace("one", "mine, after all"))
    assert not updated(root, file("a.txt", NEW)).conflicts
    assert recorded(root, "a.txt").status == "written"
    settled(root, file("a.txt", NEW))


@pytest.mark.parametrize("left", ["<<<<<<< yours\nmine\n", "mine\n>>>>>>> template 2\n"])
def test_half_a_block_of_markers_is_refused_as_well(root: Path, left: str) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", left)
    with pytest.raises(ObsbootError, match="markers of an earlier update"):
        planned(root, file("a.txt", NEW))


def test_markers_that_no_merge_left_are_nobodys_business(root: Path) -> None:
    lesson = "<<<<<<< yours\nthis is how a conflict looks\n>>>>>>> theirs\n"
    files = file("lesson.md", lesson), file("mine.txt", ONE, "seed"), file("a.txt", ONE)
    pack(root, *files)
    edit(root, "mine.txt", lesson)
    edit(root, "other.txt", lesson)
    update = updated(root, *files[:2], file("a.txt", NEW))
    assert the(update, "a.txt").action == "update"
    assert read(root, "mine.txt") == lesson


def test_yaml_that_would_have_a_key_twice_is_a_conflict(root: Path) -> None:
    base = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n"
    pack(root, file("a.yaml", base))
    edit(root, "a.yaml", "limit: 7\n" + base)
    update = updated(root, file("a.yaml", base + "limit: 8\n"))
    (conflict,) = the(update, "a.yaml").conflicts
    assert "limit" in conflict.what
    assert "limit: 7" in read(root, "a.yaml")
    assert "limit: 8" in read(root, "a.yaml")


def test_yaml_comments_survive_a_merge(root: Path) -> None:
    base = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n"
    pack(root, file("a.yaml", base))
    edit(root, "a.yaml", base + "# mine, and why\n")
    updated(root, file("a.yaml", base.replace("a: 1", "a: 9")))
    assert read(root, "a.yaml") == "a: 9\nb: 2\nc: 3\nd: 4\ne: 5\n# mine, and why\n"


def test_yaml_that_only_looks_otherwise_is_never_taken_for_the_templates(root: Path) -> None:
    """What looks like another layout may be a comment that somebody needs: where lines meet, both stand there."""
    base = "a: 1\nb: 2\nc: 3\n"
    pack(root, file("a.yaml", base), file("b.yaml", base))
    edit(root, "a.yaml", "'a': 1\nb: 2\nc: 3\n")
    edit(root, "b.yaml", "a: 1\nb: 2\n'c': 3  # mine\n")
    update = updated(root, file("a.yaml", "a: 9\nb: 2\nc: 3\n"), file("b.yaml", "a: 9\nb: 2\nc: 3\n"))
    assert [each.path for each in update.conflicts] == ["o/a.yaml"]
    assert "'a': 1" in read(root, "a.yaml")
    assert read(root, "b.yaml") == "a: 9\nb: 2\n'c': 3  # mine\n"


def test_a_merge_that_breaks_a_judge_is_a_conflict(root: Path) -> None:
    seen: list[tuple[Mapping[str, str], Mapping[str, str]]] = []

    def judge(texts: Mapping[str, str], merged: Mapping[str, str]) -> Mapping[str, str]:
        seen.append((texts, merged))
        return {"o/a.txt": "promtool: it makes no sense"}

    pack(root, file("a.txt", ONE), file("b.txt", ONE))
    edit(root, "a.txt", MINE)
    update = updated(root, file("a.txt", NEW), file("b.txt", NEW), judge=judge)
    assert [(dict(merged), texts["o/b.txt"]) for texts, merged in seen] == [({"o/a.txt": BOTH}, NEW)]
    assert the(update, "a.txt").action == "conflict"
    assert "it makes no sense" in the(update, "a.txt").conflicts[0].what
    assert (read(root, "a.txt"), read(root, "a.txt.obsboot-new")) == (MINE, NEW)
    assert read(root, "b.txt") == NEW


# --- dashboards


def board(*panels: tuple[int, str], **more: object) -> dict[str, object]:
    shown = [{"id": number, "title": title, "type": "timeseries"} for number, title in panels]
    return {"title": "Board", "panels": shown, **more}


def text_of(value: object, **style: object) -> str:
    return json.dumps(value, **{"indent": 2, **style}) + "\n"  # type: ignore[arg-type]


def test_a_dashboard_is_merged_by_its_panels_whatever_an_export_made_of_its_text(root: Path) -> None:
    pack(root, file("d.json", text_of(board((1, "Load"), (2, "Errors")))))
    mine = text_of(board((1, "Load"), (2, "My errors")), indent=1, sort_keys=True)
    edit(root, "d.json", mine)
    update = updated(root, file("d.json", text_of(board((1, "Load"), (2, "Errors"), (3, "Memory")))))
    assert the(update, "d.json").action == "merge"
    text = read(root, "d.json")
    assert [panel["title"] for panel in json.loads(text)["panels"]] == ["Load", "My errors", "Memory"]
    assert text.startswith('{\n "panels"')


def test_only_the_formatting_of_a_dashboard_changed_so_it_takes_the_templates_values_in_it(root: Path) -> None:
    pack(root, file("d.json", text_of(board((1, "Load")))))
    edit(root, "d.json", text_of(board((1, "Load")), indent=1, sort_keys=True))
    update = updated(root, file("d.json", text_of(board((1, "Load of the host")))))
    assert not update.conflicts
    assert read(root, "d.json") == text_of(board((1, "Load of the host")), indent=1, sort_keys=True)


CLASH = [text_of(board((1, title), (2, other))) for title, other in [("Load", "A"), ("Mine", "A"), ("Theirs", "B")]]


def clashed(root: Path) -> Path:
    """A repository where both sides gave a panel another title."""
    pack(root, file("d.json", CLASH[0]))
    edit(root, "d.json", CLASH[1])
    update = updated(root, file("d.json", CLASH[2]))
    assert the(update, "d.json").action == "conflict"
    return root


def test_a_clash_in_a_dashboard_leaves_yours_and_puts_the_templates_beside_it(root: Path) -> None:
    clashed(root)
    assert [panel["title"] for panel in json.loads(read(root, "d.json"))["panels"]] == ["Mine", "B"]
    assert read(root, "d.json.obsboot-new") == CLASH[2]
    state = load_state(root)
    assert state is not None
    assert state.pristine("o/d.json") == CLASH[0]  # what is not settled is merged again from where it began
    assert state.files["o/d.json"].status == "conflict"


def test_a_clash_stays_one_until_it_is_settled(root: Path) -> None:
    clashed(root)
    again = planned(root, file("d.json", CLASH[2]))
    assert the(again, "d.json").action == "conflict"
    assert not again.is_noop
    settled(root, file("d.json", CLASH[2]))


def test_a_clash_that_is_settled_by_hand_is_over_and_the_sidecar_goes(root: Path) -> None:
    clashed(root)
    edit(root, "d.json", CLASH[2])
    update = updated(root, file("d.json", CLASH[2]))
    assert not update.conflicts
    assert not (root / "o/d.json.obsboot-new").exists()
    assert recorded(root, "d.json").status == "written"
    settled(root, file("d.json", CLASH[2]))


def test_a_clash_is_over_when_the_template_takes_its_change_back(root: Path) -> None:
    clashed(root)
    assert not updated(root, file("d.json", CLASH[0])).conflicts
    assert recorded(root, "d.json").status == "written"


def test_a_sidecar_that_was_worked_on_is_not_lost_to_the_next_one(root: Path) -> None:
    clashed(root)
    edit(root, "d.json.obsboot-new", "half of my work\n")
    for later in ("Theirs too", "Theirs once more"):
        updated(root, file("d.json", CLASH[2].replace("Theirs", later)))
        assert later in read(root, "d.json.obsboot-new")
    kept = [path.read_text() for path in (root / ".obsboot/backup/o").iterdir()]
    assert "half of my work\n" in kept


def test_a_sidecar_that_was_worked_on_stays_when_nothing_is_at_odds_any_more(root: Path) -> None:
    clashed(root)
    edit(root, "d.json.obsboot-new", "half of my work\n")
    edit(root, "d.json", CLASH[2])
    updated(root, file("d.json", CLASH[2]))
    assert read(root, "d.json.obsboot-new") == "half of my work\n"


def test_json_that_is_no_longer_json_is_merged_as_text(root: Path) -> None:
    base = text_of(board((1, "Load"), (2, "Errors"), (3, "Memory")))
    pack(root, file("d.json", base))
    mine = base.replace('"title": "Board"', '"title": "Board",, mine')
    edit(root, "d.json", mine)
    updated(root, file("d.json", base.replace("Memory", "Memory in use")))
    assert read(root, "d.json") == mine.replace("Memory", "Memory in use")


# --- bytes


def test_bytes_that_are_no_text_stay_and_the_templates_are_beside_them(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", b"\xff\xfe\x00mine")
    update = updated(root, file("a.txt", NEW))
    assert the(update, "a.txt").action == "conflict"
    assert (root / "o/a.txt").read_bytes() == b"\xff\xfe\x00mine"
    assert read(root, "a.txt.obsboot-new") == NEW
    settled(root, file("a.txt", NEW))


def test_a_file_of_50_mib_stays_as_it_is(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    mine = b"".join(b"%032d\n" % number for number in range(50 * 1024 * 1024 // 33))
    edit(root, "a.txt", mine)
    assert the(updated(root, file("a.txt", ONE)), "a.txt").action == "keep"
    update = updated(root, file("a.txt", NEW))
    assert the(update, "a.txt").conflicts[0].what == "too large"
    assert (root / "o/a.txt").read_bytes() == mine
    assert read(root, "a.txt.obsboot-new") == NEW


@pytest.mark.parametrize(
    ("yours", "template", "after"),
    [
        (ONE.replace("\n", "\r\n"), NEW, NEW.replace("\n", "\r\n")),
        (MINE.replace("\n", "\r\n"), NEW, BOTH.replace("\n", "\r\n")),
        (MINE.removesuffix("\n"), NEW, BOTH.removesuffix("\n")),
        (ONE.removesuffix("\n"), NEW, NEW.removesuffix("\n")),
        (MINE.replace("two\n", "two\r\n"), NEW, BOTH.replace("two\n", "two\r\n")),
        ("\ufeff" + MINE, NEW, "\ufeff" + BOTH),
        ("\ufeff" + ONE, NEW, "\ufeff" + NEW),
        (MINE.replace("mine", "f\u00fcnf \U0001f600"), NEW, BOTH.replace("mine", "f\u00fcnf \U0001f600")),
    ],
    ids=["crlf", "crlf-edited", "no-end", "no-end-only", "mixed", "bom", "bom-only", "non-ascii"],
)
def test_line_ends_and_the_mark_at_the_beginning_stay_yours(root: Path, yours: str, template: str, after: str) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", yours)
    assert not updated(root, file("a.txt", template)).conflicts
    assert read(root, "a.txt") == after
    settled(root, file("a.txt", template))


def test_a_checkout_with_other_line_ends_is_updated_as_any_other(root: Path) -> None:
    old = file("a.txt", ONE), file("b.yaml", "a: 1\n"), file("d.json", CLASH[0]), file("gone.md", ONE)
    pack(root, *old)
    for each in old:
        edit(root, each.path.removeprefix("o/"), each.text.replace("\n", "\r\n"))
    new = file("a.txt", NEW), file("b.yaml", "a: 2\n"), file("d.json", CLASH[2])
    update = updated(root, *new)
    assert {each.path: each.action for each in update.of("update", "delete")} == {
        "o/a.txt": "update", "o/b.yaml": "update", "o/d.json": "update", "o/gone.md": "delete",
    }  # fmt: skip
    for each in new:
        assert read(root, each.path.removeprefix("o/")) == each.text.replace("\n", "\r\n")
    settled(root, *new)


def test_a_name_that_is_not_ascii(root: Path) -> None:
    name = "\u00fcbersicht \u6982\u8981.txt"
    pack(root, file(name, ONE))
    edit(root, name, MINE)
    updated(root, file(name, NEW))
    assert read(root, name) == BOTH


# --- who has the file


def test_a_file_that_both_added_is_a_conflict_unless_it_is_the_same(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "same.txt", NEW)
    edit(root, "other.txt", MINE)
    new = file("a.txt", ONE), file("same.txt", NEW), file("other.txt", NEW)
    update = updated(root, *new)
    assert [each.path for each in update.conflicts] == ["o/other.txt"]
    assert (read(root, "other.txt"), read(root, "other.txt.obsboot-new")) == (MINE, NEW)
    assert recorded(root, "same.txt").status == "written"
    settled(root, *new)


def test_what_the_template_no_longer_has_goes_if_it_is_as_it_was(root: Path) -> None:
    pack(root, file("a.txt", ONE), file("deep/er/b.txt", ONE))
    update = updated(root, file("a.txt", ONE))
    assert the(update, "deep/er/b.txt").action == "delete"
    assert not (root / "o/deep").exists()
    assert (root / "o/a.txt").exists()
    settled(root, file("a.txt", ONE))


def test_what_the_template_no_longer_has_stays_if_it_was_edited_and_is_told_once(root: Path) -> None:
    pack(root, file("a.txt", ONE), file("b.txt", ONE))
    edit(root, "b.txt", MINE)
    assert the(updated(root, file("a.txt", ONE)), "b.txt").action == "orphan"
    assert read(root, "b.txt") == MINE
    assert recorded(root, "b.txt").status == "orphan"
    assert the(planned(root, file("a.txt", ONE)), "b.txt").action == "unchanged"
    settled(root, file("a.txt", ONE))


def test_what_the_template_has_again_is_merged_from_where_it_began(root: Path) -> None:
    pack(root, file("b.txt", ONE))
    edit(root, "b.txt", MINE)
    updated(root)
    assert the(updated(root, file("b.txt", NEW)), "b.txt").action == "merge"
    assert read(root, "b.txt") == BOTH
    assert recorded(root, "b.txt").status == "written"


def test_what_the_user_deleted_stays_away_and_is_told_when_the_template_changes_it(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    (root / "o/a.txt").unlink()
    first = updated(root, file("a.txt", ONE))
    assert (the(first, "a.txt").action, recorded(root, "a.txt").status) == ("declined", "declined")
    assert the(planned(root, file("a.txt", ONE)), "a.txt").action == "unchanged"
    second = updated(root, file("a.txt", NEW))
    assert "the template has changed it" in the(second, "a.txt").reason
    assert not (root / "o/a.txt").exists()
    settled(root, file("a.txt", NEW))


def test_what_the_user_deleted_and_puts_back_is_a_file_like_any_other(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    (root / "o/a.txt").unlink()
    updated(root, file("a.txt", ONE))
    edit(root, "a.txt", MINE)
    assert the(updated(root, file("a.txt", NEW)), "a.txt").action == "merge"
    assert (read(root, "a.txt"), recorded(root, "a.txt").status) == (BOTH, "written")


# --- moved by the user

LONG = "".join(f"line {number}\n" for number in range(100))
LONGER = LONG.replace("line 50\n", "line 50, by the template\n")


def changed(share: int) -> str:
    """LONG with so many of its hundred lines replaced, from the end."""
    lines = LONG.splitlines(keepends=True)
    return "".join(lines[: 100 - share]) + "".join(f"mine {number}\n" for number in range(share))


@pytest.mark.parametrize(
    ("mine", "after"),
    [(LONG, LONGER), (changed(5), changed(5).replace("line 50\n", "line 50, by the template\n"))],
    ids=["exactly", "0.95"],
)
def test_a_file_that_was_moved_is_found_again(root: Path, mine: str, after: str) -> None:
    pack(root, file("a.txt", LONG))
    (root / "o/a.txt").unlink()
    edit(root, "deep/b.txt", mine)
    update = updated(root, file("a.txt", LONGER))
    assert the(update, "deep/b.txt").action in ("update", "merge")
    assert read(root, "deep/b.txt") == after
    assert not (root / "o/a.txt").exists()
    assert recorded(root, "deep/b.txt").home == "o/a.txt"
    settled(root, file("a.txt", LONGER))


def test_a_move_is_remembered_however_much_is_edited_later(root: Path) -> None:
    pack(root, file("a.txt", LONG))
    (root / "o/a.txt").rename(root / "o/b.txt")
    updated(root, file("a.txt", LONG))
    edit(root, "b.txt", changed(40))
    updated(root, file("a.txt", LONG.replace("line 3\n", "line 3, by the template\n")))
    assert read(root, "b.txt") == changed(40).replace("line 3\n", "line 3, by the template\n")


def test_half_a_likeness_is_none(root: Path) -> None:
    pack(root, file("a.txt", LONG))
    (root / "o/a.txt").unlink()
    edit(root, "b.txt", changed(50))
    update = updated(root, file("a.txt", LONGER))
    assert [each.path for each in update.of("declined")] == ["o/a.txt"]
    assert read(root, "b.txt") == changed(50)


def test_of_two_likenesses_neither_is_it(root: Path) -> None:
    pack(root, file("a.txt", LONG))
    (root / "o/a.txt").unlink()
    edit(root, "b.txt", LONG)
    edit(root, "c.txt", LONG)
    update = updated(root, file("a.txt", LONGER))
    assert [each.path for each in update.of("declined")] == ["o/a.txt"]
    assert (read(root, "b.txt"), read(root, "c.txt")) == (LONG, LONG)


def test_a_moved_file_that_the_template_renames_stays_where_the_user_put_it(root: Path) -> None:
    pack(root, file("a.txt", LONG, source="s"))
    (root / "o/a.txt").rename(root / "o/mine.txt")
    updated(root, file("new.txt", LONGER, source="s"))
    assert read(root, "mine.txt") == LONGER
    assert not (root / "o/new.txt").exists()
    assert recorded(root, "mine.txt").home == "o/new.txt"
    settled(root, file("new.txt", LONGER, source="s"))


# --- renamed by the template


def test_a_file_that_the_template_renames_goes_along_with_its_edits(root: Path) -> None:
    pack(root, file("a.txt", ONE), file("b.txt", ONE), file("c.txt", ONE))
    edit(root, "b.txt", MINE)
    edit(root, "c.txt", MINE)
    new = (
        file("new/a.txt", NEW, source="a.txt"), file("new/b.txt", NEW, source="b.txt"),
        file("new/c.txt", ONE, source="c.txt"),
    )  # fmt: skip
    update = updated(root, *new)
    assert [(the(update, n).action, the(update, n).goal) for n in ("a.txt", "b.txt", "c.txt")] == [
        ("rename", "o/new/a.txt"), ("merge", "o/new/b.txt"), ("rename", "o/new/c.txt"),
    ]  # fmt: skip
    assert [read(root, f"new/{name}.txt") for name in "abc"] == [NEW, BOTH, MINE]
    assert not list((root / "o").glob("*.txt"))
    settled(root, *new)


def test_an_answer_that_is_part_of_a_path(root: Path) -> None:
    pack(root, file("shop/rules.yaml", "a: 1\nb: 2\nc: 3\n", source="<service>/rules"))
    edit(root, "shop/rules.yaml", "a: 1\nb: 2\nc: 4\n")
    updated(root, file("store/rules.yaml", "a: 9\nb: 2\nc: 3\n", source="<service>/rules"))
    assert read(root, "store/rules.yaml") == "a: 9\nb: 2\nc: 4\n"
    assert not (root / "o/shop").exists()


def test_the_files_of_one_template_are_told_apart_by_their_names(root: Path) -> None:
    pack(root, file("shop/rules.yaml", "a: 1\n", source="alerts"), file("shop/tests.yaml", "b: 1\n", source="alerts"))
    edit(root, "shop/rules.yaml", "a: 1\n# mine\n")
    updated(
        root, file("store/rules.yaml", "a: 1\n", source="alerts"), file("store/tests.yaml", "b: 2\n", source="alerts")
    )
    assert (read(root, "store/rules.yaml"), read(root, "store/tests.yaml")) == ("a: 1\n# mine\n", "b: 2\n")
    assert not (root / "o/shop").exists()


def test_which_of_two_new_files_a_renamed_one_is_nobody_guesses(root: Path) -> None:
    pack(root, file("a.txt", ONE, source="s"))
    edit(root, "a.txt", MINE)
    update = updated(root, file("b.txt", NEW, source="s"), file("c.txt", NEW, source="s"))
    assert the(update, "a.txt").action == "orphan"
    assert [read(root, f"{name}.txt") for name in "abc"] == [MINE, NEW, NEW]


def test_a_file_that_the_user_deleted_stays_away_under_its_new_name(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    (root / "o/a.txt").unlink()
    new = file("b.txt", NEW, source="a.txt")
    assert the(updated(root, new), "a.txt").action == "declined"
    assert not list((root / "o").glob("*.txt"))
    settled(root, new)


def test_what_the_user_deleted_is_not_the_file_that_comes_to_its_place(root: Path) -> None:
    """The template moved the deleted one on, and has another where it was."""
    pack(root, file("a.txt", ONE))
    (root / "o/a.txt").unlink()
    new = file("b.txt", ONE, source="a.txt"), file("a.txt", NEW, source="other")
    update = updated(root, *new)
    assert sorted(each.action for each in update.verdicts if each.at in ("o/a.txt", "o/b.txt")) == ["add", "declined"]
    assert read(root, "a.txt") == NEW
    assert not (root / "o/b.txt").exists()
    settled(root, *new)


@pytest.mark.parametrize("yours", [ONE, MINE])
def test_a_file_of_the_users_where_a_renamed_one_shall_be_is_not_overwritten(root: Path, yours: str) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, "a.txt", yours)
    edit(root, "b.txt", "all mine\n")
    new = file("b.txt", NEW, source="a.txt")
    update = updated(root, new)
    assert [each.path for each in update.conflicts] == ["o/a.txt"]
    assert (read(root, "b.txt"), read(root, "a.txt"), read(root, "a.txt.obsboot-new")) == ("all mine\n", yours, NEW)
    settled(root, new)

    (root / "o/b.txt").rename(root / "o/mine.txt")
    assert not updated(root, new).conflicts
    assert read(root, "b.txt") == (NEW if yours == ONE else BOTH)
    assert sorted(path.name for path in (root / "o").glob("*.txt*")) == ["b.txt", "mine.txt"]
    settled(root, new)


def test_another_case_is_another_name(root: Path) -> None:
    pack(root, file("readme.md", ONE))
    edit(root, "readme.md", MINE)
    updated(root, file("README.md", NEW, source="readme.md"))
    assert [path.name for path in (root / "o").glob("*.md")] == ["README.md"]
    assert read(root, "README.md") == BOTH


def test_two_names_of_one_file_are_no_rename(root: Path) -> None:
    """As on a disk to which upper and lower case are the same."""
    pack(root, file("rules/a.txt", ONE))
    edit(root, "rules/a.txt", MINE)
    (root / "o/Rules").symlink_to("rules")
    new = file("Rules/a.txt", NEW, source="rules/a.txt")
    updated(root, new)
    assert read(root, "rules/a.txt") == read(root, "Rules/a.txt") == BOTH
    settled(root, new)


# --- by owner


def test_an_owned_file_that_was_edited_is_merged_and_the_better_place_is_told(root: Path) -> None:
    pack(root, file("a.txt", ONE, "owned"))
    edit(root, "a.txt", MINE)
    update = updated(root, file("a.txt", NEW, "owned"))
    assert read(root, "a.txt") == BOTH
    assert "overrides.yaml" in the(update, "a.txt").reason


def test_a_seed_is_written_once_and_never_touched_again(root: Path) -> None:
    pack(root, file("old.txt", ONE, "seed"), file("moved.txt", ONE, "seed"), file("gone.txt", ONE, "seed"))
    edit(root, "old.txt", MINE)
    (root / "o/gone.txt").unlink()
    edit(root, "there.txt", MINE)
    new = (
        file("old.txt", NEW, "seed"), file("new/moved.txt", NEW, "seed", source="moved.txt"),
        file("gone.txt", NEW, "seed"), file("fresh.txt", NEW, "seed"), file("there.txt", NEW, "seed"),
    )  # fmt: skip
    assert not updated(root, *new).conflicts
    assert [read(root, name) for name in ("old.txt", "moved.txt", "there.txt")] == [MINE, ONE, MINE]
    assert read(root, "fresh.txt") == NEW
    assert not (root / "o/gone.txt").exists()
    assert not (root / "o/new").exists()
    settled(root, *new)


def test_a_seed_that_the_template_no_longer_has_is_released(root: Path) -> None:
    pack(root, file("a.txt", ONE, "seed"))
    assert the(updated(root), "a.txt").action == "released"
    assert read(root, "a.txt") == ONE
    settled(root)


@pytest.mark.parametrize("owners", [("seed", "managed"), ("managed", "seed")])
def test_what_was_or_becomes_a_seed_is_the_users(root: Path, owners: tuple[str, str]) -> None:
    before, after = owners
    pack(root, replace(file("a.txt", ONE), owner=before))  # type: ignore[arg-type]
    edit(root, "a.txt", MINE)
    new = replace(file("a.txt", NEW), owner=after)  # type: ignore[arg-type]
    updated(root, new)
    assert read(root, "a.txt") == MINE
    settled(root, new)


# --- modes


@pytest.mark.parametrize(
    ("before", "yours", "after", "expected"),
    [
        (False, 0o644, True, 0o755),
        (True, 0o755, False, 0o644),
        (True, 0o755, True, 0o755),
        (True, 0o644, True, 0o644),
        (False, 0o755, False, 0o755),
        (False, 0o640, True, 0o750),
        (False, 0o600, False, 0o600),
        (False, 0o444, False, 0o444),
    ],
)
@pytest.mark.parametrize("template", [ONE, NEW])
@pytest.mark.parametrize("mine", [ONE, MINE])
def test_who_may_execute_a_file_is_merged_as_well(
    root: Path, before: bool, yours: int, after: bool, expected: int, template: str, mine: str
) -> None:
    pack(root, file("a.sh", ONE, x=before))
    edit(root, "a.sh", mine).chmod(yours)
    new = file("a.sh", template, x=after)
    updated(root, new)
    assert mode(root / "o/a.sh") == expected
    settled(root, new)


def test_a_renamed_file_keeps_its_mode(root: Path) -> None:
    pack(root, file("a.sh", ONE))
    edit(root, "a.sh", MINE).chmod(0o750)
    updated(root, file("b.sh", NEW, source="a.sh"))
    assert mode(root / "o/b.sh") == 0o750


# --- what is in the way


@pytest.mark.parametrize(
    ("lay", "message"),
    [
        (lambda at, out: (at.unlink(), at.symlink_to(out / "target")), "does not write through links"),
        (lambda at, out: (at.unlink(), at.symlink_to("c.txt")), "does not write through links"),
        (lambda at, out: (at.unlink(), at.mkdir()), "a folder is there"),
        (lambda at, out: (at.unlink(), at.parent.rmdir(), at.parent.symlink_to(out)), "link out of the repository"),
        (lambda at, out: (at.unlink(), at.parent.rmdir(), at.parent.write_text("x")), "a file where a folder has"),
    ],
    ids=["link-out", "link-inside", "folder", "folder-link-out", "file"],
)
def test_what_is_in_the_way_is_told_and_nothing_is_written(
    root: Path, tmp_path: Path, lay: Callable[[Path, Path], object], message: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "target").write_text("not obsboot's\n")
    pack(root, file("deep/a.txt", ONE), file("b.txt", ONE))
    lay(root / "o/deep/a.txt", outside)
    assert message in refused(root, file("deep/a.txt", NEW), file("b.txt", NEW))
    assert (outside / "target").read_text() == "not obsboot's\n"
    assert [path.name for path in outside.iterdir()] == ["target"]


def test_a_folder_behind_a_link_inside_the_repository_is_followed(root: Path) -> None:
    pack(root, file("deep/a.txt", ONE))
    (root / "o/deep").rename(root / "elsewhere")
    (root / "o/deep").symlink_to("../elsewhere")
    (root / "elsewhere/a.txt").write_text(MINE)
    updated(root, file("deep/a.txt", NEW))
    assert (root / "elsewhere/a.txt").read_text() == BOTH
    assert (root / "o/deep").is_symlink()


def test_what_git_ignores_is_no_exception(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    edit(root, ".gitignore", "*\n")
    edit(root, "a.txt", MINE)
    edit(root, ".env", "TOKEN=mine\n").chmod(0o600)
    updated(root, file("a.txt", NEW))
    assert read(root, "a.txt") == BOTH
    assert (read(root, ".env"), mode(root / "o/.env")) == ("TOKEN=mine\n", 0o600)
    assert read(root, ".gitignore") == "*\n"


def test_a_newer_obsboot_wrote_the_pack(root: Path) -> None:
    pack(root, file("a.txt", ONE))
    manifest = root / MANIFEST
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**data, "obsboot": "999.0.0"}))
    with pytest.raises(ObsbootError, match=r"written by obsboot 999\.0\.0") as caught:
        planned(root, file("a.txt", NEW))
    assert caught.value.code == Exit.REFUSED


def test_without_a_pack_there_is_nothing_to_update(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match="there is no pack to update"):
        planned(tmp_path, file("a.txt"))
