"""The options of `obsboot check` that say what counts, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from pathlib import Path
from typing import Any

import click

from obsboot.model import ObsbootError, Severity

_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--format", "form", type=click.Choice(["console", "json", "sarif", "junit", "github"]),
        help="How the report is written; by default as text for people.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
    click.option("--output", type=_FILE, metavar="FILE", help="Write the report there; the text for people is still shown."),
    click.option("--baseline", type=_FILE, metavar="FILE", help="Findings in this file do not count."),
    click.option("--write-baseline", type=_FILE, metavar="FILE", help="Write all findings to FILE; none counts then."),
    click.option("--changed-since", metavar="REV", help="Only what this branch changed since it left the git revision REV."),
    click.option(
        "--fail-on", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
        help="The mildest severity that ends the command with 4.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says about what counts and how it is shown."""

    form: str
    output: Path | None
    baseline: Path | None
    write_baseline: Path | None
    changed_since: str | None
    fail_on: Severity


def lint_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; what they say is read by `asked`."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def asked(flags: Mapping[str, Any]) -> Asked:
    """What the options say. Raises ObsbootError where two contradict each other, or FILE is in no folder."""
    if flags["as_json"] and flags["form"] not in (None, "json"):
        raise ObsbootError(f"--json does not go with --format {flags['form']}", fix="leave one out")
    for name in ("output", "write_baseline"):
        if flags[name] and not flags[name].absolute().parent.is_dir():
            option = f"--{name.replace('_', '-')}"
            raise ObsbootError(f"{option} {flags[name]}: there is no folder {flags[name].parent}")
    form = "json" if flags["as_json"] else flags["form"] or "console"
    return Asked(form, **{each.name: flags[each.name] for each in fields(Asked) if each.name != "form"})
