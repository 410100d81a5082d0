"""`obsboot validate`: the pack proven in running containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from obsboot.commands.options import catalog_option, catalogue_of, images_option, require_option, root_option
from obsboot.model import ObsbootError

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
@click.option("--service-url", metavar="URL", help="Your own running service instead of the reference service.")
@click.option("--service-image", metavar="IMAGE", help="Your own service's image instead of the reference service.")
@click.option("--attach", metavar="URL", help="Only read from a Prometheus that runs already; start nothing.")
@click.option("--attach-alertmanager", metavar="URL", help="With --attach: its Alertmanager.")
@click.option("--attach-grafana", metavar="URL", help="With --attach: its Grafana.")
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
    _validate(asked, {name: value for name, value in {**told, "speed": speed}.items() if value is not None})


def _validate(asked: _Asked, told: dict[str, Any]) -> None:
    from obsboot.commands.reporting import finish, writable_reports  # noqa: PLC0415
    from obsboot.live.options import Options, read_images  # noqa: PLC0415
    from obsboot.workspace import load_pack, recover  # noqa: PLC0415

    _refuse_contradictions({**told, "images_file": asked.images_file})
    writable_reports(asked.reports)
    images, registries = read_images(asked.images_file)
    options = Options(**told, images=images, registries=registries)
    if note := recover(asked.root):
        click.echo(note, err=True)
    pack = load_pack(asked.root, catalogue_of(asked.roots))
    report = _proven(pack, options, quiet=asked.as_json)
    finish(report, asked.required, as_json=asked.as_json, reports=asked.reports)


_URLS = ("attach", "attach_alertmanager", "attach_grafana", "service_url")
_EXCLUDED = {
    "attach": {
        "quick": "it is quick already",
        "keep": "it starts nothing that could be kept",
        "speed": "a stack that runs has its own pace",
        "images_file": "it starts no container",
        "service_image": "it starts no service",
        "service_url": "it reads what Prometheus scrapes already",
    },
    "service_url": {
        "service_image": "there is one service",
        "keep": "the way from the containers to your service ends with this command",
    },
}
"""What contradicts an option, and why."""


def _refuse_contradictions(given: Mapping[str, Any]) -> None:
    """Raises ObsbootError for a URL that is none, or two options of which one says that the other is not wanted."""
    from obsboot.live.options import checked_url  # noqa: PLC0415

    for name in given.keys() & set(_URLS):
        checked_url(_spelt(name), given[name])
    if (url := given.get("service_url")) and (urlsplit(url).scheme != "http" or urlsplit(url).path.strip("/")):
        fix = "name where it listens: --service-url http://HOST:PORT"
        raise ObsbootError(f"--service-url: {url!r}: the pack scrapes plain HTTP, at its own path", fix=fix)
    if given.get("service_image") == "":
        raise ObsbootError("--service-image: the name of an image is missing", fix="--service-image NAME:TAG")
    for name in filter(given.get, ("attach_alertmanager", "attach_grafana")):
        if not given.get("attach"):
            raise ObsbootError(f"{_spelt(name)}: --attach is missing", fix="name its Prometheus: --attach URL")
    for name, others in _EXCLUDED.items():
        for other in filter(given.get, others if given.get(name) else ()):
            raise ObsbootError(f"{_spelt(other)} does not go with {_spelt(name)}: {others[other]}", fix="leave one out")


def _spelt(name: str) -> str:
    return f"--{name.removesuffix('_file').replace('_', '-')}"


def _proven(pack: Pack, options: Options, *, quiet: bool) -> Report:
    """The run, with its predicted length before it starts and what it does while it runs (beside JSON on stderr)."""
    from rich.console import Console  # noqa: PLC0415

    from obsboot.live import prediction, validate  # noqa: PLC0415
    from obsboot.report.detail import clock  # noqa: PLC0415
    from obsboot.report.progress import progress  # noqa: PLC0415

    seconds = 0.0 if options.attach else prediction(pack, options).seconds
    if not options.attach:
        click.echo(f"{pack.stack.service}: this will take about {clock(seconds)}", err=quiet)
    with progress(Console(stderr=quiet), seconds) as listener:
        return validate(pack, options, listener)
