"""Lines with colour, where a terminal shows them."""

from __future__ import annotations

import sys


def echo(text: str, colour: str | None = None) -> None:
    """One line. What could steer a terminal does not reach one; a file gets the line as it is, and no colour."""
    if sys.stdout is None or not sys.stdout.isatty():
        print(text)
        return
    import click  # noqa: PLC0415 - the status of a pack is asked without it

    text = "".join(char for char in text if char.isprintable() or char == "\t")
    click.echo(click.style(text, fg=colour) if colour else text)
