"""`obsboot catalog`: what obsboot knows, whether it holds together, and what a real server exposes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.options import catalog_option, catalogue_of, images_option
from obsboot.model import Exit, ObsbootError, plural

if TYPE_CHECKING:
    from obsboot.catalog import Catalogue
    from obsboot.model import Component, Finding

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@click.group("catalog")
def command() -> None:
    """Look at, check and extend the catalogue of technologies."""


@command.command("list")
@catalog_option
@_json_option
def list_(roots: tuple[Path, ...], as_json: bool) -> None:
    """List every technology with its signals, alerts and proofs."""
    from obsboot.commands.catalog_text import printed, proofs_of, table  # noqa: PLC0415

    catalogue = catalogue_of(roots)
    if as_json:
        click.echo(_dumped([_summary(component, proofs_of(component)) for component in catalogue.values()]))
    else:
        printed(table(catalogue))


@command.command()
@click.argument("id_", metavar="ID")
@catalog_option
@_json_option
def show(id_: str, roots: tuple[Path, ...], as_json: bool) -> None:
    """Show everything that the catalogue holds about one technology."""
    from obsboot.commands.catalog_text import everything, pages, printed  # noqa: PLC0415

    component = _component(catalogue_of(roots), id_)
    if as_json:
        click.echo(_dumped(everything(component)))
    else:
        printed(*pages(component))


@command.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@catalog_option
@_json_option
def check(ids: tuple[str, ...], roots: tuple[Path, ...], as_json: bool) -> None:
    """Check technologies, by default all, against the rules of docs/catalogue.md; exit code 4 with findings."""
    findings, examined = _checked(ids, roots)
    if as_json:
        click.echo(_dumped([_finding(finding) for finding in findings]))
    else:
        for finding in findings:
            place = f"{finding.path}:{finding.line}" if finding.line else finding.path
            click.echo(
                f"{place}: {finding.message} [{finding.check}]" + (f"\n    {finding.fix}" if finding.fix else "")
            )
        click.echo(f"{plural(len(findings), 'finding')} in {examined}")
    if findings:
        raise SystemExit(int(Exit.FAILED))


@command.command()
@click.argument("id_", metavar="ID")
@click.option("--version", "version", help="The exporter's version, for the file's name; by default its image's tag.")
@images_option
@catalog_option
def record(id_: str, version: str | None, images_file: Path | None, roots: tuple[Path, ...]) -> None:
    """Record what the real server exposes under load, into metrics/VERSION.prom of the first --catalog."""
    catalogue = catalogue_of(roots)
    component = _component(catalogue, id_)
    path = _recording(component, _version(component) if version is None else version, roots)
    from obsboot import live  # noqa: PLC0415 - only this command needs an engine
    from obsboot.live.options import Options, read_images  # noqa: PLC0415

    images, registries = read_images(images_file)
    exposition: str = live.record(component, catalogue, Options(images=images, registries=registries))
    before = _metrics(path.read_text(encoding="utf-8")) if path.is_file() else frozenset()
    now = _metrics(exposition)
    if not now:
        raise ObsbootError("the server exposed no metric, so nothing was recorded", code=Exit.COULD_NOT_CHECK)
    _kept(path, exposition)
    click.echo(f"{path}: {plural(len(now), 'metric')}")
    if lost := sorted(before - now):  # a setting may be missing, or a load
        click.echo(f"no longer there, so look before you commit: {', '.join(lost)}")


@command.command()
@click.argument("id_", metavar="COMPONENT")
@click.option("--log", default="", metavar="NAME", help="A log format of this name, for a component new or known.")
@click.option(
    "--into",
    default="catalogue",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The catalogue of your own that the files go into; by default ./catalogue.",
)
@catalog_option
def new(id_: str, log: str, into: Path, roots: tuple[Path, ...]) -> None:
    """Write the skeleton of a new technology, or of a log format for one that there is."""
    from obsboot.commands.catalog_new import Wanted, scaffold, with_root  # noqa: PLC0415

    for path in scaffold(catalogue_of(with_root(roots, into)), Wanted(id_, log, into)):
        click.echo(f"wrote {path}")
    click.echo("Next: fill them in; each says what goes where.")
    click.echo(f"`obsboot catalog check {id_} --catalog {into}` lists what is missing.")
    if log:
        click.echo(f"`obsboot logs try {id_}.{log} FILE --catalog {into}` shows what it makes of lines of yours.")


def _component(catalogue: Catalogue, id_: str) -> Component:
    from obsboot.catalog.problems import nearest  # noqa: PLC0415

    if id_ not in catalogue:
        raise ObsbootError(f"the catalogue has no component {id_!r}", fix=nearest(id_, catalogue))
    return catalogue[id_]


def _checked(ids: tuple[str, ...], roots: tuple[Path, ...]) -> tuple[tuple[Finding, ...], str]:
    """What is wrong, and what was looked at. A catalogue that cannot be read has findings of its own."""
    from obsboot.catalog import CatalogueError  # noqa: PLC0415
    from obsboot.catalog.sweep import RULES, as_finding, sweep  # noqa: PLC0415

    try:
        catalogue = catalogue_of(roots)
    except CatalogueError as error:
        return tuple(as_finding("catalogue/readable", problem) for problem in error.problems), "what could be read"
    examined = [_component(catalogue, id_) for id_ in ids] or list(catalogue.values())
    return sweep(catalogue, ids), f"{plural(len(examined), 'component')}, {len(RULES)} rules each"


def _recording(component: Component, version: str, roots: tuple[Path, ...]) -> Path:
    """Where the recording goes: the first root given, else the checkout; never into an installed package."""
    from obsboot.catalog import own_root  # noqa: PLC0415

    if not _VERSION.fullmatch(version):
        raise ObsbootError(f"the version {version!r} cannot be a file's name", fix="letters, digits, '.', '_' and '-'")
    root = roots[0] if roots else own_root()
    if root.name == "_data":
        raise ObsbootError(
            "an installed package is not changed",
            fix="name the folder of your own catalogue: --catalog DIR",
            code=Exit.REFUSED,
        )
    return root / "templates" / "components" / component.id / "metrics" / f"{version}.prom"


def _version(component: Component) -> str:
    image = component.exporter.image if component.exporter else ""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2].removeprefix("v")
    if not tag:
        raise ObsbootError(
            f"{component.id} has no exporter image whose tag names a version", fix="give it: --version V"
        )
    return tag


def _kept(path: Path, exposition: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(exposition, encoding="utf-8")
    part.replace(path)


def _metrics(exposition: str) -> frozenset[str]:
    from obsboot.catalog import parse  # noqa: PLC0415

    return frozenset(parse(exposition).families)


def _summary(component: Component, proofs: dict[str, int]) -> dict[str, Any]:
    return {
        "id": component.id,
        "title": component.title,
        "kind": component.kind,
        "versions": component.versions,
        "signals": len(component.signals),
        "alerts": len(component.alerts),
        "proofs": proofs,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    names = ("check", "severity", "path", "line", "message", "why", "fix")
    return {name: getattr(finding, name) for name in names}


def _dumped(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, default=str)
