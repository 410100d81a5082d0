"""Projects that copier made: `obsboot update --template` keeps what `copier update` loses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import copier
import pytest
import yaml
from small_catalogue import snapshot

from obsboot.model import Exit
from obsboot.workspace import write
from obsboot.workspace.undoing import undoing

GIT = {
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.com",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}
LOGO = b"\x89PNG\r\n\x1a\n\x00\x00%d"
QUESTIONS = """\
_subdirectory: template
project_name: {type: str, help: Its name}
package: {type: str, default: "{{ project_name | replace('-', '_') }}"}
with_container: {type: bool, default: true}
port: {type: int, default: 8000}
"""
ANSWERS = "template/{{ _copier_conf.answers_file }}.jinja"
CONTAINER = "template/{% if with_container %}Dockerfile{% endif %}.jinja"
SETTINGS = "".join(f"option_{number}: {number}\n" for number in range(30))
GUIDE = "".join(f"Step {number} of the guide.\n" for number in range(20))
FIRST = {
    "copier.yml": QUESTIONS,
    ANSWERS: "# Changes here will be overwritten by Copier; NEVER EDIT MANUALLY\n{{ _copier_answers | to_nice_yaml }}",
    "template/README.md.jinja": "# {{ project_name }}\n\nA service.\n\n## Run\n\nmake run\n\n## Test\n\nmake test\n",
    "template/{{ package }}/__init__.py": "",
    "template/{{ package }}/main.py.jinja": 'NAME = "{{ project_name }}"\nPORT = {{ port }}\n\n\ndef run():\n    pass\n',
    CONTAINER: "FROM python:3.11\nCOPY {{ package }} .\n",
    "template/scripts/run.sh": "#!/bin/sh\nset -e\npython -m app\n",
    "template/config/legacy.ini": "[legacy]\nlevel = 1\n",
    "template/config/settings.yml": SETTINGS,
    "template/docs/guide.md": GUIDE,
    "template/pyproject.toml.jinja": '[project]\nname = "{{ project_name }}"\nversion = "0.1"\n\n[tool.lint]\nlength = 88\n',
    "template/.env": "LEVEL=info\nSECRET=change-me\nREGION=eu\n",
    "template/.gitignore": ".env\n",
    "template/logo.png": LOGO % 1,
}
SECOND = {
    **FIRST,
    "copier.yml": QUESTIONS + "license: {type: str, default: MIT}\n",
    "template/LICENSE.jinja": "{{ license }} license\n",
    "template/README.md.jinja": str(FIRST["template/README.md.jinja"]) + "\n## License\n\n{{ license }}\n",
    CONTAINER: "FROM python:3.13\nCOPY {{ package }} .\n",
    "template/scripts/run.sh": "#!/bin/sh\nset -eu\npython -m app\n",
    "template/config/app.yml": SETTINGS + "option_30: new\n",
    "template/docs/guide.md": GUIDE.replace("Step 3 of", "Step three of"),
    "template/.env": "LEVEL=info\nSECRET=change-me\nREGION=eu\nNEW=1\n",
    "template/logo.png": LOGO % 2,
}
for _name in ("template/config/legacy.ini", "template/config/settings.yml"):
    del SECOND[_name]

Session = Callable[..., "subprocess.CompletedProcess[str]"]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=folder, check=True, capture_output=True, text=True).stdout


def release(template: Path, files: dict[str, str | bytes], tag: str) -> None:
    """A version of the template: exactly these files, committed and tagged."""
    for old in template.iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name, content in files.items():
        path = template / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
    git(template, "add", "--all", "--force")
    git(template, "commit", "-qm", tag)
    git(template, "tag", tag)


@pytest.fixture(autouse=True)
def _author(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A public-style template with two versions."""
    made = tmp_path / "service-template"
    made.mkdir()
    git(made, "init", "-q", "-b", "main")
    release(made, FIRST, "v1.0.0")
    release(made, SECOND, "v2.0.0")
    return made


