from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_catalogue import lay_out, snapshot

from obsboot.model import Exit


def without_secrets(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path: one for path, one in snapshot(root).items() if not path.endswith("/.env")}


def refused(done: subprocess.CompletedProcess[str], code: Exit, *said: str) -> None:
    """One clear message and the exit code."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(re.findall("(?m)^obsboot: ", done.stderr)) == 1
    for words in said:
        assert words in done.stderr


def test_detect_shows_what_it_found_and_where(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(shop)
    done = obsboot("detect")
    assert done.returncode == 0
    for words in (
        "compose.yaml:10",
        "cache:6379",
        "db:5432",
        "shop-api_default",
        "RabbitMQ",
        "not covered",
        "payments",
    ):
        assert words in done.stdout
    assert snapshot(shop) == before


def test_detect_as_json(obsboot) -> None:  # type: ignore[no-untyped-def]
    data = json.loads(obsboot("detect", "--json").stdout)
    assert data["instances"]["redis"]["answers"]["version"] == [
        {"value": "8", "sure": True, "path": "compose.yaml", "line": 10, "why": "a container of it in the compose file"}
    ]
    assert data["not_covered"][0]["name"] == "RabbitMQ"
    assert data["conflicts"] == []


def test_init_writes_once_and_the_second_time_is_a_noop(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    first = obsboot("init", "--yes")
    assert first.returncode == 0, first.stderr
    for words in ("compose.yaml:10", "To be written", "observability/", "Next:", "nobody is told of alerts"):
        assert words in first.stdout
    assert (shop / "observability/compose.yaml").is_file()
    before = snapshot(shop)
    second = obsboot("init", "--yes")
    assert second.returncode == 0
    assert "nothing to write" in second.stdout
    assert snapshot(shop) == before


def test_the_same_answers_give_the_same_bytes_from_every_source(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    other, third = tmp_path / "b" / "shop", tmp_path / "c" / "shop"
    for copy in (other, third):
        shutil.copytree(shop, copy)
    lay_out(tmp_path, {"answers.yml": "team: red\ninstances: {redis: {hit_rate_floor: 0.9}}\n"})
    done = [
        obsboot("init", "--set", "team=red", "--set", "redis.hit_rate_floor=0.9"),
        obsboot("init", "--answers", str(tmp_path / "answers.yml"), cwd=other),
        obsboot("init", cwd=third, OBSBOOT_TEAM="red", OBSBOOT_REDIS__HIT_RATE_FLOOR="0.9"),
    ]
    assert [one.returncode for one in done] == [0, 0, 0]
    seen = [
        {p: one for p, one in without_secrets(root).items() if "manifest" not in p} for root in (shop, other, third)
    ]
    assert seen[0] == seen[1] == seen[2]
    assert "threshold" in (shop / "observability/overrides.yaml").read_text()
    origins = [
        json.loads((root / ".obsboot/manifest.json").read_text())["answers"]["team"] for root in (shop, other, third)
    ]
    assert origins == ["flag", "file", "environment"]


def test_other_answers_are_refused_with_every_file_named(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    before = snapshot(shop)
    done = obsboot("init", "--yes", "--set", "team=red")
    refused(done, Exit.REFUSED, "observability/prometheus/prometheus.yml: would change")
    assert snapshot(shop) == before


def test_overrides_are_taken_up(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    lay_out(shop, {"observability/overrides.yaml": "redis:\n  RedisDown: {for: 17m}\n"})
    done = obsboot("init", "--yes")
    assert done.returncode == 0, done.stderr
    assert "17m" in (shop / "observability/prometheus/rules/redis.yaml").read_text()
    assert "nothing to write" in obsboot("init", "--yes").stdout


def test_everything_missing_is_listed_with_its_flag(obsboot, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    empty = tmp_path / "1"
    empty.mkdir()
    done = obsboot("init", cwd=empty)
    refused(done, Exit.USAGE, "--set service=", "--set team=")
    assert snapshot(empty) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "tem=x"], "did you mean 'team'?"),
        (["--set", "redis.hit_rate_flor=1"], "did you mean 'hit_rate_floor'?"),
        (["--set", "replicas=0"], "at least 1"),
        (["--set", "service=a'b\"{{ }}\n"], "lower-case letters"),
        (["--set", "service=" + "a" * 300], "lower-case letters"),
        (["--set", "runbook_base=https://me:pass@host/"], "looks like a secret"),
        (["--set", "directory=../out"], "path"),
        (["--set", "team"], "this is not key=value"),
        (["--answers", "none.yml"], "cannot be read"),
    ],
)
def test_bad_input_is_one_message_and_an_untouched_repository(  # type: ignore[no-untyped-def]
    obsboot, shop: Path, arguments: list[str], said: str
) -> None:
    before = snapshot(shop)
    refused(obsboot("init", "--yes", *arguments), Exit.USAGE, said)
    assert snapshot(shop) == before


def test_all_mistakes_are_told_at_once(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"a.yml": "team: A B\nreplicas: many\n"})
    done = obsboot("init", "--answers", "a.yml", "--set", "mode=none", OBSBOOT_ENVIRONMENT="?")
    refused(done, Exit.USAGE, "a.yml:1: team", "a.yml:2: replicas", "--set mode=none", "OBSBOOT_ENVIRONMENT")


def test_conflicting_evidence_names_both_places_and_the_flag(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"compose.prod.yaml": "services:\n  cache:\n    image: redis:7.0\n"})
    before = snapshot(shop)
    refused(obsboot("init", "--yes"), Exit.USAGE, "compose.yaml:10", "compose.prod.yaml:3", "--set redis.version=")
    assert snapshot(shop) == before
    assert obsboot("init", "--yes", "--set", "redis.version=8").returncode == 0


def test_a_compose_file_that_does_not_parse_is_told_and_the_rest_goes_on(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"compose.dev.yaml": "services:\n  x: [\n"})
    done = obsboot("init", "--yes")
    assert done.returncode == 0, done.stderr
    assert "compose.dev.yaml:3: this compose file cannot be read" in done.stdout


def test_what_is_in_the_way_is_refused(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {"observability/README.md": "mine\n"})
    before = snapshot(shop)
    refused(obsboot("init", "--yes"), Exit.REFUSED, "observability/README.md: a file that obsboot did not write")
    assert snapshot(shop) == before
    shutil.rmtree(shop / "observability")
    (shop / "observability").symlink_to(tmp_path)
    outside = set(tmp_path.iterdir())
    refused(obsboot("init", "--yes"), Exit.REFUSED, "link out of the repository")
    assert set(tmp_path.iterdir()) == outside


def test_the_answers_are_those_of_the_pack_not_of_the_day(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    compose = (shop / "compose.yaml").read_text()
    (shop / "compose.yaml").write_text(compose.replace("redis:8", "redis:7.0"))
    assert "nothing to write" in obsboot("init", "--yes").stdout


def test_check_needs_a_pack_or_files_that_it_knows(obsboot, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    empty = tmp_path / "empty"
    empty.mkdir()
    refused(obsboot("check", str(empty)), Exit.USAGE, "there is no pack", "obsboot init")
    assert obsboot("check", "--replay").returncode == Exit.USAGE


def test_check_after_init(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    done = obsboot("check")
    assert done.returncode == 0, done.stdout
    assert "\n0 errors, " in done.stdout
    assert " 0 could not be checked; " in done.stdout
    assert json.loads(obsboot("check", "--json").stdout)["facts"]["service"] == "shop-api"
    (shop / "observability/prometheus/rules/redis.yaml").write_text("groups: [\n")
    assert obsboot("check").returncode == Exit.FAILED


def test_a_replay_that_cannot_be_had_is_no_proof(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    done = obsboot("check", "--require", "replayed", PATH="/nowhere")
    assert done.returncode == Exit.COULD_NOT_CHECK
    assert "not everything was replayed" in done.stderr
    refused(obsboot("check", "--promtool", "/no/promtool"), Exit.USAGE, "--promtool")


def test_an_interrupted_run_is_finished_by_the_next_command(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(shop, {".obsboot/.staging/0": "half"})
    done = obsboot("init", "--yes")
    assert done.returncode == 0
    assert "an interrupted run left temporary files" in done.stdout
    assert not (shop / ".obsboot/.staging").exists()


def test_receivers_get_secret_files_to_fill_in(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("init", "--yes", "--set", "receiver=webhook")
    assert "fill in observability/secrets/webhook_url" in done.stdout
    assert "nobody is told" not in done.stdout
    assert (shop / "observability/secrets/webhook_url").read_text() == ""


def test_a_receiver_names_what_it_needs(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(shop)
    done = obsboot("init", "--yes", "--set", "receiver_critical=email", "--set", "email_to=a@b.org")
    refused(done, Exit.USAGE, "--set email_from=", "--set smtp_smarthost=")
    assert "email_to is missing" not in done.stderr
    assert snapshot(shop) == before


def test_an_edit_is_told_and_kept(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes").returncode == 0
    lay_out(shop, {"observability/README.md": "mine\n"})
    (shop / "observability/.env").write_text("")
    done = obsboot("init", "--yes")
    assert done.returncode == 0
    assert "observability/README.md: kept, differs from its recorded rendering" in done.stdout
    assert (shop / "observability/README.md").read_text() == "mine\n"


def test_a_root_can_be_named(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert obsboot("init", "--yes", "--root", str(shop), cwd=tmp_path).returncode == 0
    assert (shop / ".obsboot/manifest.json").is_file()


def test_a_catalogue_of_ones_own_goes_before_or_after_the_command(obsboot, shop: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    known = "brook: {title: Brook of ours, images: [brook]}\n"
    mine = lay_out(tmp_path / "mine", {"templates/pack/known.yaml": known})
    lay_out(shop, {"compose.more.yaml": "services:\n  b: {image: brook:1}\n"})
    assert "Brook of ours" not in obsboot("detect").stdout
    assert "Brook of ours" in obsboot("detect", "--catalog", str(mine)).stdout
    assert "Brook of ours" in obsboot("--catalog", str(mine), "detect").stdout
    refused(obsboot("detect", "--catalog", str(shop)), Exit.USAGE, "is no catalogue")


# --- on a terminal


class Terminal:
    """obsboot on a terminal of its own."""

    def __init__(self, root: Path, *arguments: str, **more: str) -> None:
        self.shown, self.seen = "", 0
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.chdir(root)
            environment = {
                **os.environ,
                "TERM": "xterm",
                "PYTHONUNBUFFERED": "1",
                "PROMPT_TOOLKIT_NO_CPR": "1",
                "COLUMNS": "140",
                **more,
            }
            os.execve(sys.executable, [sys.executable, "-m", "obsboot", *arguments], environment)

    def until(self, *words: str, seconds: float = 30) -> str:
        """Reads until one of the words is shown that was not read before, and returns it."""
        end = time.monotonic() + seconds
        while True:
            found = [(at, word) for word in words if (at := self.shown.find(word, self.seen)) >= 0]
            if found:
                at, word = min(found)
                self.seen = at + len(word)
                return word
            ready, _, _ = select.select([self.handle], [], [], max(0, end - time.monotonic()))
            assert ready, f"{words} was not shown: {self.shown[self.seen :]!r}"
            try:
                read = os.read(self.handle, 65536).decode(errors="replace")
            except OSError:
                read = ""
            assert read, f"it ended before {words}: {self.shown[self.seen :]!r}"
            self.shown += read

    def enter_until(self, words: str) -> None:
        """Presses Enter at each question, once it waits for that (bracketed paste is on), until the words are shown."""
        while self.until("\x1b[?2004h", words) != words:
            self.type("\r")
            self.until("\x1b[?2004l")

    def type(self, text: str) -> None:
        os.write(self.handle, text.encode())

    def ended(self, number: signal.Signals | None = None, seconds: float = 30) -> int:
        """Waits for the end, and returns the exit code. `number` is sent until then.

        More than once, for Python misses a signal that arrives just before it begins to read the terminal.
        """
        end = time.monotonic() + seconds
        while True:
            assert time.monotonic() < end, f"it did not end: {self.shown[self.seen :]!r}"
            ready, _, _ = select.select([self.handle], [], [], 1)
            if number and not ready:
                os.kill(self.pid, number)
            if ready:
                try:
                    read = os.read(self.handle, 65536)
                except OSError:
                    break
                if not read:
                    break
                self.shown += read.decode(errors="replace")
        os.close(self.handle)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_person_is_asked_shown_the_plan_and_asked_again(shop: Path) -> None:
    (shop / ".github/CODEOWNERS").unlink()
    terminal = Terminal(shop, "init")
    terminal.until("Which team looks after it?")
    terminal.type("blue\r")
    terminal.until("\x1b[?2004l")
    terminal.enter_until("Write these files?")
    terminal.type("y\r")
    assert terminal.ended() == 0, terminal.shown
    assert "team: blue" in (shop / ".obsboot/answers.yml").read_text()
    assert json.loads((shop / ".obsboot/manifest.json").read_text())["answers"]["team"] == "asked"


def test_an_answer_that_makes_others_needed_leads_to_more_questions(tmp_path: Path) -> None:
    given = {"TEAM": "blue", "ENVIRONMENT": "test", "MODE": "own-stack", "REPLICAS": "1", "EXPECTED_RPS": "9"}
    given |= {"SLO_LATENCY_SECONDS": "0.3", "LOGS": "none"}
    root = lay_out(tmp_path / "bare", {"pyproject.toml": '[project]\nname = "bare"\n'})
    terminal = Terminal(root, "init", **{f"OBSBOOT_{name}": value for name, value in given.items()})
    terminal.until("Who hears of alerts?")
    terminal.type("\x1b[B\x1b[B\x1b[B\r")
    for question, answer in (
        ("To which address", "a@b.org"),
        ("From which", "c@d.org"),
        ("Which host and port", "mail:25"),
    ):
        terminal.until(question)
        terminal.type(f"{answer}\r")
    terminal.until("Write these files?")
    terminal.type("y\r")
    assert terminal.ended() == 0, terminal.shown
    stored = (root / ".obsboot/answers.yml").read_text()
    for line in ("receiver: email", "email_to: a@b.org", "email_from: c@d.org", "smtp_smarthost: mail:25"):
        assert line in stored


def test_a_no_writes_nothing(shop: Path) -> None:
    before = snapshot(shop)
    terminal = Terminal(shop, "init")
    terminal.enter_until("Write these files?")
    terminal.type("n\r")
    assert terminal.ended() == Exit.REFUSED, terminal.shown
    assert snapshot(shop) == before


def test_ctrl_c_at_a_question_writes_nothing(shop: Path) -> None:
    before = snapshot(shop)
    terminal = Terminal(shop, "init")
    terminal.until("Which environment")
    terminal.type("\x03")
    assert terminal.ended() == 130
    assert "obsboot: interrupted" in terminal.shown
    assert snapshot(shop) == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_at_the_last_question_writes_nothing(shop: Path, number: signal.Signals, code: int) -> None:
    before = snapshot(shop)
    terminal = Terminal(shop, "init")
    terminal.enter_until("Write these files?")
    assert terminal.ended(number) == code, terminal.shown
    assert snapshot(shop) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_time_leaves_all_or_nothing(shop: Path, tmp_path: Path, number: signal.Signals) -> None:
    before, ends = without_secrets(shop), set()
    for delay in (0.1, 0.25, 0.4, 0.6, 0.9):
        copy = tmp_path / f"after-{delay}" / "shop"
        shutil.copytree(shop, copy)
        with subprocess.Popen(
            [sys.executable, "-m", "obsboot", "init", "--yes"],
            cwd=copy,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
        left = without_secrets(copy)
        assert left == before or ".obsboot/manifest.json" in left
        assert ".obsboot/.staging" not in left
        ends.add(left == before)
    assert ends


def test_two_at_once_both_end_well(shop: Path) -> None:
    command = [sys.executable, "-m", "obsboot", "init", "--yes"]
    runs = [
        subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [run.communicate() for run in runs]
    assert {run.returncode for run in runs} <= {0, Exit.REFUSED}
    assert any(run.returncode == 0 for run in runs), said
    assert all("Traceback" not in errors for _, errors in said)
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=True)
    assert "nothing to write" in done.stdout
