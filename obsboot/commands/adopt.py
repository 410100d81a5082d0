"""`obsboot adopt`: a pack for a repository that has observability files already, none of which is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.commands.showing import say
from obsboot.commands.terminal import ask_to_write, forget_typed, is_watched
from obsboot.model import Exit

if TYPE_CHECKING:
    from obsboot.catalog import Catalogue
    from obsboot.commands.adopt_text import Foreign
    from obsboot.commands.drafting import Said
    from obsboot.workspace.adopting import Adoption


@click.command("adopt", short_help="Take in a repository that has observability files of its own.")
@root_option
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Accept what was detected and the defaults; never ask.")
@click.option("--sidecars", is_flag=True, help="Write the pack's version beside each file that is kept.")
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="An answer, as for `obsboot init`. Repeatable."
)
@click.option("--answers", "file", type=click.Path(path_type=Path), metavar="FILE", help="Answers from a YAML file.")
@catalog_option
def command(root: Path, pairs: tuple[str, ...], file: Path | None, roots: tuple[Path, ...], **flags: bool) -> None:
    """Write the pack around what is there: like `obsboot init`, but a file of yours in the way is no reason to stop.

    A file that is there stays as it is, byte for byte, and later updates know it as yours. Beside that, every
    Prometheus, Alertmanager, Grafana, Filebeat and Logstash file of the repository is listed, wherever it is, with what
    the pack has of the same. Those files are only read.

    Exit codes: 0 done; 3 with --plan that there is something to do; 5 there is a pack already.
    """
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.adopt_text import as_data, show  # noqa: PLC0415
    from obsboot.commands.drafting import Said  # noqa: PLC0415

    asks = not (flags["yes"] or flags["as_json"] or flags["only_plan"] or pairs or file)
    said = Said(pairs, file, asks and is_watched(), quiet=flags["as_json"])
    finish_interrupted(root)
    adoption, foreign = _planned(root, said, catalogue_of(roots), flags["sidecars"])
    if flags["as_json"]:
        click.echo(json.dumps(as_data(adoption, foreign), indent=2, ensure_ascii=False))
    else:
        show(adoption, foreign)
    if error := workspace.refusal(adoption.plan):
        raise error
    if flags["only_plan"]:
        raise SystemExit(Exit.DONE if adoption.plan.is_noop else Exit.DRIFT)
    if said.interactive:
        forget_typed()
        ask_to_write("Write these files?")
    written = workspace.write(adoption.plan, undoable=True)
    if not flags["as_json"]:
        say(f"Wrote {len(written)} files. `obsboot undo` takes it back.")
        say("`obsboot check` shows what does not fit together yet.")


def _planned(root: Path, said: Said, catalogue: Catalogue, sidecars: bool) -> tuple[Adoption, Foreign]:
    """The plan, and each foreign file with what the pack has of the same."""
    from obsboot.commands.drafting import drafted  # noqa: PLC0415
    from obsboot.commands.foreign import doubles, pack_of, survey  # noqa: PLC0415
    from obsboot.commands.showing import show_detection  # noqa: PLC0415
    from obsboot.commands.wanting import wanted  # noqa: PLC0415
    from obsboot.detect import detect  # noqa: PLC0415
    from obsboot.workspace.adopting import plan_adoption, refuse_second  # noqa: PLC0415

    refuse_second(root)
    detection = detect(root, catalogue)
    if not said.quiet:
        show_detection(detection)
    goal = wanted(root, drafted(root, said, catalogue, detection, None), catalogue, None)
    adoption = plan_adoption(root, goal, sidecars)
    pack, paths = pack_of(goal.files), {file.path for file in goal.files}
    found = survey(root, without=adoption.of("same"))
    return adoption, tuple((one, () if one.path in paths else doubles(one, pack)) for one in found)
