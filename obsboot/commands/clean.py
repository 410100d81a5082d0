"""`obsboot clean`: removes what proving runs that have died left behind."""

from __future__ import annotations

import click


@click.command("clean", short_help="Remove what dead proving runs left behind.")
def command() -> None:
    """Remove containers, networks and files of proving runs whose process is gone. Those of others stay."""
    from obsboot.live import clean  # noqa: PLC0415

    removed = clean()
    for what in removed:
        click.echo(f"removed {what}")
    if not removed:
        click.echo("nothing was left behind")
