from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from interrupting import at_operation, each_point, full, in_child, killed, operations
from small_catalogue import lay_out, small_catalogue, snapshot

from obsboot.answers import stored_text
from obsboot.model import Exit, GeneratedFile, ObsbootError
from obsboot.workspace import Plan, Wanted, load_pack, load_state, plan, recover, refusal, write
from obsboot.workspace import transaction as tx
from obsboot.workspace.obstacles import obstacle
from obsboot.workspace.state import ANSWERS, BASE, MANIFEST, base_bytes, blob_id, manifest_text, state_of

CATALOGUE = small_catalogue()
ANSWERED = {"service": "shop", "team": "payments", "jar.component": "jar"}
FILES = (
    GeneratedFile("observability/README.md", "read me\n", "managed", "pack/README"),
    GeneratedFile("observability/rules/jar.yaml", "groups: []\n", "owned", "alerts/jar.yaml"),
    GeneratedFile("observability/grants/jar.sh", "#!/bin/sh\n", "owned", "jar/grants", executable=True),
    GeneratedFile("observability/overrides.yaml", "{}\n", "seed", "pack/overrides"),
)
WANTED = Wanted(
    files=FILES,
    answers=stored_text(ANSWERED, CATALOGUE),
    directory="observability",
    origin={"service": "flag"},
    answers_before=stored_text(ANSWERED, CATALOGUE),
    variables=("JAR_PASSWORD", "LAKE_PASSWORD"),
    secret_files=("webhook_url",),
)
OTHER = replace(WANTED, files=(replace(FILES[0], text="other\n"), *FILES[1:]), answers=WANTED.answers + "loud: true\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "repository", {"app/main.py": "pass\n"})


@pytest.fixture
def written(root: Path) -> Path:
    write(plan(root, WANTED))
    return root


def actions(made: Plan) -> dict[str, str]:
    return {step.path: step.action for step in made.steps}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refused(root: Path, wanted: Wanted = WANTED) -> ObsbootError:
    """The error of planning and writing, after which the repository is as it was."""
    before = snapshot(root)
    with pytest.raises(ObsbootError) as caught:
        write(plan(root, wanted))
    assert caught.value.code == Exit.REFUSED
    assert snapshot(root) == before
    return caught.value


# --- what is written


def test_everything_is_written_with_its_mode(written: Path) -> None:
    for file in FILES:
        assert (written / file.path).read_text() == file.text
        assert mode(written / file.path) == (0o755 if file.executable else 0o644)
    assert mode(written / "observability/.env") == 0o600
    assert mode(written / "observability/secrets") == 0o700
    assert (written / "observability/secrets/webhook_url").read_bytes() == b""
    assert "webhook_url" in (written / "observability/secrets/README").read_text()
    assert not (written / ".obsboot/.staging").exists()
    ignored = (written / "observability/.gitignore").read_text().split("\n")
    assert {".env", "secrets/"} <= set(ignored)


def test_each_variable_gets_a_random_value_of_its_own(written: Path, tmp_path: Path) -> None:
    values = dict(line.split("=", 1) for line in (written / "observability/.env").read_text().split("\n")[1:-1])
    assert set(values) == {"JAR_PASSWORD", "LAKE_PASSWORD"}
    assert len(set(values.values())) == 2
    assert all(len(value) >= 32 for value in values.values())
    assert not any(value in (written / name).read_text() for value in values.values() for name in (ANSWERS, MANIFEST))


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        write(plan(folder, WANTED))
        seen.append({path: data for path, data in snapshot(folder).items() if not path.endswith(".env")})
    assert seen[0] == seen[1]


def test_a_strict_umask_keeps_nothing_from_the_containers(root: Path) -> None:
    before = os.umask(0o077)
    try:
        write(plan(root, WANTED))
    finally:
        os.umask(before)
    assert mode(root / "observability/rules/jar.yaml") == 0o644
    assert mode(root / "observability/rules") == 0o755
    assert mode(root / ".obsboot") == 0o755
    assert mode(root / "observability/.env") == 0o600
    assert mode(root / "observability/secrets") == 0o700


def test_the_manifest_knows_every_file_as_git_does(written: Path) -> None:
    assert blob_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    files = json.loads((written / MANIFEST).read_text())["files"]
    assert set(files) == {file.path for file in FILES} | {"observability/.gitignore"}
    one = files["observability/rules/jar.yaml"]
    assert one["blob"] == blob_id(b"groups: []\n")
    assert (one["source"], one["owner"], one["status"]) == ("alerts/jar.yaml", "owned", "written")
    assert files["observability/grants/jar.sh"]["executable"] is True


def test_the_state_keeps_the_pristine_renderings(written: Path) -> None:
    state = load_state(written)
    assert state is not None
    assert state.pristine("observability/README.md") == "read me\n"
    assert state.pristine("observability/overrides.yaml") is None
    assert state.pristine("unknown") is None
    assert state.origin == {"service": "flag"}


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text()), max_size=6, unique_by=lambda f: f[0])
)
def test_any_state_is_read_back(tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("state")
    made = state_of(
        (GeneratedFile(f"o/{n}", _encodable(t), "managed", n) for n, t in files), {"service": "flag"}, "1.0"
    )
    (folder / ".obsboot").mkdir()
    (folder / MANIFEST).write_text(manifest_text(made))
    (folder / BASE).write_bytes(base_bytes(made))
    assert load_state(folder) == made


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()


# --- a second time


def test_a_second_time_is_a_noop(written: Path) -> None:
    before = snapshot(written)
    again = plan(written, replace(WANTED, origin={"service": "environment"}))
    assert again.is_noop
    assert write(again) == ()
    assert snapshot(written) == before


def test_other_answers_are_refused_and_each_file_is_named(written: Path) -> None:
    (written / "observability/rules/jar.yaml").write_text("mine\n")
    wanted = replace(OTHER, files=(*OTHER.files[:2], GeneratedFile("observability/new", "", "owned", "new"), FILES[3]))
    assert refused(written, wanted).message.split("\n") == [
        "nothing was written, because of 3 files:",
        "  observability/README.md: would change",
        "  observability/new: would be added",
        "  observability/grants/jar.sh: would no longer be part of the pack",
        "  observability/rules/jar.yaml: differs from its recorded rendering",
    ]


def test_an_edited_file_that_would_change_is_named_as_both(written: Path) -> None:
    (written / "observability/README.md").write_text("mine\n")
    assert "README.md: would change, and differs from its recorded rendering" in refused(written, OTHER).message


def test_an_edit_is_kept_and_told(written: Path) -> None:
    (written / "observability/README.md").write_text("mine\n")
    made = plan(written, WANTED)
    assert made.is_noop
    assert [step.path for step in made.of("keep")] == ["observability/README.md"]


def test_line_ends_of_a_checkout_are_no_edit(written: Path) -> None:
    (written / "observability/README.md").write_bytes(b"read me\r\n")
    assert actions(plan(written, WANTED))["observability/README.md"] == "unchanged"


def test_what_is_missing_is_written_again_but_not_seeds(written: Path) -> None:
    for name in ("README.md", "overrides.yaml", ".env"):
        (written / "observability" / name).unlink()
    assert set(write(plan(written, WANTED))) == {"observability/README.md", "observability/.env"}
    assert not (written / "observability/overrides.yaml").exists()


def test_overrides_change_renderings_without_other_answers(written: Path) -> None:
    changed = replace(WANTED, files=(FILES[0], replace(FILES[1], text="groups: [1]\n"), *FILES[2:]))
    assert set(write(plan(written, changed))) == {"observability/rules/jar.yaml", BASE, MANIFEST}
    assert (written / "observability/rules/jar.yaml").read_text() == "groups: [1]\n"
    assert plan(written, changed).is_noop
    (written / "observability/rules/jar.yaml").write_text("mine\n")
    assert "would change" in refused(written, WANTED).message


def test_an_answer_that_changes_no_file_is_stored(written: Path) -> None:
    wanted = replace(WANTED, answers=WANTED.answers + "loud: false\n", origin={"service": "flag", "loud": "flag"})
    assert set(write(plan(written, wanted))) == {ANSWERS, MANIFEST}
    assert json.loads((written / MANIFEST).read_text())["answers"] == {"service": "flag", "loud": "flag"}
    assert not (written / ".obsboot/backup").exists()


def test_an_answers_file_that_was_written_by_hand_is_backed_up(root: Path) -> None:
    mine = "# my own\nservice: shop\n"
    lay_out(root, {ANSWERS: mine})
    made = plan(root, replace(WANTED, answers_before="service: shop\n"))
    assert next(step.backup for step in made.steps if step.path == ANSWERS)
    write(made)
    assert (root / ".obsboot/backup/answers.yml").read_text() == mine
    assert (root / ANSWERS).read_text() == WANTED.answers


def test_an_answers_file_that_says_the_same_stays_as_it_is(root: Path) -> None:
    mine = "# my own\nservice: shop\n"
    lay_out(root, {ANSWERS: mine})
    write(plan(root, WANTED))
    assert (root / ANSWERS).read_text() == mine


def test_secrets_are_never_overwritten(root: Path) -> None:
    lay_out(root, {"observability/.env": "JAR_PASSWORD=mine\n", "observability/secrets/webhook_url": "mine\n"})
    made = plan(root, WANTED)
    assert made.notes == ("observability/.env lacks LAKE_PASSWORD; add each with a random value",)
    write(made)
    assert (root / "observability/.env").read_text() == "JAR_PASSWORD=mine\n"
    assert (root / "observability/secrets/webhook_url").read_text() == "mine\n"


# --- what stands in the way


def test_a_foreign_file_is_never_overwritten(root: Path) -> None:
    lay_out(root, {"observability/README.md": "mine\n"})
    error = refused(root)
    assert "observability/README.md: a file that obsboot did not write is in the way" in error.message
    assert "--set directory=PATH" in error.fix


def test_the_same_bytes_are_adopted_and_a_seed_is_left_alone(root: Path) -> None:
    lay_out(root, {"observability/README.md": "read me\n", "observability/overrides.yaml": "mine\n"})
    made = plan(root, WANTED)
    assert actions(made)["observability/README.md"] == "unchanged"
    assert actions(made)["observability/overrides.yaml"] == "keep"
    write(made)
    assert (root / "observability/overrides.yaml").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("lay", "message"),
    [
        (lambda root, out: (root / "observability").symlink_to(out), "link out of the repository"),
        (lambda root, out: (root / "observability").symlink_to("nowhere"), "a link, and not to a folder"),
        (lambda root, out: (root / "observability").write_text("x"), "a file where a folder has to be"),
        (lambda root, out: (root / "observability/README.md").mkdir(parents=True), "a folder is there"),
        (lambda root, out: lay_out(root, {"observability/rules": "x"}), "observability/rules is a file"),
        (lambda root, out: (root / ".obsboot").symlink_to(out), "link out of the repository"),
        (lambda root, out: (root / ".obsboot").write_text("x"), "a file where a folder has to be"),
        (lambda root, out: _link(root, out, "observability/README.md"), "does not write through links"),
        (lambda root, out: _link(root, out, "observability/secrets/webhook_url"), "does not write through links"),
        (lambda root, out: _link(root, out, "observability/.env"), "does not write through links"),
    ],
)
def test_nothing_is_written_through_or_over_what_is_in_the_way(
    root: Path, tmp_path: Path, lay: Callable[[Path, Path], Any], message: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    lay(root, outside)
    assert message in refused(root).message
    assert snapshot(outside) == {}


def _link(root: Path, outside: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(outside / "target")


def test_a_link_inside_the_repository_is_fine(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "observability").symlink_to("elsewhere")
    write(plan(root, WANTED))
    assert (root / "elsewhere/README.md").read_text() == "read me\n"


@given(st.text() | st.lists(st.sampled_from(["..", ".", "a", "", ".git", "~", "b"])).map("/".join))
@example("../x")
@example("a/../../x")
@example("/etc/passwd")
def test_no_path_leads_out(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        allowed = not obstacle(folder, path)
    except (OSError, ValueError):
        return
    if allowed:
        assert (folder / path).resolve().is_relative_to(folder.resolve())
        assert path.split("/", maxsplit=1)[0] != ".git"


def test_a_folder_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match="no such folder"):
        plan(tmp_path / "none", WANTED)


# --- what the system refuses


@contextmanager
def public_folder() -> Iterator[Path]:
    """A repository that another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="obsboot-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("inner", [False, True])
def test_a_folder_that_cannot_be_written_is_refused(inner: bool) -> None:
    with public_folder() as folder:
        if inner:
            (folder / "observability").mkdir()
            folder.chmod(0o777)
            (folder / "observability").chmod(0o555)
        else:
            folder.chmod(0o555)
        before = snapshot(folder)

        def work() -> None:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            write(plan(folder, WANTED))

        assert in_child(work) == Exit.REFUSED
        assert snapshot(folder) == before


def test_a_file_limit_like_a_full_disk_leaves_nothing(root: Path) -> None:
    import resource  # noqa: PLC0415

    before = snapshot(root)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150, 150))
        write(plan(root, WANTED))

    assert in_child(work) == Exit.REFUSED
    assert snapshot(root) == before


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    if not mounted or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", disk], check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        lay_out(disk, {"app.py": "x" * 60_000})
        files = tuple(GeneratedFile(f"observability/{n}", str(n) * 4000, "owned", str(n)) for n in range(40))
        assert "no space is left" in refused(disk, replace(WANTED, files=files)).message
    finally:
        subprocess.run(["umount", disk], check=True)


# --- interrupted


def written_as(wanted: Wanted) -> Callable[[Path], object]:
    return lambda root: write(plan(root, wanted))


def _terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def without_secrets(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path: (one if not path.endswith("/.env") else (one[0], b"")) for path, one in snapshot(root).items()}


@pytest.fixture(params=["first", "again"])
def before_and_after(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> tuple[Path, Wanted, dict, dict]:
    """A repository about to be written for the first time, or about to get changed rules; how it is, how it will be."""
    wanted = WANTED
    if request.param == "again":
        write(plan(root, WANTED))
        wanted = replace(WANTED, files=(FILES[0], replace(FILES[1], text="groups: [1]\n"), *FILES[2:]))
    after = tmp_path / "after"
    shutil.copytree(root, after)
    write(plan(after, wanted))
    return root, wanted, without_secrets(root), without_secrets(after)


def test_a_kill_at_any_point_is_mended_by_the_next_command(before_and_after: tuple[Path, Wanted, dict, dict]) -> None:
    root, wanted, before, after = before_and_after
    ends = set()
    for number, copy in each_point(root, written_as(wanted)):

        def work(number: int = number, copy: Path = copy) -> None:
            with at_operation(number, killed):
                write(plan(copy, wanted))

        assert in_child(work) == -signal.SIGKILL
        told = recover(copy)
        left = without_secrets(copy)
        assert left in (before, after), number
        assert left == after or "written now" not in told
        ends.add(left == after)
        assert recover(copy) == ""
    assert ends == {True, False}


@pytest.mark.parametrize("number_of", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_point_leaves_all_or_nothing(
    before_and_after: tuple[Path, Wanted, dict, dict], number_of: signal.Signals
) -> None:
    root, wanted, before, after = before_and_after
    ends = set()
    for number, copy in each_point(root, written_as(wanted)):

        def work(number: int = number, copy: Path = copy) -> None:
            signal.signal(number_of, _terminate)
            with at_operation(number, lambda: os.kill(os.getpid(), number_of)):
                write(plan(copy, wanted))

        assert in_child(work) == 130
        left = without_secrets(copy)
        assert left in (before, after), number
        ends.add(left == after)
    assert ends == {True, False}


def test_a_disk_that_fills_at_any_point_leaves_nothing(before_and_after: tuple[Path, Wanted, dict, dict]) -> None:
    root, wanted, before, after = before_and_after
    for number, copy in each_point(root, written_as(wanted)):
        with suppress(ObsbootError), at_operation(number, full):
            write(plan(copy, wanted))
        recover(copy)
        left = without_secrets(copy)
        assert left in (before, after), number


def test_a_file_that_appears_meanwhile_is_not_overwritten(root: Path) -> None:
    made = plan(root, WANTED)
    lay_out(root, {"observability/rules/jar.yaml": "mine\n"})
    before = snapshot(root)
    with pytest.raises(ObsbootError, match="changed while obsboot was at work"):
        write(made)
    assert snapshot(root) == before


def test_without_hard_links_files_are_renamed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write(plan(root, WANTED))
    assert plan(root, WANTED).is_noop


def test_two_at_once_the_second_is_refused(root: Path) -> None:
    made, other = plan(root, WANTED), plan(root, WANTED)
    with tx.locked(root):
        before = snapshot(root)
        with pytest.raises(ObsbootError, match="another obsboot is writing here") as caught:
            write(made)
        assert caught.value.code == Exit.REFUSED
        assert snapshot(root) == before
    write(made)
    with pytest.raises(ObsbootError, match="changed while obsboot was at work"):
        write(other)
    assert plan(root, WANTED).is_noop


def test_a_journal_that_leads_out_is_not_followed(written: Path, tmp_path: Path) -> None:
    entry = {"number": 0, "path": "../outside", "blob": blob_id(b"x"), "previous": "", "backup": ""}
    journal = {"entries": [entry], "folders": ["../made"], "private": []}
    lay_out(written, {".obsboot/.staging/journal.json": json.dumps(journal), ".obsboot/.staging/0": "x"})
    with pytest.raises(ObsbootError, match="no path inside the repository"):
        recover(written)
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "made").exists()


def test_what_the_user_did_since_an_interrupted_run_stays(root: Path) -> None:
    def work() -> None:
        with at_operation(operations(root, written_as(WANTED)) - 3, killed):
            write(plan(root, WANTED))

    assert in_child(work) == -signal.SIGKILL
    (root / "observability/README.md").unlink()
    lay_out(root, {"observability/README.md": "mine\n"})
    told = recover(root)
    assert (root / "observability/README.md").read_text() == "mine\n"
    assert "observability/README.md: kept" in told
    assert [step.path for step in plan(root, WANTED).of("keep")] == ["observability/README.md"]


def test_finishing_on_a_full_disk_can_be_tried_again(root: Path) -> None:
    def work() -> None:
        with at_operation(operations(root, written_as(WANTED)) - 6, killed):
            write(plan(root, WANTED))

    assert in_child(work) == -signal.SIGKILL
    with pytest.raises(ObsbootError, match="no space is left"), at_operation(1, full):
        recover(root)
    assert "written now" in recover(root)
    assert plan(root, WANTED).is_noop


def test_a_journal_that_cannot_be_read_is_told(written: Path) -> None:
    lay_out(written, {".obsboot/.staging/journal.json": "{"})
    with pytest.raises(ObsbootError, match="cannot be read"):
        recover(written)


# --- damaged state, loading


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        (MANIFEST, "{", "damaged"),
        (MANIFEST, "[]", "damaged"),
        (MANIFEST, '{"schema": 1}', "damaged"),
        (MANIFEST, '{"schema": 1, "obsboot": "1", "answers": {}, "base": "", "files": {"a": {"x": 1}}}', "damaged"),
        (MANIFEST, '{"schema": 9}', "schema 9"),
        (BASE, "", "damaged"),
        (BASE, "obsboot base 1\nxx", "damaged"),
        (ANSWERS, "service: [", "not YAML"),
        (ANSWERS, "service: A B\n", "it has to be"),
    ],
)
def test_damaged_state_is_one_clear_message(written: Path, name: str, text: str, what: str) -> None:
    (written / name).write_text(text)
    with pytest.raises(ObsbootError, match=what) as caught:
        load_pack(written, CATALOGUE)
    assert caught.value.message.startswith(name)


@pytest.mark.parametrize("name", [MANIFEST, BASE])
def test_half_a_state_is_damaged(written: Path, name: str) -> None:
    (written / name).unlink()
    with pytest.raises(ObsbootError, match="is missing"):
        load_pack(written, CATALOGUE)


def test_another_base_is_damaged(written: Path) -> None:
    (written / BASE).write_bytes(base_bytes(state_of(FILES[:1], {}, "1")))
    with pytest.raises(ObsbootError, match="not the one"):
        load_pack(written, CATALOGUE)


def test_a_pack_is_what_is_on_the_disk(written: Path) -> None:
    (written / "observability/README.md").write_bytes(b"mine\r\n")
    (written / "observability/grants/jar.sh").unlink()
    lay_out(written, {"observability/overrides.yaml": "jar: {JarLow: {threshold: 3}}\n"})
    pack = load_pack(written, CATALOGUE)
    assert pack.files["observability/README.md"] == "mine\n"
    assert pack.recorded["observability/README.md"] == "read me\n"
    assert "observability/grants/jar.sh" not in pack.files
    assert "observability/grants/jar.sh" in pack.recorded
    assert (pack.stack.service, pack.stack.of("jar")[0].address) == ("shop", "jar:7000")
    assert pack.stack.overrides["jar"]["JarLow"] == {"threshold": 3.0}


def test_no_pack_is_a_message(root: Path) -> None:
    with pytest.raises(ObsbootError, match="there is no pack") as caught:
        load_pack(root, CATALOGUE)
    assert "obsboot init" in caught.value.fix


def test_a_pack_file_that_is_no_text_is_a_message(written: Path) -> None:
    (written / "observability/README.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ObsbootError, match="not UTF-8"):
        load_pack(written, CATALOGUE)


def test_what_can_be_executed_is_never_a_mystery(root: Path) -> None:
    assert refusal(plan(root, WANTED)) is None
    assert not plan(root, WANTED).is_noop
