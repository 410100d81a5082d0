"""Whole sessions around `obsboot update`: what a user does who edits a pack and brings it up to date."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit

BOARD = "observability/grafana/dashboards/redis.json"
RULES = "observability/prometheus/rules/redis.yaml"
README = "observability/README.md"
SIDECAR = f"{BOARD}.obsboot-new"
TO_90 = ("--set", "redis.hit_rate_floor=0.9")
ANEW = "takes it up with `docker compose up --detach --force-recreate` in observability/.\n"


@pytest.fixture
def pack(obsboot, shop: Path) -> Path:  # type: ignore[no-untyped-def]
    """The shop with its pack, and a floor of 0.8 for the hit rate."""
    assert obsboot("init", "--yes").returncode == 0
    return shop


def edit(root: Path, path: str, old: str, new: str) -> None:
    """The first place of `old` in the file becomes `new`."""
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    """All that is there, but for what undo keeps."""
    return {path: one for path, one in snapshot(root).items() if not path.startswith(".obsboot/undo")}


def ended(done: subprocess.CompletedProcess[str], code: int, *said: str) -> str:
    """What a command said on both streams, after its exit code and these words were seen to."""
    told = done.stdout + done.stderr
    assert "Traceback" not in told
    assert done.returncode == code, told
    for words in said:
        assert words in told
    return told


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_plan_apply_noop_undo_redo(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, BOARD, '"title": "Redis', '"title": "Our Redis')
    edit(pack, README, "# ", "# Ours: ")
    before = files(pack)
    assert ANEW not in ended(obsboot("update", "--plan", *TO_90), Exit.DRIFT, "0.8 -> 0.9 (flag)", f"merge   {BOARD}")
    assert files(pack) == before
    ended(obsboot("update", *TO_90), Exit.DONE, "1 merge", "`obsboot undo` takes it back", ANEW)
    after = files(pack)
    assert "Our Redis" in (pack / BOARD).read_text()
    assert "< 0.9" in (pack / RULES).read_text()
    ended(obsboot("update"), Exit.DONE, "up to date: nothing to write")
    ended(obsboot("update", "--plan"), Exit.DONE)
    ended(obsboot("status"), Exit.DONE, f"edited    {BOARD}: your edits", "in sync: 2 edited")
    assert files(pack) == after
    ended(obsboot("undo"), Exit.DONE, f"puts back   {RULES}", "`obsboot undo` does it again")
    assert files(pack) == before
    ended(obsboot("undo", "--yes"), Exit.DONE)
    assert files(pack) == after


def test_a_new_secret_is_told_and_what_is_at_odds_is_not_to_be_started(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, RULES, "< 0.8", "< 0.85")
    told = ended(obsboot("update", *TO_90, "--set", "receiver=webhook"), Exit.DRIFT)
    assert "fill in observability/secrets/webhook_url\n" in told
    assert ANEW not in told


def test_the_plan_that_is_shown_is_the_one_that_is_applied(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, RULES, "< 0.8", "< 0.85")
    edit(pack, BOARD, '"value": 0.8', '"value": 0.85')
    before = files(pack)
    shown = json.loads(ended(obsboot("update", "--plan", "--json", *TO_90), Exit.DRIFT))
    assert files(pack) == before
    applied = json.loads(ended(obsboot("update", "--json", *TO_90), Exit.DRIFT))
    assert shown == applied
    after = files(pack)
    written = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert written - {".obsboot"} == set(shown["writes"])
    assert shown["conflicts"] == 2
    assert {each["path"]: each["action"] for each in shown["files"] if each["conflicts"]} == {
        RULES: "conflict", BOARD: "conflict",
    }  # fmt: skip


def test_markers_stop_the_next_update_until_they_are_resolved(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, RULES, "< 0.8", "< 0.85")
    ended(obsboot("update", *TO_90), Exit.DRIFT, f"CONFLICT {RULES}")
    assert "<<<<<<< yours\n      < 0.85\n||||||| template" in (pack / RULES).read_text()
    ended(obsboot("update"), Exit.REFUSED, f"markers of an earlier update are still in {RULES}")
    ended(obsboot("status"), Exit.DRIFT, f"conflict  {RULES}: markers from line", "conflicts: 1 conflict")
    ended(obsboot("status", "--full"), Exit.DRIFT, "not told as long as markers are left")
    ended(obsboot("resolve"), Exit.DRIFT, f"obsboot resolve {RULES} --yours or --template or --edit")
    ended(obsboot("check"), Exit.FAILED, "state/manifest", "markers of an update are in it")
    ended(obsboot("resolve", RULES), Exit.REFUSED, "a marker is left in line", "--yours or --template")
    ended(obsboot("resolve", RULES, "--yours"), Exit.DONE, f"{RULES} is settled")
    assert "< 0.85" in (pack / RULES).read_text()
    assert "<<<<<<<" not in (pack / RULES).read_text()
    assert "90%" in (pack / RULES).read_text()
    ended(obsboot("resolve"), Exit.DONE, "Nothing is at odds")
    ended(obsboot("update"), Exit.DONE, "nothing to write")
    ended(obsboot("status"), Exit.DRIFT, "drifted: 1 drifted")


def test_markers_give_way_in_an_editor(obsboot, pack: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, RULES, "< 0.8", "< 0.85")
    ended(obsboot("update", *TO_90), Exit.DRIFT)
    ended(obsboot("resolve", RULES, "--edit", VISUAL="", EDITOR=""), Exit.USAGE, "there is no editor")
    ended(obsboot("resolve", RULES, "--edit", EDITOR="true"), Exit.REFUSED, "a marker is left in line")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i -e '/^[<|=>]\\{7\\}/d' -e '/< 0.8$/d' -e '/< 0.9$/d' \"$1\"\n")
    editor.chmod(0o755)
    ended(obsboot("resolve", RULES, "--edit", VISUAL=str(editor)), Exit.DONE, "is settled")
    assert json.loads((pack / ".obsboot/manifest.json").read_text())["files"][RULES]["status"] == "written"
    ended(obsboot("diff", RULES), Exit.DRIFT, "-      < 0.9\n+      < 0.85\n")


@pytest.mark.parametrize(("side", "value"), [("--yours", "0.85"), ("--template", "0.9")])
def test_a_clash_in_a_dashboard_keeps_yours_until_a_side_is_taken(obsboot, pack: Path, side: str, value: str) -> None:  # type: ignore[no-untyped-def]
    edit(pack, BOARD, '"value": 0.8', '"value": 0.85')
    ended(obsboot("update", *TO_90), Exit.DRIFT, f"CONFLICT {BOARD}", "both changed it")
    assert json.loads((pack / BOARD).read_text())
    ended(obsboot("status", "--short"), Exit.DRIFT, "conflicts: 1 conflict\n")
    ended(obsboot("check"), Exit.FAILED, "the template's version is beside it")
    ended(obsboot("update"), Exit.DRIFT)
    ended(obsboot("resolve", BOARD, "--edit", EDITOR="true"), Exit.USAGE, "no markers to edit")
    before = files(pack)
    ended(obsboot("resolve", BOARD, side), Exit.DONE, f"removed   {SIDECAR}")
    assert f'"value": {value}' in (pack / BOARD).read_text()
    assert not (pack / SIDECAR).exists()
    ended(obsboot("update"), Exit.DONE, "nothing to write")
    ended(obsboot("status"), Exit.DONE)
    ended(obsboot("undo"), Exit.DONE, f"brings back {SIDECAR}")
    assert files(pack) == before


def test_the_sides_of_a_conflict_are_said_in_full(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    ended(obsboot("resolve", "--yours"), Exit.USAGE, "say which files")
    ended(obsboot("resolve", README, "--yours", "--template"), Exit.USAGE, "one of --yours")
    ended(obsboot("resolve", README, "--yours"), Exit.USAGE, "nothing is at odds there")
    assert (pack / README).exists()


def test_restore_of_an_edited_a_missing_and_a_declined_file(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    pristine = files(pack)
    edit(pack, RULES, "< 0.8", "< 0.85")
    ended(obsboot("status"), Exit.DRIFT, "drifted", f"obsboot restore {RULES}")
    (pack / README).unlink()
    ended(obsboot("status"), Exit.DRIFT, f"missing   {README}: it is gone", "1 drifted, 1 missing")
    ended(obsboot("update"), Exit.DONE, "declined", "you deleted it, so it stays away")
    ended(obsboot("status"), Exit.DRIFT, f"declined  {README}", "drifted: 1 drifted, 1 declined")
    report = json.loads(obsboot("check", "--json").stdout)
    (told,) = [each for each in report["results"] if each["check"] == "state/manifest"]
    assert [finding["path"] for finding in told["findings"]] == [RULES]
    ended(obsboot("restore", README, RULES), Exit.DONE, f"wrote     {README}", "comes back with `obsboot undo`")
    written = files(pack)
    assert written == pristine
    ended(obsboot("restore", README), Exit.DONE, "unchanged")
    ended(obsboot("restore", "observability/overrides.yaml"), Exit.REFUSED, "it is yours")
    ended(obsboot("restore", "observability/RAEDME.md"), Exit.USAGE, f"did you mean {README}?")
    ended(obsboot("undo"), Exit.DONE)
    assert "< 0.85" in (pack / RULES).read_text()
    assert not (pack / README).exists()


def test_paths_are_those_from_where_the_user_stands_or_from_the_root(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, README, "# ", "# Ours: ")
    inside = pack / "observability"
    for path in ("README.md", README, "../observability/README.md", str(pack / README)):
        ended(obsboot("diff", "--root", "..", path, cwd=inside), Exit.DRIFT, "Ours: ")
    ended(obsboot("diff", "--root", "..", ".", cwd=inside), Exit.DRIFT, "Ours: ")
    ended(obsboot("diff", "--root", "..", "grafana", cwd=inside), Exit.DONE)
    ended(obsboot("diff", "nowhere"), Exit.USAGE, "the pack has no such file")
    ended(obsboot("diff", "../elsewhere"), Exit.USAGE, "the pack has no such file")


def test_a_moved_file_gets_its_updates_where_it_is(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    ended(obsboot("mv", README, "compose.yaml"), Exit.REFUSED, "compose.yaml is there already")
    ended(obsboot("mv", README, "../README.md"), Exit.REFUSED, "no path inside the repository")
    ended(obsboot("mv", "compose.yaml", "c.yaml"), Exit.USAGE, "the pack has no such file")
    edit(pack, BOARD, '"title": "Redis', '"title": "Our Redis')
    ended(obsboot("mv", BOARD, "observability/grafana/dashboards/local/"), Exit.DONE, "wrote", "Updates follow it")
    moved = pack / "observability/grafana/dashboards/local/redis.json"
    assert not (pack / BOARD).exists()
    ended(obsboot("status"), Exit.DONE, "in sync: 1 edited")
    ended(obsboot("update", *TO_90), Exit.DONE, "1 merge")
    assert '"value": 0.9' in moved.read_text()
    assert "Our Redis" in moved.read_text()
    assert not (pack / BOARD).exists()


def test_diff_shows_my_edits_and_the_templates(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    assert ended(obsboot("diff"), Exit.DONE) == ""
    edit(pack, README, "# ", "# Ours: ")
    lay_out(pack, {"observability/overrides.yaml": "redis:\n  RedisDown: {for: 17m}\n"})
    told = ended(obsboot("diff"), Exit.DRIFT, f"--- pristine/{README}\n+++ yours/{README}\n", "+# Ours: ")
    assert "\x1b" not in told
    assert "17m" not in told
    told = ended(obsboot("diff", "--template"), Exit.DRIFT, f"+++ template/{RULES}\n", "+    for: 17m\n")
    assert "Ours: " not in told
    data = json.loads(ended(obsboot("diff", "--template", "--json", RULES), Exit.DRIFT))
    assert [(one["path"], one["what"], one["owner"]) for one in data["files"]] == [(RULES, "edited", "owned")]
    assert "+    for: 17m" in data["files"][0]["lines"]
    ended(obsboot("status"), Exit.DONE, "in sync")
    ended(obsboot("status", "--full"), Exit.DRIFT, "behind: ", "an update would touch ")
    data = json.loads(ended(obsboot("status", "--full", "--json"), Exit.DRIFT))
    plan = json.loads(ended(obsboot("update", "--plan", "--json"), Exit.DRIFT))
    assert (data["state"], data["behind"]) == ("behind", True)
    assert data["changes"] == len([path for path in plan["writes"] if not path.startswith(".obsboot/")])
    ended(obsboot("update"), Exit.DONE)
    ended(obsboot("diff", "--template"), Exit.DONE)
    ended(obsboot("status", "--full"), Exit.DONE)


def test_status_in_every_state(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    ended(obsboot("status", "--short"), Exit.DONE, "in sync: ")
    data = json.loads(ended(obsboot("status", "--json"), Exit.DONE))
    assert (data["state"], data["files"], data["counts"], data["changes"]) == ("in sync", [], {}, None)
    manifest = pack / ".obsboot/manifest.json"
    good = manifest.read_text()
    manifest.write_text(good.replace('"obsboot": "', '"obsboot": "0.0.', 1))
    ended(obsboot("status"), Exit.DRIFT, "behind    obsboot 0.0.", "obsboot update --plan")
    manifest.write_text(good[:100])
    told = ended(obsboot("status"), Exit.REFUSED, "the state of the pack is damaged", "`obsboot repair` rebuilds it")
    assert told.startswith("obsboot: ")
    ended(obsboot("status", "--short"), Exit.REFUSED, "damaged: .obsboot/manifest.json")
    assert json.loads(ended(obsboot("status", "--json"), Exit.REFUSED))["state"] == "damaged"
    shutil.rmtree(pack / ".obsboot")
    for command in (("status",), ("diff",), ("resolve",), ("restore", README), ("mv", README, "x")):
        ended(obsboot(*command), Exit.USAGE, "there is no pack", "`obsboot init` writes one")
    ended(obsboot("undo"), Exit.REFUSED, "there is nothing to undo")


def test_undo_keeps_what_was_changed_since(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, README, "# ", "# Ours: ")
    mine = (pack / README).read_bytes()
    ended(obsboot("restore", README), Exit.DONE)
    (pack / README).write_text("another one\n")
    ended(obsboot("undo"), Exit.DRIFT, f"keeps       {README}: it was changed since", f".obsboot/backup/{README}")
    assert (pack / README).read_text() == "another one\n"
    assert (pack / f".obsboot/backup/{README}").read_bytes() == mine


def test_a_checkout_with_other_line_ends_is_in_sync_and_stays_so(obsboot, pack: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    git(pack, "init", "-q")
    git(pack, "add", "-A")
    git(pack, "commit", "-qm", "pack")
    copy = tmp_path / "copy" / "shop"
    git(pack, "clone", "-q", "-c", "core.autocrlf=true", str(pack), str(copy))
    assert b"\r\n" in (copy / RULES).read_bytes()
    ended(obsboot("status", "--full", cwd=copy), Exit.DONE)
    shutil.copy(pack / "observability/.env", copy / "observability/.env")
    for command in (("status",), ("status", "--full"), ("diff",), ("diff", "--template"), ("update", "--plan")):
        ended(obsboot(*command, cwd=copy), Exit.DONE)
    ended(obsboot("update", *TO_90, cwd=copy), Exit.DONE)
    lines = (copy / RULES).read_bytes()
    assert b"< 0.9\r\n" in lines
    assert lines.count(b"\n") == lines.count(b"\r\n")
    ended(obsboot("status", cwd=copy), Exit.DONE)
    (copy / RULES).write_bytes(lines.replace(b"< 0.9", b"< 0.95"))
    ended(obsboot("restore", RULES, cwd=copy), Exit.DONE)
    assert (copy / RULES).read_bytes() == lines


def test_two_packs_in_one_repository_know_nothing_of_each_other(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    mono = tmp_path / "mono"
    for name in ("shop", "billing"):
        shutil.copytree(shop, mono / "services" / name)
        ended(obsboot("init", "--yes", "--root", f"services/{name}", "--set", f"service={name}", cwd=mono), Exit.DONE)
    git(mono, "init", "-q")
    git(mono, "add", "-A")
    git(mono, "commit", "-qm", "packs")
    other, root = mono / "services/billing", ("--root", "services/billing")
    edit(other, RULES, "< 0.8", "< 0.85")
    before = files(mono / "services/shop")
    ended(obsboot("status", "--root", "services/shop", cwd=mono), Exit.DONE)
    ended(obsboot("status", *root, cwd=mono), Exit.DRIFT, "1 drifted")
    ended(obsboot("diff", *root, f"services/billing/{RULES}", cwd=mono), Exit.DRIFT, "< 0.85")
    ended(obsboot("diff", *root, RULES, cwd=mono), Exit.DRIFT, "< 0.85")
    ended(obsboot("diff", *root, f"services/shop/{RULES}", cwd=mono), Exit.USAGE, "the pack has no such file")
    ended(obsboot("update", *root, *TO_90, cwd=mono), Exit.DRIFT)
    ended(obsboot("resolve", *root, f"services/billing/{RULES}", "--template", cwd=mono), Exit.DONE)
    ended(obsboot("status", *root, cwd=mono), Exit.DONE, "in sync")
    assert files(mono / "services/shop") == before
    ended(obsboot("status", cwd=mono), Exit.USAGE, "is named with --root")


def test_init_points_to_update(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    told = ended(obsboot("init", "--yes", "--set", "team=red"), Exit.REFUSED, "would change")
    assert "`obsboot update`" in told
    assert "--set KEY=VALUE" in told
    ended(obsboot("update", "--set", "team=red"), Exit.DONE, "answer team: payments -> red (flag)")
    assert "red" in (pack / ".obsboot/answers.yml").read_text()


def at_a_terminal(root: Path, answer: str, *arguments: str) -> tuple[int, str]:
    """The exit code of a command at a terminal, at which `answer` is typed, and what it showed."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "obsboot", *arguments]
    child = subprocess.Popen(command, cwd=root, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    os.write(controller, answer.encode())
    shown = b""
    try:
        while piece := os.read(controller, 4096):
            shown += piece
    except OSError:  # the other end is closed
        pass
    os.close(controller)
    return child.wait(), shown.decode()


def test_a_terminal_is_asked_before_anything_is_undone_and_shows_colours(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    edit(pack, README, "# ", "# \x1b]0;evil\a")
    ended(obsboot("restore", README), Exit.DONE)
    before = files(pack)
    code, shown = at_a_terminal(pack, "n\n", "undo")
    assert (code, "nothing was written, as you wished" in shown) == (Exit.REFUSED, True)
    assert files(pack) == before
    assert at_a_terminal(pack, "y\n", "undo")[0] == Exit.DONE
    code, shown = at_a_terminal(pack, "", "diff")
    assert (code, "\x1b[32m+# " in shown, "\a" in shown) == (Exit.DRIFT, True, False)


# --- the pack in another folder

OVERRIDES = "redis:\n  RedisHitRateLow:\n    threshold: 0.7\n"


def private(root: Path, folder: str) -> dict[str, tuple[int, bytes]]:
    """The secrets below the folder, and the folder of them, by where they are in it."""
    return {
        path.removeprefix(f"{folder}/"): one
        for path, one in snapshot(root).items()
        if path.startswith((f"{folder}/.env", f"{folder}/secrets"))
    }


def test_the_pack_moves_with_all_that_is_the_users(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes", "--set", "receiver=webhook").returncode == 0
    lay_out(shop, {
        "observability/compose.override.yaml": "services: {}\n# mine\n",
        "observability/prometheus/rules/local/mine.yaml": "groups: []\n",
        "observability/secrets/webhook_url": "https://secret.example\n",
        "observability/stray.txt": "no file of the pack\n",
    })  # fmt: skip
    edit(shop, README, "\n", "\na line of mine\n")
    before, secrets = files(shop), private(shop, "observability")
    assert {".env", "secrets", "secrets/webhook_url"} <= secrets.keys()
    told = ended(obsboot("update", "--yes", "--set", "directory=ops/obs"), Exit.DONE, "yours, and goes along")
    assert "https://secret.example" not in told
    assert private(shop, "ops/obs") == secrets
    assert (shop / "ops/obs/prometheus/rules/local/mine.yaml").read_text() == "groups: []\n"
    assert "# mine" in (shop / "ops/obs/compose.override.yaml").read_text()
    assert "a line of mine" in (shop / "ops/obs/README.md").read_text()
    assert [path.name for path in (shop / "observability").iterdir()] == ["stray.txt"]
    ended(obsboot("status"), Exit.DONE, "in sync: 1 edited")
    ended(obsboot("update", "--yes"), Exit.DONE, "nothing to write")
    ended(obsboot("undo", "--yes"), Exit.DONE)
    assert files(shop) == before


def test_overrides_hold_while_the_pack_moves(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    (pack / "observability/overrides.yaml").write_text(OVERRIDES)
    ended(obsboot("update", "--yes"), Exit.DONE)
    rules = (pack / RULES).read_text()
    assert "< 0.7" in rules
    ended(obsboot("update", "--yes", "--set", "directory=ops"), Exit.DONE)
    assert (pack / "ops/prometheus/rules/redis.yaml").read_text() == rules.replace("observability/", "ops/")


def test_what_is_at_the_new_place_already_stays(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(pack, {"ops/.env": "MINE=1\n", "ops/overrides.yaml": "{}\n# mine\n"})
    before = (pack / "observability/.env").read_bytes()
    ended(obsboot("update", "--yes", "--set", "directory=ops"), Exit.DONE, "ops/.env lacks")
    assert (pack / "ops/.env").read_text() == "MINE=1\n"
    assert (pack / "ops/overrides.yaml").read_text() == "{}\n# mine\n"
    assert (pack / "observability/.env").read_bytes() == before


# --- two branches


def test_two_branches_that_both_updated_merge_into_a_pack_that_updates(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    """Of git's own conflicts in the state, neither side has markers: it is one side's as a whole."""
    git(pack, "init", "-q", "-b", "main")
    commit(pack)
    git(pack, "checkout", "-qb", "other")
    ended(obsboot("update", "--yes", *TO_90), Exit.DONE)
    commit(pack)
    git(pack, "checkout", "-q", "main")
    ended(obsboot("update", "--yes", "--set", "postgresql.slow_statement_seconds=2"), Exit.DONE)
    edit(pack, README, "\n", "\na line of mine\n")
    commit(pack)
    with pytest.raises(subprocess.CalledProcessError):
        git(pack, "merge", "other")
    ended(obsboot("status"), Exit.DRIFT, "drifted")  # the other side's changes, of which this state does not know
    ended(obsboot("update", "--yes"), Exit.DONE, "answer redis.hit_rate_floor: 0.8 -> 0.9 (file)")
    ended(obsboot("status", "--full"), Exit.DONE, "in sync: 1 edited")
    assert "< 0.9" in (pack / RULES).read_text()
    commit(pack)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "work")


def test_what_git_is_told_of_the_state_may_be_edited(obsboot, pack: Path) -> None:  # type: ignore[no-untyped-def]
    attributes = pack / ".obsboot/.gitattributes"
    written = attributes.read_text()
    assert "manifest.json -merge" in written
    attributes.write_text("* -text\n")
    ended(obsboot("update", "--yes", *TO_90), Exit.DONE)
    assert attributes.read_text() == "* -text\n"
    attributes.unlink()
    ended(obsboot("update", "--yes"), Exit.DONE, "nothing to write")
    assert not attributes.exists()
    ended(obsboot("update", "--yes", "--set", "redis.hit_rate_floor=0.8"), Exit.DONE)
    assert attributes.read_text() == written
    ended(obsboot("undo", "--yes"), Exit.DONE)
    assert not attributes.exists()
