from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from small_catalogue import snapshot

from obsboot.model import Exit

STATE = (".obsboot/answers.yml", ".obsboot/base.pack", ".obsboot/manifest.json")
RULES = "observability/prometheus/rules/redis.yaml"


@pytest.fixture
def written(obsboot, shop: Path) -> Path:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    return shop


def git(root: Path, *arguments: str, code: int = 0) -> str:
    who = ("-c", "user.name=Ines", "-c", "user.email=ines@shop.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, "-C", root, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def committed(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "work")


def state(root: Path) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in STATE}


def pack(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path: one for path, one in snapshot(root).items() if path.startswith("observability/")}


def test_a_whole_state_needs_no_repair(obsboot, written: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(written)
    done = obsboot("repair")
    assert (done.returncode, done.stdout) == (0, "The state is whole: nothing to repair.\n")
    assert json.loads(obsboot("repair", "--json").stdout) == {"schema": 1, "fault": "", "writes": []}
    assert snapshot(written) == before


@pytest.mark.parametrize("command", ["update", "check", "init", "adopt"])
def test_every_command_that_meets_damage_names_repair(obsboot, written: Path, command: str) -> None:  # type: ignore[no-untyped-def]
    (written / ".obsboot/base.pack").unlink()
    done = obsboot(command)
    assert done.returncode == Exit.REFUSED
    assert "run `obsboot repair`" in done.stderr


def test_a_lost_base_comes_back_byte_for_byte_without_git(obsboot, written: Path) -> None:  # type: ignore[no-untyped-def]
    before = state(written)
    (written / RULES).write_text((written / RULES).read_text() + "# mine\n")
    (written / ".obsboot/base.pack").unlink()
    files = pack(written)
    done = obsboot("repair", "--yes")
    assert done.returncode == 0, done.stderr
    for words in (
        "base.pack: the state of the pack is damaged: it is missing",
        "as it is here",
        "rendered",
        "verified",
    ):
        assert words in done.stdout
    assert state(written) == before
    assert pack(written) == files
    assert obsboot("update", "--plan").returncode == 0


def test_lost_answers_are_detected_again_where_they_render_the_same(obsboot, written: Path) -> None:  # type: ignore[no-untyped-def]
    before = state(written)
    (written / ".obsboot/answers.yml").unlink()
    assert json.loads(obsboot("repair", "--json").stdout)["answers"].startswith("detected")
    assert state(written) == before
    (written / ".obsboot/answers.yml").unlink()
    (written / "compose.yaml").unlink()
    done = obsboot("repair")
    assert done.returncode == Exit.REFUSED
    assert "obsboot adopt" in done.stderr


def test_a_lost_manifest_makes_edited_files_the_users(obsboot, written: Path) -> None:  # type: ignore[no-untyped-def]
    (written / RULES).write_text("groups: []  # mine\n")
    for path in STATE[1:]:
        (written / path).unlink()
    data = json.loads(obsboot("repair", "--json").stdout)
    assert data["unknown"] == [RULES]
    assert data["files"]["verified"] == 0
    assert data["files"]["rendered"] > 100
    done = obsboot("update", "--set", "redis.hit_rate_floor=0.5")
    assert done.returncode == Exit.DRIFT, done.stderr
    assert (written / RULES).read_text() == "groups: []  # mine\n"
    assert "0.5" in (written / f"{RULES}.obsboot-new").read_text()


def test_two_branches_that_both_updated(obsboot, written: Path) -> None:  # type: ignore[no-untyped-def]
    """Where git merges the manifest by lines, as in packs from before it was told not to."""
    git(written, "init", "-q", "-b", "main")
    (written / ".git/info/attributes").write_text(f"{STATE[2]} merge\n")
    committed(written)
    git(written, "checkout", "-q", "-b", "other")
    assert obsboot("update", "--set", "redis.hit_rate_floor=0.5").returncode == 0
    committed(written)
    git(written, "checkout", "-q", "main")
    assert obsboot("update", "--set", "fastapi.threads_per_worker=8").returncode == 0
    (written / "observability/overrides.yaml").write_text("# mine\n")
    committed(written)
    ours = state(written)
    git(written, "merge", "other", code=1)
    assert b"<<<<<<<" in (written / STATE[2]).read_bytes()
    files = pack(written)
    done = obsboot("repair", "--yes")
    assert done.returncode == 0, done.stderr
    assert "git, HEAD" in done.stdout
    assert {path: data for path, data in state(written).items() if path != STATE[0]} == {p: ours[p] for p in STATE[1:]}
    assert pack(written) == files
    for path in git(written, "diff", "--name-only", "--diff-filter=U").split():
        if path.startswith("observability/"):  # what git could not merge is not for the repair of the state
            git(written, "checkout", "--ours", path)
    done = obsboot("update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0.5" in (written / RULES).read_text()
    assert (written / "observability/overrides.yaml").read_text() == "# mine\n"


def test_a_lost_state_comes_back_from_a_clone(obsboot, written: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    git(written, "init", "-q", "-b", "main")
    committed(written)
    before = state(written)
    clone = tmp_path / "clone" / "shop"
    git(written, "clone", "-q", "--depth=1", f"file://{written}", str(clone))
    shutil.rmtree(clone / ".obsboot")
    done = obsboot("repair", cwd=clone)
    assert done.returncode == 0, done.stderr
    assert state(clone) == before


def test_without_anything_adopt_is_named_and_nothing_written(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(shop)
    done = obsboot("repair", "--yes")
    assert done.returncode == Exit.REFUSED
    assert "obsboot adopt" in done.stderr
    assert snapshot(shop) == before
