from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_catalogue import lay_out, snapshot

from obsboot import __version__
from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace import Wanted, load_state, plan, write
from obsboot.workspace.repairing import Repair, plan_repair
from obsboot.workspace.state import ANSWERS, BASE, MANIFEST, UNKNOWN, State, blob_id, manifest_text
from obsboot.workspace.undoing import undoing
from obsboot.workspace.update import plan_update

README, RULES, SEED = "observability/README.md", "observability/rules/jar.yaml", "observability/overrides.yaml"
FILES = (
    GeneratedFile(README, "read me\n\none\n\ntwo\n", "managed", "pack/README"),
    GeneratedFile(RULES, "groups: []\n", "owned", "alerts/jar.yaml"),
    GeneratedFile(SEED, "{}\n", "seed", "pack/overrides"),
)
WANTED = Wanted(files=FILES, answers="service: shop\n", directory="observability", origin={"service": "flag"})
NEWER = replace(WANTED, files=(replace(FILES[0], text="read me\n\none\n\nTWO\n"), *FILES[1:]))
MINE = "read me, says Ines\n\none\n\ntwo\n"
STATE = (ANSWERS, BASE, MANIFEST)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = lay_out(tmp_path / "repository", {"app/main.py": "pass\n"})
    write(plan(made, WANTED))
    return made


