"""`obsboot check` of a folder that obsboot did not write: what is shown, in which format, and how it is kept quiet."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from small_catalogue import lay_out

from obsboot.model import Exit

RULES = """\
groups:
- name: cache
  rules:
  - alert: CacheDown
    expr: up{job="cache"} == 0
    for: 5m
    labels:
      severity: critical
    annotations:
      summary: The cache is down
  - alert: CacheFull
    expr: kv_used_bytes / kv_max_bytes
    for: 5m
    labels:
      severity: warning
    annotations:
      summary: The cache is full
"""
FIRES = "rules/comparison"
"""The second alert compares with nothing, so it always fires. How grave that is, these tests say themselves."""
CONFIGURATION = "monitoring/obsboot-check.yaml"
LINE = "    expr: kv_used_bytes / kv_max_bytes\n"

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "site", {"monitoring/rules/a.yaml": RULES})


@pytest.fixture
def quiet(site: Path, obsboot: Any) -> None:
    """All but what these tests are about is in a baseline, so that no other check has a say in them."""
    mended = RULES.replace(LINE, "    expr: kv_used_bytes / kv_max_bytes > 0.9\n")
    lay_out(site, {"monitoring/rules/a.yaml": mended})
    configure(site)
    assert obsboot("check", "monitoring", "--write-baseline", "quiet.jsonl", cwd=site).returncode == Exit.DONE
    lay_out(site, {"monitoring/rules/a.yaml": RULES})


@pytest.fixture
def check(site: Path, obsboot: Any) -> Any:
    def run(*arguments: str, baseline: str = "quiet.jsonl") -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = obsboot(
            "check", "monitoring", "--baseline", baseline, *arguments, cwd=site
        )
        return done

    return run


def edit(site: Path, old: str, new: str, name: str = "monitoring/rules/a.yaml") -> None:
    path = site / name
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def configure(site: Path, **more: Any) -> None:
    lay_out(site, {CONFIGURATION: json.dumps({"severity": {FIRES: "error"}} | more)})


def findings(done: subprocess.CompletedProcess[str]) -> list[tuple[str, int, str]]:
    every = [each for result in json.loads(done.stdout)["results"] for each in result["findings"]]
    return [(each["check"], each["line"], each["severity"]) for each in every]


def hidden(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    every = json.loads(done.stdout)["facts"]["hidden"]
    return [(each["by"], each["reason"]) for each in every if each["check"] == FIRES]


def test_the_console_shows_the_line_with_a_caret(check: Any) -> None:
    done = check()
    assert done.returncode == Exit.FAILED
    headline, line, caret, *_, last = done.stdout.splitlines()
    assert headline.startswith("monitoring/rules/a.yaml:12:11: error: ")
    assert headline.endswith(f"[{FIRES}]")
    assert line == f"   12 | {LINE.rstrip()}"
    assert caret == "      |           ^"
    assert last.startswith("1 error, 0 warnings, 0 infos, 0 could not be checked")


def test_every_format_has_the_finding_at_its_place(check: Any) -> None:
    assert findings(check("--json")) == findings(check("--format", "json")) == [(FIRES, 12, "error")]
    (result,) = (r for r in json.loads(check("--format", "sarif").stdout)["runs"][0]["results"] if r["ruleId"] == FIRES)
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "monitoring/rules/a.yaml"
    assert place["region"] == {"startLine": 12, "startColumn": 11}
    junit = ET.fromstring(check("--format", "junit").stdout)
    (failure,) = junit.iter("failure")
    assert failure.get("type") == FIRES
    assert "monitoring/rules/a.yaml:12:11" in (failure.text or "")
    (annotation,) = check("--format", "github").stdout.splitlines()
    assert annotation.startswith(f"::error file=monitoring/rules/a.yaml,line=12,col=11,title={FIRES}::")


@pytest.mark.parametrize(("here", "path", "shown"), [
    (".", ".hidden", ".hidden/a.yaml:5"), (".hidden", ".", "a.yaml:5"), ("monitoring", "../.hidden", "/.hidden/a.yaml:5"),
])  # fmt: skip
def test_paths_begin_where_the_user_stands(obsboot: Any, site: Path, here: str, path: str, shown: str) -> None:
    lay_out(site, {".hidden/a.yaml": "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n"})
    done = obsboot("check", path, cwd=site / here)
    outside = path.startswith("..")
    assert f"{site if outside else ''}{shown}:" in done.stdout
    assert outside or f"\n{shown}:" in f"\n{done.stdout}"


@pytest.mark.parametrize(
    ("form", "validator", "schema"),
    [
        ("json", Draft202012Validator, "docs/report.schema.json"),
        ("sarif", Draft4Validator, "tests/unit/report/sarif-2.1.0-rtm.5.schema.json"),
    ],
)
def test_what_is_written_is_valid_by_its_schema(check: Any, site: Path, form: str, validator: Any, schema: str) -> None:
    edit(site, "  - alert: CacheDown", f"  # obsboot: ignore {FIRES} -- nothing here\n  - alert: CacheDown")
    configure(site, ignore=[{"check": "rules/*", "path": "**", "reason": "another team's"}])
    lay_out(site, {"monitoring/broken.yaml": "groups: [\n", "monitoring/rules/b.yaml": RULES.replace("cache", "other")})
    told = json.loads((Path(__file__).parents[2] / schema).read_text())
    for more in ((), ("--write-baseline", "all.jsonl")):
        document = json.loads(check("--format", form, *more).stdout)
        assert [error.message for error in validator(told).iter_errors(document)] == []


def test_a_report_in_a_file_leaves_the_text_for_people(check: Any, site: Path) -> None:
    done = check("--format", "sarif", "--output", "out.sarif")
    assert done.returncode == Exit.FAILED
    assert "monitoring/rules/a.yaml:12:11: error" in done.stdout
    assert json.loads((site / "out.sarif").read_text())["version"] == "2.1.0"
    assert check("--output", "out.txt").stdout == (site / "out.txt").read_text()


def test_a_pipe_is_written_to_and_stays_one(check: Any, site: Path) -> None:
    os.mkfifo(site / "pipe")
    with subprocess.Popen(["cat", site / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert check("--format", "json", "--output", "pipe").returncode == Exit.FAILED
        told, _ = reader.communicate(timeout=20)
    assert json.loads(told)["schema"] == "obsboot-report/1"
    assert (site / "pipe").is_fifo()


@pytest.mark.skipif(os.geteuid() != 0, reason="devices are made by root alone")
def test_a_device_is_written_to_and_stays_one(check: Any, site: Path) -> None:
    null = site / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    assert check("--format", "json", "--output", "null").returncode == Exit.FAILED
    assert check("--write-baseline", "null").returncode == Exit.DONE
    assert null.is_char_device()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--format", "pdf"), "pdf"),
        (("--json", "--format", "sarif"), "--json does not go with --format sarif"),
        (("--output", "no/such/folder.json"), "there is no folder no/such"),
        (("--fail-on", "fatal"), "fatal"),
        (("--changed-since", "main"), "in no git repository"),
    ],
)
def test_what_cannot_be_done_is_said(check: Any, arguments: tuple[str, ...], says: str) -> None:
    done = check(*arguments)
    assert done.returncode == Exit.USAGE
    assert says in done.stderr
    assert not done.stdout


# Silencing


def test_a_comment_with_a_reason_silences(check: Any, site: Path) -> None:
    edit(site, "  - alert: CacheFull", f"  # obsboot: ignore {FIRES} -- a lamp for the wall\n  - alert: CacheFull")
    done = check("--json")
    assert (done.returncode, findings(done), hidden(done)) == (Exit.DONE, [], [("comment", "a lamp for the wall")])
    assert "1 suppressed in comments" in check().stdout.splitlines()[-1]


def test_a_comment_that_ran_out_silences_no_more(check: Any, site: Path) -> None:
    yesterday = date.today() - timedelta(days=1)
    edit(site, LINE, f"{LINE.rstrip()}  # obsboot: ignore {FIRES} until {yesterday} -- for a while\n")
    done = check("--json")
    assert done.returncode == Exit.FAILED
    assert findings(done) == [(FIRES, 12, "error"), ("suppression/expired", 12, "info")]


def test_unused_and_invalid_comments_are_told(check: Any, site: Path) -> None:
    edit(site, "  - alert: CacheDown", f"  # obsboot: ignore {FIRES} -- nothing here\n  - alert: CacheDown")
    edit(site, "  - alert: CacheFull", "  # obsboot: ignore rules/comparisn -- a slip\n  - alert: CacheFull")
    done = check("--json")
    assert findings(done) == [
        (FIRES, 14, "error"),
        ("suppression/invalid", 12, "error"),
        ("suppression/unused", 4, "warning"),
    ]
    assert f"did you mean '{FIRES}'?" in done.stdout


def test_the_configuration_silences_by_path_and_subject(check: Any, site: Path) -> None:
    entry = {"check": FIRES, "path": "rules/", "reason": "a lamp"}
    configure(site, ignore=[entry])
    done = check("--json")
    assert (done.returncode, hidden(done)) == (Exit.DONE, [("configuration", "a lamp")])


def test_a_family_is_not_silenced_silently(check: Any, site: Path) -> None:
    entry = {"check": "rules/*", "path": "**", "reason": "they are another team's"}
    configure(site, ignore=[entry])
    done = check()
    assert done.returncode == Exit.DONE
    assert f" of rules/* not shown: {CONFIGURATION}:1: they are another team's\n" in done.stdout


def test_what_is_excluded_is_not_even_read(check: Any, site: Path) -> None:
    lay_out(
        site, {"monitoring/old/b.yaml": RULES.replace("CacheFull", "OldFull"), "monitoring/broken.yaml": "groups: ["}
    )
    assert check().returncode == Exit.FAILED
    configure(site, exclude=["old/", "broken.yaml", "rules/a.yaml"])
    done = check()
    assert done.returncode == Exit.USAGE
    assert "no file of a kind that can be judged" in done.stderr
    configure(site, exclude=["old/", "broken.yaml"])
    assert findings(check("--json")) == [(FIRES, 12, "error")]


def test_severities_can_be_changed_and_decide(check: Any, site: Path) -> None:
    configure(site, severity={FIRES: "warning"})
    assert check().returncode == Exit.DONE
    assert check("--fail-on", "warning").returncode == Exit.FAILED
    configure(site, severity={FIRES: "info"})
    assert check("--fail-on", "warning").returncode == Exit.DONE
    done = check("--fail-on", "info", "--json")
    assert done.returncode == json.loads(done.stdout)["verdict"]["exit_code"] == Exit.FAILED


def test_a_configuration_that_is_not_understood_ends_it(check: Any, site: Path) -> None:
    lay_out(site, {CONFIGURATION: "exclude: []\nsevrity: {}\n"})
    done = check()
    assert done.returncode == Exit.USAGE
    assert f"{CONFIGURATION}:2: unknown key 'sevrity'; did you mean 'severity'?" in done.stderr
    (site / CONFIGURATION).write_bytes(b"exclude: [\xff]\n")
    assert "no UTF-8" in check().stderr


# The baseline


def test_what_was_there_does_not_count_and_what_is_new_does(check: Any, site: Path) -> None:
    assert check("--write-baseline", "all.jsonl").returncode == Exit.DONE
    assert check(baseline="all.jsonl").returncode == Exit.DONE
    edit(site, "groups:\n", "# a comment moves all lines\n\ngroups:\n")
    assert check(baseline="all.jsonl").returncode == Exit.DONE
    edit(site, 'expr: up{job="cache"} == 0', 'expr: up{job="cache"}')
    done = check("--json", baseline="all.jsonl")
    assert done.returncode == Exit.FAILED
    assert {name for name, *_ in findings(done)} == {FIRES}


def test_what_no_longer_occurs_can_leave_the_baseline(check: Any, site: Path) -> None:
    assert check("--write-baseline", "all.jsonl").returncode == Exit.DONE
    edit(site, LINE, LINE.replace("\n", " > 0.9\n"))
    done = check("--json", baseline="all.jsonl")
    assert done.returncode == Exit.DONE
    assert [(name, severity) for name, _, severity in findings(done)] == [("baseline/gone", "info")]
    assert check(baseline="all.jsonl").stdout.startswith("all.jsonl:")


def test_a_baseline_that_is_none_is_said(check: Any, site: Path) -> None:
    assert "--write-baseline no.jsonl" in check(baseline="no.jsonl").stderr
    lay_out(site, {"bad.jsonl": "<<<<<<< ours\n"})
    done = check(baseline="bad.jsonl")
    assert done.returncode == Exit.USAGE
    assert "bad.jsonl:1: this is no entry of a baseline" in done.stderr


# Changes


def git(site: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=site, check=True, capture_output=True)


@pytest.fixture
def repository(site: Path) -> Path:
    git(site, "init", "--initial-branch", "main")
    git(site, "add", ".")
    git(site, "commit", "-m", "one")
    return site


def test_what_a_change_does_not_touch_is_not_shown(check: Any, repository: Path) -> None:
    done = check("--changed-since", "main", "--json")
    assert (done.returncode, findings(done), hidden(done)) == (Exit.DONE, [], [("unchanged", "")])
    edit(repository, "The cache is down", "The cache does not answer")
    assert check("--changed-since", "main").returncode == Exit.DONE


@pytest.mark.parametrize("when", ["in the work tree", "staged", "committed"])
def test_what_a_change_touches_is_shown(check: Any, repository: Path, when: str) -> None:
    git(repository, "checkout", "-b", "work")
    edit(repository, "The cache is full", "The cache is nearly full")
    if when != "in the work tree":
        git(repository, "add", ".")
    if when == "committed":
        git(repository, "commit", "-m", "two")
    assert findings(check("--changed-since", "main", "--json")) == [(FIRES, 12, "error")]


def test_a_new_file_is_a_change(check: Any, repository: Path) -> None:
    added = RULES.replace("Cache", "Other").replace("name: cache", "name: other")
    lay_out(repository, {"monitoring/rules/ä b.yaml": added})
    done = check("--changed-since", "main", "--json")
    places = {each["path"] for result in json.loads(done.stdout)["results"] for each in result["findings"]}
    assert places == {"rules/ä b.yaml"}


def test_what_the_main_branch_did_meanwhile_is_not_this_branchs(check: Any, repository: Path) -> None:
    git(repository, "checkout", "-b", "work")
    git(repository, "checkout", "main")
    edit(repository, "The cache is full", "The cache is nearly full")
    git(repository, "commit", "-am", "two")
    git(repository, "checkout", "work")
    assert check("--changed-since", "main").returncode == Exit.DONE


def test_what_a_hook_is_told_of_its_linked_work_tree_leads_nobody_astray(check: Any, repository: Path) -> None:
    """Git names the repository to its hooks, and not the top of the work tree: a folder below would be taken for it."""
    linked = repository.with_name("linked")
    git(repository, "worktree", "add", str(linked), "-b", "work")
    (linked / "OTHER").write_text("a file\n")
    hook = repository / ".git/hooks/pre-commit"
    command = "check monitoring --baseline quiet.jsonl --changed-since HEAD"
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m obsboot {command}\n")
    hook.chmod(0o755)
    git(linked, "add", "OTHER")
    git(linked, "commit", "-m", "another file")


@pytest.mark.parametrize("attribute", ["-diff", "binary"])
def test_what_git_does_not_show_as_text_has_changed_lines_too(check: Any, repository: Path, attribute: str) -> None:
    lay_out(repository, {".gitattributes": f"*.yaml {attribute}\n"})
    edit(repository, "The cache is full", "The cache is nearly full")
    assert findings(check("--changed-since", "main", "--json")) == [(FIRES, 12, "error")]


def test_a_clone_without_the_place_where_the_branch_left_is_said(check: Any, repository: Path, obsboot: Any) -> None:
    git(repository, "checkout", "-b", "work")
    git(repository, "commit", "--allow-empty", "-m", "two")
    git(repository, "checkout", "main")
    git(repository, "commit", "--allow-empty", "-m", "three")
    shallow = repository.with_name("shallow")
    git(repository, "clone", "--depth", "1", "--branch", "work", repository.as_uri(), str(shallow))
    git(shallow, "fetch", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    done = obsboot("check", "monitoring", "--changed-since", "origin/main", cwd=shallow)
    assert done.returncode == Exit.USAGE
    assert "too shallow" in done.stderr
    assert "fetch-depth: 0" in done.stderr


def test_a_repository_that_git_does_not_trust_is_said_in_gits_words(check: Any, repository: Path, obsboot: Any) -> None:
    trusting = lay_out(repository.with_name("home"), {"gitconfig": ""}) / "gitconfig"
    stranger = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": str(trusting)}
    done = obsboot("check", "monitoring", "--changed-since", "main", cwd=repository, **stranger)
    assert done.returncode == Exit.USAGE
    assert "safe.directory" in done.stderr


# What cannot be read


@pytest.fixture
def unreadable(repository: Path) -> Path:
    """An expression that does not parse, which each check that needed it cannot judge."""
    edit(repository, 'expr: up{job="cache"} == 0', 'expr: up{job="cache" == 0')
    git(repository, "commit", "-am", "broken")
    return repository


def blind(done: subprocess.CompletedProcess[str]) -> set[str]:
    """What became of the checks that could not look."""
    return {each["outcome"] for each in json.loads(done.stdout)["results"] if "does not parse" in each["reason"]}


def test_what_cannot_be_read_is_no_way_to_pass(check: Any, unreadable: Path) -> None:
    done = check("--json")
    assert done.returncode == Exit.FAILED
    assert blind(done) == {"error", "failed"}


@pytest.mark.parametrize("hiding", ["baseline", "changes", "comment"])
def test_what_is_known_to_be_unreadable_ends_no_later_run(check: Any, unreadable: Path, hiding: str) -> None:
    arguments, options = ["--json"], {}
    if hiding == "baseline":
        assert check("--write-baseline", "all.jsonl").returncode == Exit.DONE
        options = {"baseline": "all.jsonl"}
    elif hiding == "changes":
        arguments += ["--changed-since", "HEAD"]
    else:
        edit(
            unreadable, "groups:\n", "# obsboot: ignore promql/syntax, rules/comparison -- it goes next week\ngroups:\n"
        )
    done = check(*arguments, **options)
    assert (done.returncode, blind(done)) == (Exit.DONE, {"skipped"}), done.stdout[-2000:]
    edit(unreadable, "expr: kv_used_bytes / kv_max_bytes", "expr: kv_used_bytes / (kv_max_bytes")
    assert check(*arguments, **options).returncode == (Exit.DONE if hiding == "comment" else Exit.FAILED)


@pytest.mark.parametrize("revision", ["nowhere", "--all", ""])
def test_an_unknown_revision_is_said(check: Any, repository: Path, revision: str) -> None:
    done = check(f"--changed-since={revision}")
    assert done.returncode == Exit.USAGE
    assert f"git knows no revision {revision!r}" in done.stderr


# Explaining


def test_a_check_is_explained_with_its_examples(check: Any) -> None:
    done = check("--explain", "promql/le")
    assert done.returncode == Exit.DONE
    assert done.stdout.startswith("promql/le (error): ")
    for part in (
        "\nBad:\n\n    ",
        "\nGood:\n\n    ",
        "\nFix: ",
        "# obsboot: ignore promql/le -- reason",
        "{check: promql/le",
    ):
        assert part in done.stdout
    assert "```" not in done.stdout


def test_notices_are_explained_too(check: Any) -> None:
    assert "suppression/unused (warning): " in check("--explain", "suppression/unused").stdout


def test_an_unknown_check_gets_a_suggestion(check: Any) -> None:
    done = check("--explain", "promql/el")
    assert done.returncode == Exit.USAGE
    assert "did you mean 'promql/le'?" in done.stderr
    assert "the groups are" in check("--explain", "zzz").stderr
