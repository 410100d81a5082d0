"""`obsboot check`: what can be proven without containers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.lint_options import asked, lint_options
from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.model import ObsbootError, Pack, Report

if TYPE_CHECKING:
    from obsboot.filtering import Configuration
    from obsboot.model import Result
    from obsboot.sources import Folder


@click.command("check", short_help="Prove what can be proven without containers, of any repository.")
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@root_option
@click.option("--replay", "played", is_flag=True, help="Also play every alert's timelines with promtool.")
@click.option("--promtool", metavar="PATH", help="The promtool to use; by default the one on PATH. Implies --replay.")
@lint_options
@click.option("--explain", metavar="ID", help="Say all about one check, with examples, and check nothing.")
@click.option(
    "--require", "required", type=click.Choice(["replayed"]), help="Exit with 6 unless every alert could be replayed."
)
@catalog_option
def command(path: Path | None, root: Path, roots: tuple[Path, ...], promtool: str | None, **flags: Any) -> None:
    """Prove what can be proven without containers: structure, queries, rules, dashboards, routes, log pipelines.

    PATH is a repository with a pack, or any folder with files of Prometheus, Alertmanager, Grafana, Logstash, Filebeat,
    Elasticsearch, Kibana, ElastAlert or compose, whoever wrote them. By default it is the current folder.
    """
    from obsboot.checks import check  # noqa: PLC0415
    from obsboot.commands import linting  # noqa: PLC0415
    from obsboot.commands.explaining import explained  # noqa: PLC0415

    if flags["explain"]:
        click.echo(explained(flags["explain"]))
        return
    told = asked(flags)
    started = time.perf_counter()
    configuration = linting.configuration_of(path or root)
    subject = _subject(path or root, roots, configuration)
    results = check(subject)
    if flags["played"] or promtool or flags["required"] == "replayed":
        results += _replayed(subject, promtool)
    found = linting.judged(subject, results, configuration, told)
    facts = {**_facts(subject, time.perf_counter() - started), **found.facts(), "folder": linting.shown(subject.root)}
    report = Report(f"obsboot check of {_name(subject)}", found.results, facts=facts)
    linting.show(report, subject.files, told, flags["required"])


def _subject(root: Path, roots: tuple[Path, ...], configuration: Configuration) -> Pack | Folder:
    """The pack at a place, or the folder as it is, without what its configuration excludes."""
    from obsboot.sources import read_folder  # noqa: PLC0415
    from obsboot.workspace import has_pack, load_pack  # noqa: PLC0415

    if has_pack(root):
        finish_interrupted(root)
        return load_pack(root, catalogue_of(roots))
    known = configuration.expositions
    folder = read_folder(root, configuration.exclude, catalogue=lambda: catalogue_of(roots), expositions=known)
    if not folder.files and not folder.refused:
        fix = "run `obsboot init` to write a pack, or name a folder that has such files"
        raise ObsbootError(f"{root}: there is no pack, and no file of a kind that can be judged", fix=fix)
    return folder


def _replayed(subject: Pack | Folder, promtool: str | None) -> tuple[Result, ...]:
    from obsboot.replay import replay  # noqa: PLC0415

    if not isinstance(subject, Pack):
        raise ObsbootError(f"--replay: {subject.root} has no pack, whose timelines could be played")
    return replay(subject, promtool)


def _name(subject: Pack | Folder) -> str:
    return subject.stack.service if isinstance(subject, Pack) else str(subject.root)


def _facts(subject: Pack | Folder, seconds: float) -> dict[str, object]:
    from obsboot import __version__  # noqa: PLC0415

    told: dict[str, object] = {"path": str(subject.root), "files": len(subject.files)}
    if isinstance(subject, Pack):
        stack = subject.stack
        told = {"service": stack.service, "team": stack.team, "environment": stack.environment}
        told["mode"] = str(stack.values["mode"])
    return {"command": "check", **told, "length": seconds, "obsboot": __version__}
