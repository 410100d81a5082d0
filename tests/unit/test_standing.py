from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from small_catalogue import lay_out
from small_pack import file, pack, updated

from obsboot.workspace import State, load_state
from obsboot.workspace.standing import Standing, standings, statuses, worst
from obsboot.workspace.state import Packed, manifest_text
from obsboot.workspace.vouching import vouching

MANAGED, OWNED, SEED = file("readme.md"), file("rules.yaml", "a: 1\n", "owned"), file("own.yaml", "{}\n", "seed")
MARKERS = "<<<<<<< yours\na: 2\n||||||| template 1\na: 1\n=======\na: 3\n>>>>>>> template 2\n"


def known(root: Path) -> State:
    state = load_state(root)
    assert state is not None
    return state


def found(root: Path) -> dict[str, Standing]:
    return {one.path.removeprefix("o/"): one for one in standings(root, known(root))}


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pack(tmp_path / "r", MANAGED, OWNED, SEED)


def test_what_is_as_it_was_rendered_is_pristine(root: Path) -> None:
    assert {path: one.what for path, one in found(root).items()} == {
        "readme.md": "pristine", "rules.yaml": "pristine", "own.yaml": "seed", ".gitignore": "pristine",
    }  # fmt: skip
    assert worst(standings(root, known(root)), behind=False) == "in sync"


@pytest.mark.parametrize(
    ("path", "text", "what", "word"),
    [
        ("readme.md", "mine\n", "edited", "in sync"),
        ("rules.yaml", "a: 2\n", "drifted", "drifted"),
        ("own.yaml", "b: 1\n", "seed", "in sync"),
        ("own.yaml", MARKERS, "seed", "in sync"),
        ("readme.md", MARKERS, "conflict", "conflicts"),
        ("readme.md", "x\n>>>>>>> template 2\n", "conflict", "conflicts"),
        ("rules.yaml", "a: 1\r\n", "pristine", "in sync"),
        ("rules.yaml.obsboot-new", "a: 3\n", "", "conflicts"),
    ],
)
def test_an_edit_is_what_its_owner_makes_it(root: Path, path: str, text: str, what: str, word: str) -> None:
    (root / "o" / path).write_bytes(text.encode())
    if what:
        assert found(root)[path].what == what
    assert worst(standings(root, known(root)), behind=False) == word


def test_a_marker_is_found_with_its_line(root: Path) -> None:
    (root / "o/rules.yaml").write_text(f"b: 1\n{MARKERS}")
    one = found(root)["rules.yaml"]
    assert (one.what, one.line, one.aside) == ("conflict", 2, False)


def test_the_templates_version_beside_a_file_is_a_conflict_also_of_a_file_that_is_not_recorded(root: Path) -> None:
    lay_out(
        root, {"o/rules.yaml.obsboot-new": "a: 3\n", "o/deep/er/new.json": "{}", "o/deep/er/new.json.obsboot-new": "[]"}
    )
    assert {one.path for one in found(root).values() if one.aside} == {"o/rules.yaml", "o/deep/er/new.json"}
    assert found(root)["deep/er/new.json"].owner == ""
    assert statuses(root, known(root)) == {"o/rules.yaml": "aside", "o/deep/er/new.json": "aside"}


def test_what_is_gone_is_missing_until_an_update_takes_note(root: Path) -> None:
    (root / "o/readme.md").unlink()
    (root / "o/own.yaml").unlink()
    assert (found(root)["readme.md"].what, found(root)["own.yaml"].what) == ("missing", "seed")
    assert worst(standings(root, known(root)), behind=True) == "drifted"
    updated(root, MANAGED, OWNED, SEED)
    assert found(root)["readme.md"].what == "declined"
    assert statuses(root, known(root)) == {"o/readme.md": "declined"}
    assert worst(standings(root, known(root)), behind=False) == "in sync"
    assert worst(standings(root, known(root)), behind=True) == "behind"
    (root / "o/readme.md").write_text("mine again\n")
    assert found(root)["readme.md"].what == "edited"


def test_an_orphan_is_one_until_it_is_removed(root: Path) -> None:
    (root / "o/rules.yaml").write_text("a: 2\n")
    updated(root, MANAGED, SEED)
    assert found(root)["rules.yaml"].what == "orphan"
    assert worst(standings(root, known(root)), behind=False) == "in sync"
    (root / "o/rules.yaml").unlink()
    assert "rules.yaml" not in found(root)


def test_what_cannot_be_read_is_blocked_with_the_reason(root: Path, tmp_path: Path) -> None:
    (root / "o/readme.md").unlink()
    (root / "o/readme.md").symlink_to(tmp_path)
    (root / "o/rules.yaml").unlink()
    (root / "o/rules.yaml").mkdir()
    assert found(root)["readme.md"].why == "a link is there, and obsboot does not write through links"
    assert found(root)["rules.yaml"].why == "a folder is there"
    assert worst(standings(root, known(root)), behind=False) == "drifted"