@pytest.fixture
def versioned(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    commit(root, "the pack")
    return root


def git(root: Path, *arguments: str, fails: bool = False) -> str:
    who = ("-c", "user.name=Ines", "-c", "user.email=ines@shop.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, "-C", root, *arguments], capture_output=True, text=True, check=False)
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done.stdout.strip()


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def never(*_: object) -> Wanted:
    raise AssertionError("there was no need to render")


def unable(*_: object) -> Wanted:
    raise ObsbootError("this obsboot cannot render that")


def nobody_knows(_: State) -> bytes:
    raise ObsbootError("no answers")


def by(wanted: Wanted) -> Callable[[bytes, State | None], Wanted]:
    return lambda _answers, _state: wanted


def repaired(
    root: Path, rendering: Callable[..., Wanted] = never, guess: Callable[[State], bytes] = nobody_knows
) -> Repair:
    """The repair, after which nothing but the state is another than before, and the state is whole."""
    before = pack(root)
    repair = plan_repair(root, rendering, guess)
    assert repair is not None
    write(repair.plan, undoable=True)
    assert pack(root) == before
    assert plan_repair(root, never, nobody_knows) is None
    return repair


def pack(root: Path) -> dict[str, tuple[int, bytes]]:
    return {p: one for p, one in snapshot(root).items() if not p.startswith((".obsboot", ".git/", ".git"))}


def state(root: Path) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in STATE}


def refused(root: Path, rendering: Callable[..., Wanted] = unable) -> ObsbootError:
    before = snapshot(root)
    with pytest.raises(ObsbootError) as caught:
        plan_repair(root, rendering, nobody_knows)
    assert caught.value.code == Exit.REFUSED
    assert "obsboot adopt" in caught.value.fix
    assert snapshot(root) == before
    return caught.value


def test_a_whole_state_is_left_alone(root: Path) -> None:
    assert plan_repair(root, never, nobody_knows) is None


def test_every_message_about_damage_names_the_way(root: Path) -> None:
    for path, data in ((BASE, b"x"), (MANIFEST, b"{")):
        (root / path).write_bytes(data)
        with pytest.raises(ObsbootError) as caught:
            load_state(root)
        assert caught.value.fix == "run `obsboot repair`"


# --- the base is lost


def test_the_files_themselves_have_their_texts(root: Path) -> None:
    before = state(root)
    (root / README).write_bytes((root / README).read_bytes().replace(b"\n", b"\r\n"))
    (root / BASE).unlink()
    repair = repaired(root)
    assert state(root) == before
    assert repair.counts == {"verified": 3, "rendered": 0, "unknown": 0}
    assert repair.sources == [("verified", "a file that is as it was", 3)]


def test_an_edited_file_is_rendered_again_and_its_hash_decides(root: Path) -> None:
    before = state(root)
    (root / README).write_text(MINE)
    (root / BASE).write_bytes(b"\x00half")
    assert repaired(root, by(WANTED)).counts == {"verified": 2, "rendered": 1, "unknown": 0}
    assert state(root) == before


@pytest.mark.parametrize("rendering", [by(NEWER), unable])
def test_a_text_that_cannot_be_proven_is_not_believed(root: Path, rendering: Callable[..., Wanted]) -> None:
    (root / README).write_text(MINE)
    (root / BASE).unlink()
    repair = repaired(root, rendering)
    assert [each.path for each in repair.found if each.kind == "unknown"] == [README]
    known = load_state(root)
    assert known is not None
    assert known.pristine(README) is None
    assert known.files[README].blob == blob_id(FILES[0].text.encode())
    update = plan_update(root, NEWER)
    assert [(v.path, v.action) for v in update.conflicts] == [(README, "conflict")]
    write(update.plan)
    assert (root / README).read_text() == MINE


def test_git_has_the_texts_by_their_ids(versioned: Path) -> None:
    before = state(versioned)
    (versioned / README).write_text(MINE)
    git(versioned, "rm", "-q", "--cached", BASE)
    (versioned / BASE).unlink()
    commit(versioned, "base.pack is gone")
    repair = repaired(versioned)
    assert state(versioned) == before
    assert ("verified", "git, by its id", 1) in repair.sources


def test_git_has_older_packs_with_texts_that_were_never_committed(root: Path) -> None:
    (root / README).write_text(MINE)  # before the first commit: git never saw the rendering as a file
    git(root, "init", "-q")
    commit(root, "the pack, edited already")
    before = state(root)
    (root / BASE).write_bytes(b"")
    commit(root, "damaged")
    repair = repaired(root)
    assert state(root) == before
    assert ("verified", f"git, an older {BASE}", 1) in repair.sources


# --- the manifest is lost


@pytest.mark.parametrize("lost", [STATE, (MANIFEST,), (MANIFEST, BASE), (MANIFEST, ANSWERS)])
def test_the_newest_whole_commit_has_the_state(versioned: Path, lost: tuple[str, ...]) -> None:
    write(plan_update(versioned, NEWER).plan)
    newest = commit(versioned, "updated")
    before = state(versioned)
    for path in lost:
        (versioned / path).unlink()
    commit(versioned, "lost")
    (versioned / README).write_text("mine\n")
    repair = repaired(versioned)
    assert repair.manifest == f"git, {newest[:12]}"
    assert state(versioned) == before


def test_a_commit_whose_files_do_not_belong_together_is_passed_over(versioned: Path) -> None:
    good, before = git(versioned, "rev-parse", "HEAD"), state(versioned)
    write(plan_update(versioned, NEWER).plan)
    (versioned / BASE).write_bytes(before[BASE])
    commit(versioned, "a base that belongs to another manifest")
    (versioned / MANIFEST).write_text("{")
    assert repaired(versioned).manifest == f"git, {good[:12]}"
    assert state(versioned) == before


def test_a_pack_in_a_folder_of_a_larger_repository(root: Path) -> None:
    git(root.parent, "init", "-q")
    commit(root.parent, "monorepo")
    before = state(root)
    shutil.rmtree(root / ".obsboot")
    repaired(root)
    assert state(root) == before


def mark_conflicts(versioned: Path) -> None:
    """Git merges the manifest by lines, as in packs from before it was told not to."""
    (versioned / ".git/info").mkdir(exist_ok=True)
    (versioned / ".git/info/attributes").write_text(f"{MANIFEST} merge\n")


def test_a_half_merged_state_becomes_the_side_with_the_newer_version(versioned: Path) -> None:
    mark_conflicts(versioned)
    git(versioned, "checkout", "-q", "-b", "newer")
    _as_version(versioned, "10.0", NEWER)
    commit(versioned, "updated by a newer obsboot")
    theirs = state(versioned)
    git(versioned, "checkout", "-q", "main")
    _as_version(
        versioned, "9.9", replace(WANTED, files=(*FILES[:1], replace(FILES[1], text="groups: [1]\n"), FILES[2]))
    )
    commit(versioned, "updated by an older one, but later")
    git(versioned, "merge", "newer", fails=True)
    assert b"<<<<<<<" in (versioned / MANIFEST).read_bytes()
    repair = repaired(versioned)
    assert repair.manifest == "git, MERGE_HEAD"
    assert {p: d for p, d in state(versioned).items() if p != ANSWERS} == {
        p: d for p, d in theirs.items() if p != ANSWERS
    }


def test_of_two_sides_with_one_version_the_branch_that_one_is_on_is_taken(versioned: Path) -> None:
    mark_conflicts(versioned)
    git(versioned, "checkout", "-q", "-b", "other")
    write(plan_update(versioned, NEWER).plan)
    commit(versioned, "updated there")
    git(versioned, "checkout", "-q", "main")
    write(
        plan_update(
            versioned, replace(WANTED, files=(*FILES[:1], replace(FILES[1], text="groups: [1]\n"), FILES[2]))
        ).plan
    )
    commit(versioned, "updated here")
    ours = state(versioned)
    git(versioned, "merge", "other", fails=True)
    assert repaired(versioned).manifest == "git, HEAD"
    assert state(versioned) == ours
    update = plan_update(
        versioned, replace(NEWER, files=(NEWER.files[0], replace(FILES[1], text="groups: [1]\n"), FILES[2]))
    )
    assert not update.conflicts


def test_markers_that_were_committed_are_no_state(versioned: Path) -> None:
    before = state(versioned)
    (versioned / MANIFEST).write_text(f"<<<<<<< ours\n{before[MANIFEST].decode()}=======\n{{}}\n>>>>>>> theirs\n")
    (versioned / ANSWERS).write_text("<<<<<<< ours\nservice: shop\n=======\nservice: shops\n>>>>>>> theirs\n")
    commit(versioned, "merged badly")
    repaired(versioned)
    assert state(versioned) == before
    assert b">>>>>>> theirs" in (versioned / ".obsboot/backup/answers.yml").read_bytes()


def _as_version(root: Path, version: str, wanted: Wanted) -> None:
    """As if that obsboot had written it."""
    for step in plan_update(root, wanted).plan.of("create", "replace"):
        (root / step.path).write_bytes(step.data)
    known = load_state(root)
    assert known is not None
    (root / MANIFEST).write_text(manifest_text(replace(known, version=version)))


def test_without_history_what_differs_from_a_rendering_is_the_users(root: Path) -> None:
    (root / README).write_text(MINE)
    for path in (MANIFEST, BASE):
        (root / path).unlink()
    repair = repaired(root, by(WANTED))
    assert repair.counts == {"verified": 0, "rendered": 2, "unknown": 1}
    known = load_state(root)
    assert known is not None
    assert (known.files[README].blob, known.version) == (UNKNOWN, __version__)
    assert known.files[SEED].owner == "seed"
    update = plan_update(root, NEWER)
    assert [v.path for v in update.conflicts] == [README]
    write(update.plan)
    assert (root / README).read_text() == MINE


def test_what_is_left_of_the_base_tells_edits_from_others(root: Path) -> None:
    (root / README).write_text(MINE)
    (root / MANIFEST).unlink()
    assert repaired(root, by(WANTED)).counts == {"verified": 1, "rendered": 2, "unknown": 0}
    update = plan_update(root, NEWER)
    assert not update.conflicts
    write(update.plan)
    assert (root / README).read_text() == "read me, says Ines\n\none\n\nTWO\n"


def test_a_file_as_an_earlier_version_rendered_it_is_pristine(root: Path) -> None:
    (root / MANIFEST).unlink()
    assert repaired(root, by(NEWER)).counts == {"verified": 1, "rendered": 2, "unknown": 0}
    update = plan_update(root, NEWER)
    assert not update.conflicts
    write(update.plan)
    assert (root / README).read_text() == NEWER.files[0].text


def test_a_file_that_is_gone_is_offered_by_the_next_update(root: Path) -> None:
    (root / RULES).unlink()
    for path in (MANIFEST, BASE):
        (root / path).unlink()
    repaired(root, by(WANTED))
    assert [(v.path, v.action) for v in plan_update(root, WANTED).verdicts if v.action != "unchanged"] == [
        (RULES, "add")
    ]


# --- the answers are lost


def test_answers_come_from_git(versioned: Path) -> None:
    before = state(versioned)
    (versioned / ANSWERS).write_text("service: [\n")
    repaired(versioned)
    assert state(versioned) == before


def test_guessed_answers_count_if_they_render_the_manifest(root: Path) -> None:
    before = state(root)
    (root / ANSWERS).unlink()
    assert "detected" in repaired(root, by(WANTED), lambda _: b"service: shop\n").answers
    assert state(root) == before


def test_guessed_answers_that_render_something_else_do_not(root: Path) -> None:
    (root / ANSWERS).unlink()
    with pytest.raises(ObsbootError, match="no answers are found"):
        plan_repair(root, by(NEWER), lambda _: b"service: shop\n")


# --- what cannot be repaired


def test_where_nothing_is_left_adopt_is_the_way(root: Path) -> None:
    (root / ANSWERS).unlink()
    (root / MANIFEST).write_text("{")
    assert "move .obsboot/ away" in refused(root).fix
    shutil.rmtree(root / ".obsboot")
    assert refused(root).fix.startswith("`obsboot adopt`")


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("files", README, "blob"), ["x"]),
        (("files", README, "owner"), None),
        (("obsboot",), 1),
        (("base",), {}),
        (("answers",), []),
    ],
)
def test_a_manifest_with_odd_values_is_damaged(root: Path, way: tuple[str, ...], value: object) -> None:
    manifest = json.loads((root / MANIFEST).read_text())
    inner = manifest
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    (root / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ObsbootError, match="damaged: a value in it is of the wrong kind"):
        load_state(root)
    repaired(root, by(WANTED))


