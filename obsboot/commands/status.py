"""`obsboot status`: how the pack stands, without rendering and, where git knows, without reading it."""

from __future__ import annotations

from pathlib import Path

import click

from obsboot.commands.options import catalog_option, root_option
from obsboot.commands.status_told import told


@click.command("status", short_help="Say whether the pack is in sync, behind, drifted or in conflict.")
@root_option
@click.option("--full", is_flag=True, help="Render the pack to see what an update would change, by answers too.")
@click.option("--short", is_flag=True, help="One line.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@catalog_option
def command(root: Path, full: bool, short: bool, as_json: bool, roots: tuple[Path, ...]) -> None:
    """Say how the pack in this repository stands, in one word and file by file.

    in sync: as it was rendered, but for edits of files that are there to be edited. behind: another obsboot wrote it, or
    with --full: an update would change something. drifted: files that obsboot regenerates were edited, or files are
    missing. conflicts: markers, or files of the template beside yours, are left.

    Exit codes: 0 in sync; 3 behind, drifted or conflicts; 5 the recorded state is damaged.
    """
    raise SystemExit(told(root, "json" if as_json else "short" if short else "text", full=full, roots=roots))