# --- git's index


def committed(root: Path, *config: str) -> Path:
    git(root, "init", "-q")
    for one in config:
        git(root, "config", *one.split("="))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "pack")
    return root


def vouched_for(root: Path) -> set[str]:
    return {path.removeprefix("o/") for path in vouching(root, {p: one.blob for p, one in known(root).files.items()})()}


def test_git_vouches_for_what_is_unchanged_in_it(root: Path) -> None:
    assert vouched_for(root) == set()
    committed(root)
    assert vouched_for(root) == {"readme.md", "rules.yaml", "own.yaml", ".gitignore"}
    (root / "o/readme.md").write_text("mine\n")
    (root / "o/own.yaml").unlink()
    assert vouched_for(root) == {"rules.yaml", ".gitignore"}
    git(root, "add", "-A")
    assert vouched_for(root) == {"rules.yaml", ".gitignore"}
    assert found(root)["readme.md"].what == "edited"


def test_git_does_not_vouch_for_what_it_was_told_not_to_look_at(root: Path) -> None:
    committed(root)
    git(root, "update-index", "--assume-unchanged", "o/readme.md")
    git(root, "update-index", "--skip-worktree", "o/rules.yaml")
    (root / "o/readme.md").write_text("mine\n")
    (root / "o/rules.yaml").write_text("a: 2\n")
    assert vouched_for(root) == {"own.yaml", ".gitignore"}
    assert (found(root)["readme.md"].what, found(root)["rules.yaml"].what) == ("edited", "drifted")


def test_git_vouches_for_a_checkout_with_other_line_ends(root: Path, tmp_path: Path) -> None:
    committed(root)
    copy = tmp_path / "copy"
    git(root, "clone", "-q", "-c", "core.autocrlf=true", str(root), str(copy))
    assert (copy / "o/rules.yaml").read_bytes() == b"a: 1\r\n"
    assert vouched_for(copy) == {"readme.md", "rules.yaml", "own.yaml", ".gitignore"}


def test_a_pack_below_the_root_of_the_repository_is_vouched_for_and_odd_names_are(tmp_path: Path) -> None:
    odd = file("Bücher *\t[x].yaml", "a: 1\n")
    inner = pack(tmp_path / "mono/services/a", odd, MANAGED)
    committed(tmp_path / "mono")
    assert vouched_for(inner) == {"Bücher *\t[x].yaml", "readme.md", ".gitignore"}


def test_a_conflict_in_gits_own_index_is_looked_at(root: Path) -> None:
    committed(root)
    git(root, "checkout", "-qb", "other")
    (root / "o/rules.yaml").write_text("a: 7\n")
    git(root, "commit", "-qam", "other")
    git(root, "checkout", "-q", "-")
    (root / "o/rules.yaml").write_text("a: 8\n")
    git(root, "commit", "-qam", "mine")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "other")
    assert found(root)["rules.yaml"].what == "conflict"


def test_without_git_everything_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(root)
    monkeypatch.setenv("PATH", "/nowhere")
    assert vouched_for(root) == set()
    assert found(root)["rules.yaml"].what == "pristine"


_OPENED = """
import sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, told: opened.append(str(told[0])) if event == "open" else None)
from obsboot import cli
code = cli.run(["status", "--short"])
print(code, sorted(Path(path).name for path in opened if "/o/" in path or path.startswith("o/")))
heavy = ("click", "jinja2", "yaml", "promql_parser", "obsboot.catalog", "obsboot.answers")
print([name for name in heavy if name in sys.modules])
"""


def status_in(root: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-c", _OPENED], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_status_reads_only_what_git_cannot_vouch_for_and_imports_nothing_heavy(root: Path) -> None:
    assert status_in(root)[1:] == ["0 ['.gitignore', 'readme.md', 'rules.yaml']", "[]"]
    committed(root)
    assert status_in(root)[1:] == ["0 []", "[]"]
    (root / "o/readme.md").write_text("mine\n")
    assert status_in(root) == ["in sync: 1 edited", "0 ['readme.md']", "[]"]


def test_the_texts_of_the_base_are_only_taken_apart_when_one_is_asked_for(root: Path) -> None:
    state = known(root)
    standings(root, state)
    assert isinstance(state.base, Packed)
    assert "texts" not in vars(state.base)
    assert state.pristine("o/rules.yaml") == "a: 1\n"
    assert "texts" in vars(state.base)


def test_a_pack_of_another_version_is_behind(root: Path) -> None:
    (root / ".obsboot/manifest.json").write_text(manifest_text(replace(known(root), version="0.0.1")))
    assert status_in(root)[0].startswith("behind: 4 files, obsboot 0.0.1 wrote it, and this is ")
