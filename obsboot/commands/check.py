"""`obsboot check`: what can be proven without containers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option

if TYPE_CHECKING:
    from obsboot.model import Pack, Report, Result


@click.command("check", short_help="Prove what can be proven without containers.")
@root_option
@click.option("--replay", "played", is_flag=True, help="Also play every alert's timelines with promtool.")
@click.option("--promtool", metavar="PATH", help="The promtool to use; by default the one on PATH. Implies --replay.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--require", "required", type=click.Choice(["replayed"]), help="Exit with 6 unless every alert could be replayed."
)
@catalog_option
def command(root: Path, roots: tuple[Path, ...], promtool: str | None, required: str | None, **flags: bool) -> None:
    """Prove what can be proven of the pack without containers: structure, queries, rules, dashboards, routes."""
    from obsboot.checks import check  # noqa: PLC0415
    from obsboot.commands.reporting import finish  # noqa: PLC0415
    from obsboot.workspace import load_pack  # noqa: PLC0415

    started = time.perf_counter()
    finish_interrupted(root)
    pack = load_pack(root, catalogue_of(roots))
    results = check(pack)
    if flags["played"] or promtool or required == "replayed":
        from obsboot.replay import replay  # noqa: PLC0415

        results += replay(pack, promtool)
    finish(_report(pack, results, time.perf_counter() - started), required, as_json=flags["as_json"])


def _report(pack: Pack, results: tuple[Result, ...], seconds: float) -> Report:
    from obsboot import __version__  # noqa: PLC0415
    from obsboot.model import Report  # noqa: PLC0415

    stack = pack.stack
    facts = {
        "command": "check",
        "service": stack.service,
        "team": stack.team,
        "environment": stack.environment,
        "mode": str(stack.values["mode"]),
        "length": seconds,
        "obsboot": __version__,
    }
    return Report(f"obsboot check of {stack.service}", results, facts=facts)