def test_answers_without_a_single_file_are_no_pack(root: Path) -> None:
    (root / MANIFEST).unlink()
    shutil.rmtree(root / "observability")
    assert "none of the pack's files is there" in refused(root, by(WANTED)).message


def test_answers_that_cannot_be_used_are_no_help(root: Path) -> None:
    (root / MANIFEST).unlink()
    assert "not fit for use: this obsboot cannot render that" in refused(root).message


def test_the_state_of_another_schema_is_not_touched(root: Path) -> None:
    (root / MANIFEST).write_text('{"schema": 9}')
    with pytest.raises(ObsbootError, match="schema 9"):
        plan_repair(root, never, nobody_knows)


def test_a_link_in_place_of_the_manifest_is_not_written_through(root: Path, tmp_path: Path) -> None:
    lay_out(tmp_path, {"elsewhere.json": "{"})
    (root / MANIFEST).unlink()
    (root / MANIFEST).symlink_to(tmp_path / "elsewhere.json")
    repair = plan_repair(root, by(WANTED), nobody_knows)
    assert repair is not None
    with pytest.raises(ObsbootError, match="does not write through links"):
        write(repair.plan)
    assert (tmp_path / "elsewhere.json").read_text() == "{"


def test_a_repair_can_be_undone(root: Path) -> None:
    (root / MANIFEST).write_text("{")
    before = state(root)
    repaired(root, by(WANTED))
    assert state(root) != before
    write(undoing(root))
    assert state(root) == before


