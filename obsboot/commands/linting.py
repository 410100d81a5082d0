"""From the results of checks to what the user is shown: configuration, baseline and changes are read here."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NoReturn

import click

from obsboot.commands.lint_options import Asked
from obsboot.commands.reporting import exit_code, keep
from obsboot.filtering import (
    NAME,
    Baseline,
    Changes,
    Configuration,
    Filtered,
    Wishes,
    baseline_text,
    described,
    filtered,
    read_baseline,
    read_configuration,
)
from obsboot.model import Exit, ObsbootError, Pack, Report, Result
from obsboot.report import written
from obsboot.sources import Folder


def configuration_of(root: Path) -> Configuration:
    """What the folder's own file says; nothing where there is none. Raises ObsbootError where it cannot be understood."""
    path = root / NAME
    return read_configuration(str(path), _text(path), _known()) if path.is_file() else Configuration()


def judged(subject: Pack | Folder, results: Sequence[Result], configuration: Configuration, asked: Asked) -> Filtered:
    """What counts of the results, by all that the user said. Writes the new baseline where one is asked for."""
    paths = {finding.path for result in results for finding in result.findings}
    wishes = Wishes(
        today=date.today(),
        known=_known(results),
        configuration=configuration,
        baseline=_baseline(subject.root, asked.baseline),
        changes=_changes(subject.root, asked.changed_since, paths),
        fail_on=asked.fail_on,
    )
    found = filtered(results, subject.files, wishes)
    if asked.write_baseline is None:
        return found
    text = baseline_text(found.unsuppressed)
    keep(asked.write_baseline, text, "--write-baseline")
    click.echo(f"baseline: {asked.write_baseline}: {len(found.unsuppressed)} findings", err=True)
    return filtered(results, subject.files, replace(wishes, baseline=_read(subject.root, asked.write_baseline, text)))


def shown(root: Path) -> str:
    """How the checked folder is called from where the user stands; empty where he stands in it."""
    path, here = root.resolve(), Path.cwd()
    if path == here:
        return ""
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def show(report: Report, files: Mapping[str, str], asked: Asked, required: str | None) -> NoReturn:
    """Prints the report or keeps it in a file, and ends the command with its exit code."""
    if asked.output is not None:
        text = _console(report, files) if asked.form == "console" else written(report, asked.form)
        keep(asked.output, text, "--output")
        click.echo(f"report: {asked.output}", err=True)
    if asked.form == "console" or asked.output is not None:
        _print(report, files)
    else:
        click.echo(written(report, asked.form), nl=False)
    code = exit_code(report, required)
    if code is Exit.COULD_NOT_CHECK and report.code() is Exit.DONE:
        click.echo(
            f"--require {required}: not everything was {required}" if required else "nothing was proven", err=True
        )
    sys.stdout.flush()
    raise SystemExit(int(code))


def _known(results: Sequence[Result] = ()) -> Collection[str]:
    """The ids that a suppression may name."""
    return described().keys() | {result.check for result in results}


def _changes(root: Path, revision: str | None, paths: Collection[str]) -> Changes | None:
    if revision is None:
        return None
    from obsboot.commands.changed import changes_since  # noqa: PLC0415 - git is asked only where a revision is named

    return changes_since(root, revision, paths)


def _baseline(root: Path, path: Path | None) -> Baseline | None:
    if path is None:
        return None
    if not path.is_file():
        raise ObsbootError(f"--baseline {path}: there is no such file", fix=f"write it: --write-baseline {path}")
    return _read(root, path, _text(path))


def _read(root: Path, path: Path, text: str) -> Baseline:
    """The baseline with its own path from the checked folder, as all paths of findings are."""
    return replace(read_baseline(str(path), text), path=Path(os.path.relpath(path, root)).as_posix())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ObsbootError(f"{path}: byte {error.start} is no UTF-8") from None
    except OSError as error:
        raise ObsbootError(f"{path}: {error.strerror}") from None


def _print(report: Report, files: Mapping[str, str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - JSON for a program need not wait for it

    from obsboot.report.lint import print_check  # noqa: PLC0415

    print_check(report, Console(), files)


def _console(report: Report, files: Mapping[str, str]) -> str:
    import io  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415

    from obsboot.report.lint import print_check  # noqa: PLC0415

    text = io.StringIO()
    print_check(report, Console(file=text, no_color=True, force_terminal=False), files)
    return text.getvalue()
