"""`obsboot detect`: what the repository tells by itself, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.options import catalog_option, catalogue_of, root_option

if TYPE_CHECKING:
    from obsboot.detect import Detection, Evidence, Suggestion


@click.command("detect", short_help="Show what the repository tells about its stack, with file:line.")
@root_option
@catalog_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(root: Path, roots: tuple[Path, ...], as_json: bool) -> None:
    """Show what the repository tells about its stack, and where. Reads only, and executes nothing."""
    from obsboot.commands.showing import say, show_detection  # noqa: PLC0415
    from obsboot.detect import detect  # noqa: PLC0415

    detection = detect(root, catalogue_of(roots))
    if as_json:
        click.echo(json.dumps(as_data(detection), indent=2))
        return
    show_detection(detection)
    for conflict in detection.conflicts():
        say(f"contradiction: {conflict}; decide with {conflict.flag}")
    if not detection.instances:
        say("Nothing that the catalogue knows was found. `obsboot catalog list` shows what it knows.")


def as_data(detection: Detection) -> dict[str, Any]:
    """The detection as plain data, the same for every run on the same files."""
    return {
        "values": {key: [_suggestion(one) for one in options] for key, options in detection.values.items()},
        "instances": {
            name: {
                "component": found.component,
                "sure": found.sure,
                "evidence": [_evidence(one) for one in found.evidence],
                "answers": {key: [_suggestion(one) for one in options] for key, options in found.answers.items()},
            }
            for name, found in detection.instances.items()
        },
        "conflicts": [
            {"key": one.key, "options": [_suggestion(option) for option in one.options], "flag": one.flag}
            for one in detection.conflicts()
        ],
        "not_covered": [{"name": one.name, **_evidence(one.evidence)} for one in detection.uncovered],
        "findings": [
            {"path": one.path, "line": one.line, "message": one.message, "fix": one.fix} for one in detection.findings
        ],
        "files": detection.files,
    }


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {"value": one.value, "sure": one.sure, **_evidence(one.evidence)}


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"path": one.path, "line": one.line, "why": one.why}
