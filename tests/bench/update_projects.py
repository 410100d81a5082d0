"""The projects that the updaters of the benchmark work on: one template in the form that each of them asks for."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from obsboot.model import GeneratedFile
from tests.fuzz import texts
from tests.fuzz.peers import ANSWERS, Shell, lay

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "examples/shop-api"
_BIN = Path(sys.executable).parent
OBSBOOT, COPIER = (f"{_BIN}/obsboot",), (f"{_BIN}/copier",)
"""As a shell finds them."""
KINDS = {texts.rules: 14, texts.board: 10, texts.compose: 8, texts.pipeline: 6, texts.prose: 2}
UNRELATED_BYTES = 11_000


def templates(variable: str) -> tuple[list[GeneratedFile], list[GeneratedFile]]:
    """The template before and after, with `variable` in each of its 40 files."""
    random, marks = Random(1), texts.Marks("new")
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    before = [_file(number, kind(random, f"shop-{number}"), kind) for number, kind in enumerate(kinds)]
    after = [
        replace(each, text=texts.edited(random, each.path.removesuffix(".jinja"), each.text, marks)) for each in before
    ]
    return [_with(variable, each) for each in before], [_with(variable, each) for each in after]


def _file(number: int, text: str, kind: Callable[[Random, str], str]) -> GeneratedFile:
    path = next(each.path for each in texts.KINDS if each.make is kind).format(f"file-{number}")
    return GeneratedFile(f"{path}.jinja", text, "managed", path)


def _with(variable: str, file: GeneratedFile) -> GeneratedFile:
    """The file as a template's author would have it, without the braces of others."""
    text = file.text.replace("{{", "<<").replace("}}", ">>").replace("shop-", f"{{{{ {variable} }}}}-")
    return replace(file, text=text)


def edit(root: Path) -> None:
    """What the user does: one line, in a file that the template changes elsewhere."""
    path = next(path for path in sorted(root.glob("observability/docs/*.md")))
    lines = path.read_text().split("\n")
    path.write_text("\n".join([*lines[:1], "", "Ours: ask in #shop first.", *lines[1:]]))


def copied(work: Path, shell: Shell) -> Path:
    """A project made by copier, edited and committed; its template has a newer version. Returns the project."""
    template, project = work / "copier-template", work / "copier"
    for number, files in enumerate(templates("service"), 1):
        lay(template / "template", files)
        (template / "copier.yml").write_text("_subdirectory: template\nservice: {type: str, default: shop}\n")
        (template / "template" / "{{ _copier_conf.answers_file }}.jinja").write_text(ANSWERS)
        shell.commit(template, f"{number}.0.0")
        if number == 1:
            shell.run((*COPIER, "copy", "--defaults", "--quiet", str(template), str(project)), work)
            _worked(project, shell)
    return project


def crufted(work: Path, shell: Shell, cruft: str) -> Path:
    """The same made by the command `cruft`."""
    template, project = work / "cruft-template", work / "cruft"
    for number, files in enumerate(templates("cookiecutter.service"), 1):
        plain = [replace(each, path=each.path.removesuffix(".jinja")) for each in files]
        lay(template / "{{ cookiecutter.folder }}", plain)
        (template / "cookiecutter.json").write_text(json.dumps({"folder": project.name, "service": "shop"}))
        shell.commit(template, f"{number}.0.0")
        if number == 1:
            shell.run((cruft, "create", "--no-input", str(template)), work)
            _worked(project, shell)
    return project


def engine(work: Path, shell: Shell) -> tuple[Path, Sequence[str]]:
    """The same made by obsboot's engine: the project, and the command that updates it."""
    project, folders = work / "engine", (work / "before", work / "after")
    for folder, files in zip(folders, templates("service"), strict=True):
        lay(folder, files)
    project.mkdir()
    commands = [(sys.executable, str(HERE / "template_update.py"), str(folder)) for folder in folders]
    shell.run(commands[0], project)
    _worked(project, shell)
    return project, commands[1]


def pack(work: Path, shell: Shell) -> Path:
    """The sample service with a pack, committed."""
    project = work / "pack"
    ignored = shutil.ignore_patterns("observability", ".obsboot", "__pycache__")
    shutil.copytree(SAMPLE, project, ignore=ignored)
    shell.run((*OBSBOOT, "init", "--yes", "--set", "team=shop"), project)
    shell.commit(project)
    return project


def edited(sample: Path, shell: Shell) -> Path:
    """A copy of the sample service where the user has a line in a file of rules that other answers change elsewhere."""
    project = sample.with_name("edited")
    shutil.copytree(sample, project)
    path = project / "observability/prometheus/rules/redis.yaml"
    head, groups, rest = path.read_text().partition("groups:\n")
    path.write_text(f"{head}{groups}# Ours.\n{rest}")
    shell.commit(project)
    return project


def _worked(project: Path, shell: Shell) -> None:
    shell.commit(project)
    edit(project)
    shell.commit(project)


def enlarged(project: Path, count: int, shell: Shell) -> Path:
    """A copy of the project with so many more files, which are no business of any updater."""
    larger = project.with_name(f"{project.name}-{count}")
    shutil.copytree(project, larger, symlinks=True)
    for number in range(count):
        path = larger / f"unrelated/{number // 100}/{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} {'unrelated ' * (UNRELATED_BYTES // 10)}\n")
    shell.commit(larger)
    return larger
