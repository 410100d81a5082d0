"""How a report ends a command: what is printed, and with which exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from obsboot.model import Exit, ObsbootError, Report
from obsboot.report import FORMATS, written

_PROVING = {"replayed": ("replay/",), "live": ("replay/", "live/")}
"""What --require wants -> the checks that give it, the last of which has to have passed at least once."""


def exit_code(report: Report, required: str | None) -> Exit:
    """The report's own code; nothing shown, or a skip of what is required, is a thing that could not be checked."""
    code = report.code()
    if code is not Exit.DONE:
        return code
    if not report.count("passed"):
        return Exit.COULD_NOT_CHECK
    return Exit.COULD_NOT_CHECK if required and _lacks(report, _PROVING[required]) else Exit.DONE


def _lacks(report: Report, wanted: tuple[str, ...]) -> bool:
    """Whether a check of these kinds was skipped, or the strongest kind showed nothing."""
    skipped = any(r.outcome == "skipped" and r.check.startswith(wanted) for r in report.results)
    return skipped or not any(r.outcome == "passed" and r.check.startswith(wanted[-1]) for r in report.results)


def finish(report: Report, required: str | None, *, as_json: bool = False, reports: tuple[Path, ...] = ()) -> None:
    """Prints the report, keeps it in files, and ends the command with its exit code."""
    if as_json:
        click.echo(written(report, "json"))
    else:
        from rich.console import Console  # noqa: PLC0415

        from obsboot.report.console import print_report  # noqa: PLC0415

        print_report(report, Console())
    code = exit_code(report, required)
    if code is Exit.COULD_NOT_CHECK and report.code() is Exit.DONE and not as_json:
        why = (
            f"--require {required}: not everything was {required if required == 'replayed' else 'proven live'}"
            if required
            else "nothing was proven"
        )
        click.echo(why, err=True)
    sys.stdout.flush()
    kept_reports(report, reports)
    raise SystemExit(int(code))


def writable_reports(paths: tuple[Path, ...]) -> None:
    """Refuses a report file that could not be written, before a run of minutes and not after it."""
    for path in paths:
        if path.suffix.lstrip(".") not in FORMATS:
            raise ObsbootError(
                f"--report {path}: the format is told by the ending: {', '.join(f'.{f}' for f in FORMATS)}"
            )
        if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            fix = "name a file in a folder that is there, and that you may write to"
            raise ObsbootError(f"--report {path}: it cannot be written there", fix=fix, code=Exit.REFUSED)


def kept_reports(report: Report, paths: tuple[Path, ...]) -> None:
    """Writes the report to each path, in the format of its ending: all of it, or what was there before stays."""
    for path in paths:
        keep(path, written(report, path.suffix.lstrip(".")), "--report")
        click.echo(f"report: {path}", err=True)


def keep(path: Path, text: str, option: str) -> None:
    """Writes all of it, or leaves what was there before. Raises ObsbootError, which names the option.

    A pipe or a device is written to: a file in its place would be the end of /dev/null for the whole machine.
    """
    half = path.resolve().with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
            path.write_text(text, encoding="utf-8")
            return
        half.write_text(text, encoding="utf-8")
        half.replace(path.resolve())
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        fix = "name a file in a folder that you may write to, on a disk with room"
        raise ObsbootError(f"{option} {path}: {error.strerror}", fix=fix, code=Exit.REFUSED) from None