@pytest.fixture
def project(tmp_path: Path, template: Path) -> Path:
    """A project of its first version, committed."""
    made = tmp_path / "billing-api"
    copier.run_copy(
        str(template), made, {"project_name": "billing-api", "port": 9100}, vcs_ref="v1.0.0", defaults=True, quiet=True
    )
    git(made, "init", "-q", "-b", "main")
    commit(made)
    return made


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "-qm", "work")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def edit_bytes(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def update(obsboot: Session, project: Path, template: Path | str, *more: str) -> subprocess.CompletedProcess[str]:
    return obsboot("update", "--template", str(template), *more, cwd=project)


def hand_edits(project: Path) -> dict[str, str]:
    """Edits at the places where an update can lose them: what was written, and where it has to be afterwards."""
    edit(project / "config/legacy.ini", "level = 1\n", "level = 1\nby_hand = legacy\n")
    edit(project / "config/settings.yml", "option_7: 7\n", "option_7: 7 # by hand: settings\n")
    edit(project / ".env", "SECRET=change-me", "SECRET=by-hand-env")
    (project / "handbook").mkdir()
    git(project, "mv", "docs/guide.md", "docs/handbook.md")
    edit(project / "docs/handbook.md", "Step 15 of the guide.\n", "Step 15, by hand: moved.\n")
    edit(project / "README.md", "make run\n", "make run # by hand: readme\n")
    commit(project)
    return {
        "by_hand = legacy": "config/legacy.ini",
        "by hand: settings": "config/app.yml",
        "by-hand-env": ".env",
        "by hand: moved": "docs/handbook.md",
        "by hand: readme": "README.md",
    }


def lost(project: Path, tokens: dict[str, str]) -> set[str]:
    """Those tokens that no file of the work tree has any more."""
    texts = [
        path.read_bytes().decode(errors="replace")
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.parts
    ]
    return {token for token in tokens if not any(token in text for text in texts)}


def test_an_unedited_project_becomes_a_fresh_copy_of_the_new_version(
    obsboot: Session, project: Path, template: Path, tmp_path: Path
) -> None:
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    assert "v1.0.0 -> v2.0.0" in done.stdout
    fresh = tmp_path / "fresh" / "billing-api"
    copier.run_copy(str(template), fresh, {"project_name": "billing-api", "port": 9100}, defaults=True, quiet=True)
    shutil.rmtree(project / ".git")
    shutil.rmtree(project / ".obsboot")
    assert snapshot(project) == snapshot(fresh)
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["_commit"] == "v2.0.0"
    again = update(obsboot, project, template, "--yes")
    assert again.returncode == Exit.DONE
    assert "nothing to write" in again.stdout


def test_every_hand_edit_is_kept_of_which_copier_loses_some(
    obsboot: Session, project: Path, template: Path, tmp_path: Path
) -> None:
    tokens = hand_edits(project)
    beside = tmp_path / "beside" / "billing-api"
    shutil.copytree(project, beside, symlinks=True)
    copier.run_update(beside, defaults=True, overwrite=True, quiet=True)
    assert lost(beside, tokens) >= {"by_hand = legacy", "by hand: settings", "by-hand-env"}
    assert "Step three of" not in (beside / "docs/handbook.md").read_text()
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DONE, done.stderr + done.stdout
    for token, path in tokens.items():
        assert token in (project / path).read_text(), path
    assert "option_30: new" in (project / "config/app.yml").read_text()
    assert not (project / "config/settings.yml").exists()
    assert "NEW=1" in (project / ".env").read_text()
    assert "Step three of" in (project / "docs/handbook.md").read_text()
    assert not (project / "docs/guide.md").exists()
    assert "## License\n\nMIT" in (project / "README.md").read_text()
    assert "config/legacy.ini" in done.stdout
    assert "orphan" in done.stdout


def test_the_plan_is_what_is_written_and_undo_takes_it_back(obsboot: Session, project: Path, template: Path) -> None:
    hand_edits(project)
    before = snapshot(project)
    planned = update(obsboot, project, template, "--plan", "--json")
    assert planned.returncode == Exit.DRIFT
    assert snapshot(project) == before
    data = json.loads(planned.stdout)
    assert (data["from"], data["to"], data["conflicts"]) == ("v1.0.0", "v2.0.0", 0)
    files = {each["path"]: each for each in data["files"]}
    assert (files["config/settings.yml"]["action"], files["config/settings.yml"]["goal"]) == ("merge", "config/app.yml")
    actions = {path: each["action"] for path, each in files.items()}
    assert (actions["config/legacy.ini"], actions["LICENSE"], actions["logo.png"]) == ("orphan", "add", "update")
    assert actions["docs/handbook.md"] == actions[".env"] == "merge"
    assert "+NEW=1" in files[".env"]["hunks"]
    done = update(obsboot, project, template, "--json")
    assert json.loads(done.stdout) == data
    after = snapshot(project)
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert {path for path in changed if not path.startswith((".obsboot", ".git/"))} == set(data["writes"])
    assert git(project, "status", "--porcelain", "--", ".obsboot") == ""
    write(undoing(project))
    back = snapshot(project)
    assert {path: one for path, one in back.items() if not path.startswith((".obsboot", ".git/"))} == {
        path: one for path, one in before.items() if not path.startswith(".git/")
    }


def test_both_changed_the_same_line(obsboot: Session, project: Path, template: Path) -> None:
    edit(project / "Dockerfile", "python:3.11", "python:3.12")
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DRIFT
    text = (project / "Dockerfile").read_text()
    assert "<<<<<<< yours\nFROM python:3.12\n||||||| template v1.0.0\nFROM python:3.11\n" in text
    assert "FROM python:3.13\n>>>>>>> template v2.0.0\n" in text
    release(template, {**SECOND, CONTAINER: "FROM python:3.14\n"}, "v3.0.0")
    refused = update(obsboot, project, template, "--yes")
    assert refused.returncode == Exit.REFUSED
    assert "Dockerfile: markers of an earlier update" in refused.stderr


def test_bytes_that_are_no_text(obsboot: Session, project: Path, template: Path, tmp_path: Path) -> None:
    (project / "logo.png").write_bytes(LOGO % 77)
    commit(project)
    beside = tmp_path / "beside" / "billing-api"
    shutil.copytree(project, beside, symlinks=True)
    copier.run_update(beside, defaults=True, overwrite=True, quiet=True)
    assert (beside / "logo.png").read_bytes() == LOGO % 2
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DRIFT
    assert (project / "logo.png").read_bytes() == LOGO % 77
    assert (project / "logo.png.obsboot-new").read_bytes() == LOGO % 2
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    release(template, {**SECOND, "template/logo.png": LOGO % 3}, "v3.0.0")
    refused = update(obsboot, project, template, "--yes")
    assert refused.returncode == Exit.REFUSED
    assert "logo.png.obsboot-new of an earlier update is still beside it" in refused.stderr
    (project / "logo.png.obsboot-new").replace(project / "logo.png")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    assert (project / "logo.png").read_bytes() == LOGO % 3


def test_other_answers_and_another_version(obsboot: Session, project: Path, template: Path) -> None:
    done = update(obsboot, project, template, "--ref", "v1.0.0", "--set", "with_container=false", "--set", "port=9200")
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stderr == ""
    assert not (project / "Dockerfile").exists()
    assert "PORT = 9200" in (project / "billing_api/main.py").read_text()
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert answers["with_container"] is False
    assert answers["_commit"] == "v1.0.0"
    assert not (project / "LICENSE").exists()


def test_an_answer_that_the_template_does_not_keep(obsboot: Session, project: Path, template: Path) -> None:
    done = update(obsboot, project, template, "--plan", "--set", "prot=1")
    assert "--set prot: v2.0.0 keeps no such answer" in done.stderr


def test_an_answer_in_a_path_takes_the_edits_with_it(obsboot: Session, project: Path, template: Path) -> None:
    main = project / "billing_api/main.py"
    main.write_text(main.read_text() + "".join(f"\n\ndef by_hand_{n}():\n    return {n}\n" for n in range(9)))
    done = update(obsboot, project, template, "--ref", "v1.0.0", "--set", "package=billing")
    assert done.returncode == Exit.DONE, done.stderr
    assert "def by_hand_8" in (project / "billing/main.py").read_text()
    assert not main.exists()


def test_a_deleted_file_stays_away(obsboot: Session, project: Path, template: Path) -> None:
    (project / "scripts/run.sh").unlink()
    (project / "pyproject.toml").unlink()  # which the template does not touch
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DONE
    assert not (project / "scripts/run.sh").exists()
    assert "scripts/run.sh" in done.stdout
    assert "pyproject.toml" not in done.stdout


def test_a_file_that_both_added(obsboot: Session, project: Path, template: Path) -> None:
    (project / "LICENSE").write_text("mine\n")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DRIFT
    assert (project / "LICENSE").read_text() == "mine\n"
    assert (project / "LICENSE.obsboot-new").read_text() == "MIT license\n"


def test_the_template_makes_a_file_executable(obsboot: Session, project: Path, template: Path) -> None:
    release(template, {**FIRST, "template/scripts/check.sh": "#!/bin/sh\n"}, "v3.0.0")
    (template / "template/docs/guide.md").chmod(0o755)
    git(template, "commit", "-qam", "executable")
    git(template, "tag", "v4.0.0")
    edit(project / "docs/guide.md", "Step 15", "By hand, step 15")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    assert os.access(project / "scripts/check.sh", os.X_OK)
    assert os.access(project / "docs/guide.md", os.X_OK)
    assert "By hand, step 15" in (project / "docs/guide.md").read_text()
    assert (project / "README.md").stat().st_mode & 0o111 == 0


def test_a_merge_that_breaks_toml_is_none(obsboot: Session, project: Path, template: Path) -> None:
    toml = str(FIRST["template/pyproject.toml.jinja"])
    strict = toml.replace('version = "0.1"\n', 'version = "0.1"\nstrict = true\n')
    release(template, {**SECOND, "template/pyproject.toml.jinja": strict}, "v3.0.0")
    edit(project / "pyproject.toml", "[project]\n", "[project]\nstrict = false\n")
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DRIFT
    assert "would be no TOML" in done.stdout
    data = tomllib.loads((project / "pyproject.toml").read_text())
    assert data["project"] == {"strict": False, "name": "billing-api", "version": "0.1"}
    assert "strict = true" in (project / "pyproject.toml.obsboot-new").read_text()


def test_a_checkout_with_crlf_line_ends(obsboot: Session, project: Path, template: Path) -> None:
    for name in ("docs/guide.md", "README.md"):
        data = (project / name).read_bytes()
        (project / name).write_bytes(data.replace(b"\n", b"\r\n"))
    edit_bytes(project / "README.md", b"make run", b"make run # by hand")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    for name, new in (("docs/guide.md", b"Step three of"), ("README.md", b"## License")):
        data = (project / name).read_bytes()
        assert new in data
        assert data.count(b"\n") == data.count(b"\r\n")
    assert b"# by hand" in (project / "README.md").read_bytes()


def test_a_template_with_crlf_line_ends(obsboot: Session, project: Path, template: Path) -> None:
    crlf = GUIDE.replace("\n", "\r\n").encode()
    release(template, {**SECOND, "template/docs/guide.md": crlf}, "v3.0.0")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    release(template, {**SECOND, "template/docs/guide.md": crlf + b"The end.\r\n"}, "v4.0.0")
    assert update(obsboot, project, template, "--yes").returncode == Exit.DONE
    assert (project / "docs/guide.md").read_bytes() == crlf + b"The end.\r\n"


def test_links_are_not_written(obsboot: Session, project: Path, template: Path) -> None:
    release(template, {**SECOND, "copier.yml": SECOND["copier.yml"] + "_preserve_symlinks: true\n"}, "v3.0.0")  # type: ignore[operator]
    (template / "template/current").symlink_to("config/app.yml")
    git(template, "add", "--all")
    git(template, "commit", "-qm", "link")
    git(template, "tag", "v4.0.0")
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DRIFT
    assert "ln -s config/app.yml current" in done.stdout
    assert not (project / "current").is_symlink()


def test_a_link_of_the_users_is_not_written_through(
    obsboot: Session, project: Path, template: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    (project / "README.md").replace(outside)
    (project / "README.md").symlink_to(outside)
    before = outside.read_text()
    assert update(obsboot, project, template, "--yes").returncode == Exit.DRIFT
    assert outside.read_text() == before
    assert "## License" in (project / "README.md.obsboot-new").read_text()


def test_what_runs_code_needs_trust(obsboot: Session, project: Path, template: Path) -> None:
    release(
        template, {**SECOND, "copier.yml": SECOND["copier.yml"] + "_tasks: ['echo made > made-by-a-task']\n"}, "v3.0.0"
    )  # type: ignore[operator]
    refused = update(obsboot, project, template, "--yes")
    assert refused.returncode == Exit.REFUSED
    assert "--trust" in refused.stderr
    assert update(obsboot, project, template, "--yes", "--trust").returncode == Exit.DONE
    assert (project / "made-by-a-task").read_text() == "made\n"


def test_an_answers_file_of_another_name(obsboot: Session, project: Path, template: Path) -> None:
    (project / ".config").mkdir()
    (project / ".copier-answers.yml").replace(project / ".config/service.yml")
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    assert "_commit: v2.0.0" in (project / ".config/service.yml").read_text()
    assert not (project / ".copier-answers.yml").exists()


def test_the_template_read_from_elsewhere(obsboot: Session, project: Path, template: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(template), str(clone))
    assert update(obsboot, project, clone, "--yes").returncode == Exit.DONE
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert (answers["_src_path"], answers["_commit"]) == (str(template), "v2.0.0")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--ref", "v9"), Exit.USAGE, "Unknown revision: 'v9'"),
        (("--set", "port"), Exit.USAGE, "KEY=VALUE"),
        (("--set", "port=many"), Exit.USAGE, "copier cannot render it"),
        (("--answers-file", "README.md"), Exit.USAGE, "no answers file"),
    ],
)
def test_what_cannot_be_done_is_said(
    obsboot: Session, project: Path, template: Path, arguments: tuple[str, ...], code: Exit, words: str
) -> None:
    before = snapshot(project)
    done = update(obsboot, project, template, "--yes", *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert snapshot(project) == before


def test_a_template_that_cannot_be_reached(obsboot: Session, project: Path, template: Path, tmp_path: Path) -> None:
    done = update(obsboot, project, f"https://me:secret@127.0.0.1:1/{tmp_path.name}.git", "--yes")
    assert done.returncode == Exit.COULD_NOT_CHECK
    assert "git cannot read the template" in done.stderr
    assert "secret" not in done.stderr


def test_a_template_without_versions_is_refused(obsboot: Session, project: Path, template: Path) -> None:
    shutil.rmtree(template / ".git")
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.USAGE
    assert "no versions" in done.stderr


def test_a_project_without_an_answers_file(obsboot: Session, project: Path, template: Path) -> None:
    (project / ".copier-answers.yml").unlink()
    done = update(obsboot, project, template, "--yes")
    assert done.returncode == Exit.USAGE
    assert "--answers-file" in done.stderr
    assert obsboot("update", "--ref", "v2", cwd=project).returncode == Exit.USAGE


# --- what the template says of itself


def test_what_the_template_leaves_to_the_user_is_left_alone(obsboot: Session, template: Path, project: Path) -> None:
    leaves = QUESTIONS + "_skip_if_exists: [README.md, 'config/*', NEW.md]\n"
    release(template, {**SECOND, "copier.yml": leaves, "template/NEW.md": "new\n"}, "v3.0.0")
    mine = (project / "README.md").read_text()
    done = update(obsboot, project, template)
    assert done.returncode == Exit.DONE, done.stderr
    assert (project / "README.md").read_text() == mine
    assert (project / "NEW.md").read_text() == "new\n"
    assert "set -eu" in (project / "scripts/run.sh").read_text()


MIGRATIONS = """\
_migrations:
  - version: v0.9.0
    command: touch too-old
  - version: v2.5.0
    command: touch {{ project_name }}
  - version: v3.0.0
    before: [[touch, of before]]
    after: [touch legacy]
  - touch always
  - version: v4.0.0
    command: touch too-new
"""


def test_migrations_are_named_and_not_run(obsboot: Session, template: Path, project: Path) -> None:
    release(template, {**SECOND, "copier.yml": QUESTIONS + MIGRATIONS}, "v3.0.0")
    names = {path.name for path in project.iterdir()}
    commands = ["touch {{ project_name }}", "touch 'of before'", "touch legacy", "touch always"]
    planned = json.loads(update(obsboot, project, template, "--plan", "--json").stdout)
    assert planned["migrations"] == commands
    done = update(obsboot, project, template, "--trust")
    assert done.returncode == Exit.DONE, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("not run")] == [
        f"not run, a migration of the template: {command}" for command in commands
    ]
    assert "obsboot runs no migrations" in done.stdout
    assert {path.name for path in project.iterdir()} - names == {".obsboot"} | {"LICENSE"}
    assert "not run" not in update(obsboot, project, template).stdout
