"""`obsboot validate`: the pack proven in running containers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.options import catalog_option, catalogue_of, images_option, require_option, root_option
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.live import Options
    from obsboot.model import Pack, Report


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says beyond what a proving run itself may be told."""

    root: Path
    roots: tuple[Path, ...]
    images_file: Path | None
    reports: tuple[Path, ...]
    required: str | None
    as_json: bool


@click.command("validate", short_help="Prove the rest in running containers.")
@root_option
@click.option("--quick", is_flag=True, help="Only targets, queries, truths and the critical alerts.")
@click.option("--keep", is_flag=True, help="Leave the containers running and print their URLs.")
@click.option(
    "--speed",
    type=click.FloatRange(min=1, max=60),
    metavar="N",
    help="How many times faster than the pack's own durations.",
)
@images_option
@click.option(
    "--service-url", default="", metavar="URL", help="Your own running service instead of the reference service."
)
@click.option(
    "--service-image", default="", metavar="IMAGE", help="Your own service's image instead of the reference service."
)
@click.option(
    "--attach", default="", metavar="URL", help="Only read from a Prometheus that runs already; start nothing."
)
@click.option("--attach-alertmanager", default="", metavar="URL", help="With --attach: its Alertmanager.")
@click.option("--attach-grafana", default="", metavar="URL", help="With --attach: its Grafana.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report as FILE (.html or .json). Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@require_option
@catalog_option
def command(speed: float | None, **told: Any) -> None:
    """Start a copy of the pack with servers of its own, and show that every number is true and every alert works.

    Your own containers are never touched, and nobody is ever paged.
    """
    asked = _Asked(**{field.name: told.pop(field.name) for field in fields(_Asked)})
    _validate(asked, {**told, **({"speed": speed} if speed else {})})


def _validate(asked: _Asked, told: dict[str, Any]) -> None:
    from obsboot.commands.reporting import finish, kept_reports, writable_reports  # noqa: PLC0415
    from obsboot.live.options import Options, read_images  # noqa: PLC0415
    from obsboot.workspace import load_pack, recover  # noqa: PLC0415

    writable_reports(asked.reports)
    images, registries = read_images(asked.images_file)
    options = Options(**told, images=images, registries=registries)
    _refuse_what_no_run_does(options)
    if note := recover(asked.root):
        click.echo(note, err=True)
    pack = load_pack(asked.root, catalogue_of(asked.roots))
    report = _proven(pack, options, quiet=asked.as_json)
    kept_reports(report, asked.reports)
    finish(report, asked.required, as_json=asked.as_json)


def _refuse_what_no_run_does(options: Options) -> None:
    """A proof of something else than was asked for would be a lie: these are refused until `live` does them."""
    for name, given in (("--attach", options.attach), ("--service-url", options.service_url)):
        if given:
            raise ObsbootError(
                f"{name}: this version proves with containers of its own only",
                fix="leave it out, or name your service's image with --service-image",
                code=Exit.COULD_NOT_CHECK,
            )


def _proven(pack: Pack, options: Options, *, quiet: bool) -> Report:
    """The run, with its predicted length before it starts and what it does while it runs (beside JSON on stderr)."""
    from rich.console import Console  # noqa: PLC0415

    from obsboot.live import prediction, validate  # noqa: PLC0415
    from obsboot.report.detail import clock  # noqa: PLC0415
    from obsboot.report.progress import progress  # noqa: PLC0415

    seconds = prediction(pack, options).seconds
    click.echo(f"{pack.stack.service}: this will take about {clock(seconds)}", err=quiet)
    with progress(Console(stderr=quiet), seconds) as listener:
        return validate(pack, options, listener)
