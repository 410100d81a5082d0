"""`obsboot update --branch`: a commit with the updated pack, where nothing is checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit

RULES = "observability/prometheus/rules/redis.yaml"
README = "observability/README.md"
TO_90 = ("--yes", "--branch", "obsboot/update", "--set", "redis.hit_rate_floor=0.9")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(autouse=True)
def _somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@b")


@pytest.fixture
def pack(obsboot, shop: Path) -> Path:  # type: ignore[no-untyped-def]
    """A committed pack with a line of the user's in its README."""
    assert obsboot("init", "--yes").returncode == 0
    with (shop / README).open("a") as readme:
        readme.write("a line of mine\n")
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "a pack")
    return shop


@pytest.fixture
def bare(pack: Path, tmp_path: Path) -> Path:
    git(pack, "clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    return tmp_path / "bare.git"


def text(repository: Path, path: str, branch: str = "obsboot/update") -> str:
    return git(repository, "show", f"{branch}:{path}")


def test_a_bare_repository_gets_a_commit_with_both_changes(obsboot, bare: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("update", "--root", str(bare), *TO_90)
    assert done.returncode == Exit.DONE, done.stderr
    assert "Committed" in done.stdout
    assert "< 0.9" in text(bare, RULES)
    assert text(bare, README).endswith("a line of mine\n")
    assert git(bare, "rev-list", "--count", "main..obsboot/update").strip() == "1"
    assert "< 0.8" in text(bare, RULES, "main")


def test_no_secret_and_nothing_of_undo_is_committed(obsboot, bare: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("update", "--root", str(bare), *TO_90).returncode == Exit.DONE
    names = git(bare, "ls-tree", "-r", "--name-only", "obsboot/update").splitlines()
    assert names == git(bare, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert not [name for name in names if name.endswith(".env") or "/secrets/" in name or "/undo/" in name]


def test_the_second_update_commits_nothing(obsboot, bare: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("update", "--root", str(bare), *TO_90).returncode == Exit.DONE
    before = git(bare, "rev-parse", "obsboot/update")
    done = obsboot("update", "--root", str(bare), "--yes", "--branch", "obsboot/update")
    assert (done.returncode, git(bare, "rev-parse", "obsboot/update")) == (Exit.DONE, before)
    assert "Nothing to commit." in done.stdout


def test_a_later_update_goes_on_top_of_the_branch(obsboot, bare: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("update", "--root", str(bare), *TO_90).returncode == Exit.DONE
    assert (
        obsboot("update", "--root", str(bare), *TO_90[:3], "--set", "redis.hit_rate_floor=0.7").returncode == Exit.DONE
    )
    assert git(bare, "rev-list", "--count", "main..obsboot/update").strip() == "2"
    assert "< 0.7" in text(bare, RULES)


def test_the_work_tree_is_left_alone(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    (pack / README).write_text("being edited\n")
    tracked = {path: one for path, one in snapshot(pack).items() if not path.startswith(".git/")}
    assert obsboot("update", *TO_90).returncode == Exit.DONE
    assert {path: one for path, one in snapshot(pack).items() if not path.startswith(".git/")} == tracked
    assert text(pack, README).endswith("a line of mine\n")


def test_a_conflict_stands_in_the_commit_and_in_the_exit_code(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    rules = (pack / RULES).read_text()
    (pack / RULES).write_text(rules.replace("< 0.8", "< 0.85", 1))
    git(pack, "commit", "-qam", "lower")
    done = obsboot("update", *TO_90)
    assert done.returncode == Exit.DRIFT
    assert "CONFLICT" in done.stdout
    assert "< 0.85" in text(pack, RULES)
    assert "<<<<<<< yours" in text(pack, RULES)


def test_a_plan_commits_nothing(obsboot, bare: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("update", "--root", str(bare), *TO_90, "--plan").returncode == Exit.DRIFT
    assert git(bare, "branch", "--list", "obsboot/update") == ""


def test_what_is_no_repository_or_has_no_pack_is_told(obsboot, pack: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "empty").mkdir()
    done = obsboot("update", "--root", str(tmp_path / "empty"), *TO_90)
    assert (done.returncode, "there is no commit to begin at" in done.stderr) == (Exit.USAGE, True)
    git(pack, "rm", "-rq", "--cached", ".obsboot")
    git(pack, "commit", "-qm", "no state")
    done = obsboot("update", *TO_90)
    assert (done.returncode, "has no pack" in done.stderr) == (Exit.USAGE, True)


@pytest.fixture
def inner(obsboot, shop: Path, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """A committed pack below the top of a repository that holds more than it."""
    assert obsboot("init", "--yes").returncode == 0
    mono = lay_out(tmp_path / "mono", {"README.md": "of all\n", "observability/README.md": "no pack\n"})
    folder = mono / "services/our shop"
    folder.parent.mkdir()
    shop.rename(folder)
    with (folder / README).open("a") as readme:
        readme.write("a line of mine\n")
    git(mono, "init", "-q", "-b", "main")
    git(mono, "add", "-A")
    git(mono, "commit", "-qm", "a pack")
    return folder


def test_a_pack_below_the_top_of_its_repository(obsboot, inner: Path) -> None:  # type: ignore[no-untyped-def]
    mono = inner.parents[1]
    before = snapshot(inner)
    done = obsboot("update", *TO_90, "--root", str(inner), cwd=mono)
    assert done.returncode == Exit.DONE, done.stderr
    assert snapshot(inner) == before
    changed = git(mono, "diff", "--name-only", "main", "obsboot/update").splitlines()
    assert f"Committed {len(changed)} files to obsboot/update" in done.stdout
    assert all(path.startswith("services/our shop/") for path in changed)
    assert "< 0.9" in text(mono, f"services/our shop/{RULES}")
    assert "a line of mine" in text(mono, f"services/our shop/{README}")
    assert text(mono, "observability/README.md") == "no pack\n"
    git(mono, "checkout", "-q", "obsboot/update")
    assert "in sync: 1 edited" in obsboot("status", cwd=inner).stdout
    again = obsboot("update", "--yes", "--branch", "obsboot/update", cwd=inner)
    assert "The pack is up to date: nothing to write." in again.stdout


def test_below_the_top_there_may_be_no_pack(obsboot, inner: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("update", *TO_90, cwd=inner.parents[1])
    assert done.returncode == Exit.USAGE
    assert "obsboot/update has no pack: no .obsboot/manifest.json" in done.stderr
