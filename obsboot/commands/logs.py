"""`obsboot logs`: what a log format makes of lines, and a format to start from made of lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.options import catalog_option, catalogue_of
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.catalog import Catalogue
    from obsboot.model import Component, LogFormat

_file_argument = click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
_SHOWN = 20
"""Entries that are shown unless all are asked for."""
_LEARNED = 10_000
"""Lines that are looked at in order to learn; more of them tell nothing new."""


@click.group("logs")
def command() -> None:
    """Try a log format on your own lines, and start one from them."""


@command.command("try")
@click.argument("name", metavar="FORMAT")
@_file_argument
@click.option("--zone", default="UTC", metavar="Z", help="For times that name no zone: Europe/Berlin; by default UTC.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read no more than N entries.")
@click.option("--all", "every", is_flag=True, help=f"Show every entry, not {_SHOWN}, in the order of the file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@catalog_option
def try_(name: str, file: str, zone: str, roots: tuple[Path, ...], **options: Any) -> None:
    """Show what FORMAT makes of the lines in FILE ('-' is standard input).

    FORMAT is component.format, or a component for all its formats. Entries that could not be read come first, with
    the part that fits. Exit code 0 when all were read, 4 when some were not, 6 when there were none.
    """
    from obsboot.commands.logs_lines import lines_of, until_nobody_reads  # noqa: PLC0415 - the help needs no reader
    from obsboot.commands.logs_text import AsJson, AsText  # noqa: PLC0415
    from obsboot.commands.logs_trial import Trials, ready  # noqa: PLC0415
    from obsboot.logs.entries import placed_entries  # noqa: PLC0415

    catalogue = catalogue_of(roots)
    component, formats = _formats(catalogue, name)
    ready([*component.logs.values()])
    with until_nobody_reads(), lines_of(file) as lines:
        trials = Trials(formats, _zone(zone), lines)
        most = None if options["every"] else _SHOWN
        shown = (AsJson if options["as_json"] else AsText)(trials, catalogue.log_fields, most)
        for entry in islice(placed_entries([*component.logs.values()], lines), options["limit"]):
            shown.add(trials.made(entry))
        shown.end()
    if code := trials.code():
        raise SystemExit(int(code))


@command.command()
@_file_argument
@click.option("--name", metavar="NAME", help="The format's name; by default that of the file.")
@click.option("--component", "id_", default="my-component", metavar="ID", help="The component that writes the log.")
@catalog_option
def learn(file: str, name: str | None, id_: str, roots: tuple[Path, ...]) -> None:
    """Propose a format for the lines in FILE ('-' is standard input), to start from.

    The format goes to standard output. What it reads, and what it could not place, is said on standard error.
    """
    from obsboot.commands.logs_lines import lines_of, until_nobody_reads  # noqa: PLC0415 - the help needs no reader
    from obsboot.commands.logs_text import show_learned  # noqa: PLC0415
    from obsboot.logs.learning import learn as learned  # noqa: PLC0415

    name, id_ = _name(name, file), _component_id(id_)
    catalogue = catalogue_of(roots)
    with lines_of(file) as lines:
        few = list(islice(lines, _LEARNED))
        oddities = list(lines.oddities())
    if lines.zeros > len(few):
        raise ObsbootError(
            f"{file} is no text", fix=r"where a log has a hole: tr -d '\0' < FILE | obsboot logs learn -"
        )
    if not any(line.strip() for line in few):
        raise ObsbootError(f"{file} holds no line to learn from", code=Exit.COULD_NOT_CHECK)
    proposal = learned(few, id_, name, _fragments(catalogue))
    if len(few) == _LEARNED:
        oddities.append(f"only the first {_LEARNED} lines were looked at")
    with until_nobody_reads():
        show_learned(proposal, oddities)
    if not proposal.patterns:
        raise SystemExit(int(Exit.FAILED))


def _formats(catalogue: Catalogue, name: str) -> tuple[Component, Sequence[LogFormat]]:
    """The component, and those of its formats that are meant."""
    from obsboot.catalog.problems import nearest  # noqa: PLC0415

    id_, dot, format_ = name.partition(".")
    having = [each.id for each in catalogue.values() if each.logs]
    if id_ not in catalogue:
        raise ObsbootError(f"the catalogue has no component {id_!r}", fix=nearest(id_, having))
    component = catalogue[id_]
    if not component.logs:
        raise ObsbootError(f"{id_} has no log format", fix=f"those that have: {', '.join(having)}")
    if dot and format_ not in component.logs:
        raise ObsbootError(f"{id_} has no log format {format_!r}", fix=nearest(format_, component.logs))
    return component, [component.logs[format_]] if dot else [*component.logs.values()]


def _fragments(catalogue: Catalogue) -> dict[str, str]:
    """The named regular expressions that all formats share."""
    from obsboot.catalog.reading import Source  # noqa: PLC0415

    found: dict[str, str] = {}
    for root in catalogue.roots:
        if (path := root / "templates" / "pack" / "fragments.yaml").is_file():
            found |= Source(path, []).read(Mapping[str, str]) or {}
    return found


def _zone(zone: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415

    from obsboot.catalog.problems import nearest  # noqa: PLC0415

    if zone not in (zones := available_timezones()):
        fix = nearest(zone, zones)
        raise ObsbootError(f"there is no time zone {zone!r}", fix=fix if "?" in fix else "like Europe/Berlin or UTC")
    return zone


def _name(name: str | None, file: str) -> str:
    """The name of the format: as it was said, else what of the file's name can be one."""
    if name is None:
        made = re.sub(r"[^a-z0-9]+", "_", Path(file).name.lower().split(".")[0]).strip("_")
        return made if re.fullmatch(FORMAT_NAME, made) else "log"
    if not re.fullmatch(FORMAT_NAME, name):
        raise ObsbootError(f"{name!r} cannot be a format's name", fix="lower-case letters, digits and '_'")
    return name


FORMAT_NAME = r"[a-z][a-z0-9_]{0,62}"
"""What a format can be called: its name becomes a part of others."""


def _component_id(id_: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}", id_):
        raise ObsbootError(f"{id_!r} cannot be a component's id", fix="lower-case letters, digits and '-'")
    return id_
