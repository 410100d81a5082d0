"""copier and cruft, as their users run them: the same files as a template in git, and the project in git too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from obsboot.model import GeneratedFile
from tests.fuzz.projects import Project
from tests.fuzz.tools import Outcome, Tool

_CRUFT = Path(__file__).resolve().parents[2] / "build/fuzz/bin/cruft"
_COPIED = """\
_subdirectory: template
_skip_if_exists: {seeds}
team: {{type: str, default: shop}}
"""
ANSWERS = "{{ _copier_answers|to_nice_yaml -}}\n"
_NAMED = re.compile(r"error|conflict|reject|does not|skipp", re.IGNORECASE)
"""A line of a tool's output that has one of these and a path tells of that path."""


class FailedError(Exception):
    """A peer did not do its work at all, so that there is nothing to count."""


def peers(work: Path) -> dict[str, Tool | None]:
    """The peers by name; None for one that is not installed here."""
    cruft = cruft_command()
    return {"copier": Copier(work), "cruft": Cruft(work, cruft) if cruft else None}


def cruft_command() -> str | None:
    """cruft, from an environment of its own or from PATH; None where there is none."""
    return str(_CRUFT) if _CRUFT.exists() else shutil.which("cruft")


class Copier:
    """`copier copy`, `copier update`, with its defaults."""

    name = "copier"

    def __init__(self, work: Path) -> None:
        self.template, self.shell = work / "copier-template", Shell(work / "home")

    def begin(self, project: Project, root: Path) -> None:
        shutil.rmtree(self.template, ignore_errors=True)
        self._release(project, project.before, "1.0.0")
        command = (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(self.template), str(root))
        self.shell.run(command, root)
        self.shell.adopt(root, project)

    def update(self, project: Project, root: Path) -> Outcome:
        self._release(project, project.after, "2.0.0")
        return self.shell.update(root, (sys.executable, "-m", "copier", "update", "--defaults"))

    def _release(self, project: Project, files: Iterable[GeneratedFile], version: str) -> None:
        lay(self.template / "template", files)
        (self.template / "copier.yml").write_text(_COPIED.format(seeds=json.dumps(project.seeds())))
        (self.template / "template" / "{{ _copier_conf.answers_file }}.jinja").write_text(ANSWERS)
        self.shell.commit(self.template, version)


class Cruft:
    """`cruft create`, `cruft update --skip-apply-ask`."""

    name = "cruft"

    def __init__(self, work: Path, command: str) -> None:
        self.template, self.shell, self.command = work / "cruft-template", Shell(work / "home"), command

    def begin(self, project: Project, root: Path) -> None:
        shutil.rmtree(self.template, ignore_errors=True)
        self._release(root, project.before, "1.0.0")
        skip = [word for path in project.seeds() for word in ("--skip", path)]
        root.rmdir()
        self.shell.run((self.command, "create", "--no-input", *skip, str(self.template)), root.parent)
        self.shell.adopt(root, project)

    def update(self, project: Project, root: Path) -> Outcome:
        self._release(root, project.after, "2.0.0")
        return self.shell.update(root, (self.command, "update", "--skip-apply-ask"))

    def _release(self, root: Path, files: Iterable[GeneratedFile], version: str) -> None:
        lay(self.template / "{{cookiecutter.name}}", files)
        context = {"name": root.name, "_copy_without_render": ["*"]}
        (self.template / "cookiecutter.json").write_text(json.dumps(context))
        self.shell.commit(self.template, version)


def lay(folder: Path, files: Iterable[GeneratedFile]) -> None:
    """Makes `folder` hold these files and no other."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        path.chmod(0o755 if file.executable else 0o644)


class Shell:
    """Runs commands with a home folder of their own, so that nobody's settings and caches are used or changed."""

    def __init__(self, home: Path) -> None:
        home.mkdir(exist_ok=True)
        settings = home / ".gitconfig"
        settings.write_text("[gc]\n\tauto = 0\n")  # it would go on in the background, in folders that are removed
        me = {f"GIT_{who}_{what}": "fuzz@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        alone = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_CONFIG_HOME": str(home), "COLUMNS": "400"}
        self.environment = {**os.environ, **me, **alone, "GIT_CONFIG_NOSYSTEM": "1"}
        self.environment["GIT_CONFIG_GLOBAL"] = str(settings)

    def run(self, command: Sequence[str], folder: Path) -> None:
        """Runs what has to go well. Raises FailedError."""
        done = self._done(command, folder)
        if done.returncode:
            raise FailedError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}")

    def adopt(self, root: Path, project: Project) -> None:
        """Puts a fresh project under git, which ignores the one file that it shall."""
        (root / ".gitignore").write_text(f"{project.ignored}\n")
        self.commit(root)

    def commit(self, folder: Path, tag: str = "") -> None:
        """Commits all there is, in a repository that is made if need be."""
        self.run(("git", "init", "--quiet"), folder)
        self.run(("git", "add", "--all"), folder)
        self.run(("git", "commit", "--quiet", "--allow-empty", "--message", tag or "work"), folder)
        if tag:
            self.run(("git", "tag", tag), folder)

    def update(self, root: Path, command: Sequence[str]) -> Outcome:
        """Commits what the user did, as both tools ask for, and runs the update."""
        self.commit(root)
        began = time.perf_counter()
        done = self._done(command, root)
        seconds = time.perf_counter() - began
        unmerged = self._done(("git", "diff", "--name-only", "--diff-filter=U"), root).stdout.split("\n")
        said = " ".join(line for line in done.stdout.split("\n") if _NAMED.search(line))
        return Outcome(done.returncode, frozenset({*unmerged, *re.findall(r"[\w./-]+", said)} - {""}), seconds)

    def _done(self, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        out = subprocess.PIPE
        return subprocess.run(
            command, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            text=True, timeout=300, check=False,
        )  # fmt: skip