# --- whatever is lost and edited, nothing that somebody wrote goes with the next update


@given(
    lost=st.sets(st.sampled_from([MANIFEST, BASE]), min_size=1),
    damaged=st.booleans(),
    edited=st.dictionaries(
        st.sampled_from([README, RULES, SEED]), st.sampled_from(["mine\n", MINE, NEWER.files[0].text, ""])
    ),
    rendering=st.sampled_from([WANTED, NEWER]),
)
def test_nothing_of_the_users_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    lost: set[str],
    damaged: bool,
    edited: dict[str, str],
    rendering: Wanted,
) -> None:
    root = lay_out(tmp_path_factory.mktemp("pack"), {"app/main.py": "pass\n"})
    write(plan(root, WANTED))
    lay_out(root, edited)
    for path in lost:
        (root / path).write_bytes(b"{") if damaged else (root / path).unlink()
    repair = repaired(root, by(rendering))
    write(plan_update(root, NEWER).plan)
    unknown = {each.path for each in repair.found if each.kind == "unknown"} | {SEED}
    rendered = {word for file in (*WANTED.files, *NEWER.files) for word in file.text.split()}
    for path, text in edited.items():
        now = (root / path).read_text()
        assert set(text.split()) - rendered <= set(now.split())
        assert now == text or path not in unknown
