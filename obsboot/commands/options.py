"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from obsboot.catalog import Catalogue

catalog_option: Callable[[Any], Any] = click.option(
    "--catalog",
    "roots",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder with templates/, dashboards/ and alerts/ of your own; later ones override earlier ones.",
)
"""`--catalog DIR`, repeatable, as the parameter `roots`."""

root_option: Callable[[Any], Any] = click.option(
    "--root",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The repository; by default the current folder.",
)
"""`--root DIR` as the parameter `root`."""

images_option: Callable[[Any], Any] = click.option(
    "--images",
    "images_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What runs in place of which image.",
)
"""`--images FILE` as the parameter `images_file`."""

require_option: Callable[[Any], Any] = click.option(
    "--require",
    "required",
    type=click.Choice(["live", "replayed"]),
    help="Exit with 6 where anything was skipped that this much proof would need.",
)
"""`--require live|replayed` as the parameter `required`."""


def catalogue_of(roots: tuple[Path, ...]) -> Catalogue:
    """obsboot's own catalogue with the given roots on top, those before the command first. Raises CatalogueError."""
    from obsboot.catalog import load, own_root  # noqa: PLC0415 - the help of a command does not load the catalogue

    context = click.get_current_context(silent=True)
    general = context.find_root().params.get("roots") or () if context else ()
    return load(list(dict.fromkeys([own_root(), *general, *roots])))
