"""`obsboot pull`: a dashboard that was edited in Grafana comes back into the repository, and only what was edited."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from obsboot.commands.opened import finish_interrupted
from obsboot.commands.options import catalog_option, catalogue_of, root_option
from obsboot.commands.terminal import ask_to_write, is_watched
from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.model import Finding, Pack
    from obsboot.workspace import Plan
    from obsboot.workspace.pulling import Board, Pulled


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    root: Path
    roots: tuple[Path, ...]
    names: tuple[str, ...]
    grafana: str
    files: tuple[str, ...]
    new: bool
    grafana_wins: bool
    only_plan: bool
    as_json: bool
    yes: bool

    @property
    def interactive(self) -> bool:
        return not (self.yes or self.as_json) and is_watched()


@dataclass(frozen=True, slots=True)
class Export:
    """One dashboard as Grafana has it; `where` it was read, `board` is that of the repository if there is one."""

    where: str
    uid: str
    title: str
    text: str
    board: Board | None


@click.command("pull", short_help="Bring dashboards that were edited in Grafana back into the repository.")
@root_option
@click.argument("names", nargs=-1, metavar="[DASHBOARD]...")
@click.option("--grafana", default="", metavar="URL", help="Read them from this Grafana.")
@click.option("--file", "files", multiple=True, metavar="FILE", help="An export of Grafana; - is stdin. Repeatable.")
@click.option("--new", is_flag=True, help="Also those that the repository does not have, as your own.")
@click.option("--grafana-wins", is_flag=True, help="Take Grafana's also where the file was changed since it loaded it.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--yes", "-y", is_flag=True, help="Never ask.")
@catalog_option
def command(**told: Any) -> None:
    """Take what was changed in Grafana into the dashboards' files, in the formatting that these have. All that Grafana
    adds by itself when it saves is left out.

    A DASHBOARD is a uid, a path or a file name; without any, all that the repository has are read. The token of a
    viewer is taken from OBSBOOT_GRAFANA_TOKEN, where Grafana wants a login.

    Exit codes: 0 done or nothing new; 3 with --plan that there is something, or what both sides changed differently;
    4 that is no dashboard; 6 Grafana cannot be reached.
    """
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.pull_text import as_data, show  # noqa: PLC0415
    from obsboot.workspace.pulling import pull_plan  # noqa: PLC0415

    asked = _checked(Asked(**told))
    catalogue = catalogue_of(asked.roots)
    finish_interrupted(asked.root)
    pack = workspace.load_pack(asked.root, catalogue)
    every, missing = _pulled(asked, pack)
    plan = pull_plan(asked.root, every)
    findings = _findings(pack, every)
    if asked.as_json:
        click.echo(json.dumps(as_data(every, missing, findings, plan), indent=2, ensure_ascii=False))
    else:
        show(every, missing, findings)
    _carry_out(asked, plan)
    raise SystemExit(Exit.DRIFT if any(each.conflicts for each in every) else Exit.DONE)


def _checked(asked: Asked) -> Asked:
    """Raises ObsbootError for what contradicts itself."""
    if bool(asked.grafana) == bool(asked.files):
        raise ObsbootError("say where the dashboards are: --grafana URL, or --file EXPORT.json", fix="one of both")
    if asked.files and asked.names and (len(asked.files), len(asked.names)) != (1, 1):
        raise ObsbootError("with --file, a DASHBOARD says which one the file is", fix="name one of each")
    return asked


def _carry_out(asked: Asked, plan: Plan) -> None:
    from obsboot import workspace  # noqa: PLC0415
    from obsboot.commands.showing import say  # noqa: PLC0415

    if error := workspace.refusal(plan):
        raise error
    if asked.only_plan:
        raise SystemExit(Exit.DONE if plan.is_noop else Exit.DRIFT)
    if plan.is_noop:
        return
    if asked.interactive:
        ask_to_write()
    written = workspace.write(plan, undoable=True)
    if not asked.as_json:
        say(f"Wrote {', '.join(written)}. `obsboot undo` takes it back.")


def _pulled(asked: Asked, pack: Pack) -> tuple[list[Pulled], list[str]]:
    """What becomes of each dashboard, and the uids of those of the repository that this Grafana does not have."""
    from obsboot.workspace.pulling import boards  # noqa: PLC0415

    there = boards(asked.root, pack.stack.directory)
    missing: list[str] = []
    read = _from_grafana(asked, there, missing) if asked.grafana else _from_files(asked, there)
    exports = list(read)
    if asked.grafana and not exports:
        raise ObsbootError(f"{asked.grafana}: Grafana has none of {', '.join(missing)}", code=Exit.FAILED)
    _demand_known(asked, exports, f"{pack.stack.directory}/grafana/dashboards/local")
    return [_one(asked, pack, each) for each in exports], missing


def _from_grafana(asked: Asked, there: Sequence[Board], missing: list[str]) -> Iterator[Export]:
    from obsboot.live.dashboards import dashboard_text  # noqa: PLC0415
    from obsboot.workspace.pulling import by_name, named  # noqa: PLC0415

    found = [(name, by_name(there, name)) for name in asked.names] or [(board.uid, board) for board in there]
    for name, board in found:
        uid = board.uid if board else name
        text = dashboard_text(asked.grafana, uid)
        if text is None and asked.names:
            raise ObsbootError(f"{asked.grafana}: Grafana has no dashboard {uid}", code=Exit.FAILED)
        if text is None:
            missing.append(uid)
        else:
            yield Export(asked.grafana, uid, named(text)[1], text, board)


def _from_files(asked: Asked, there: Sequence[Board]) -> Iterator[Export]:
    from obsboot.workspace.pulling import by_name, named  # noqa: PLC0415

    known = {board.uid: board for board in reversed(there)}
    said = by_name(there, asked.names[0]) if asked.names else None
    if asked.names and said is None:
        raise ObsbootError(f"{asked.names[0]}: the repository has no such dashboard", fix="name its uid or its file")
    seen: set[str] = set()
    for file in asked.files:
        text = _read(file)
        try:
            uid, title = named(text)
        except ValueError as error:
            raise _no_dashboard(file, error) from None
        uid = said.uid if said else uid
        if not uid:
            raise ObsbootError(f"{file}: it has no uid", fix="say which dashboard it is", code=Exit.FAILED)
        if uid in seen:
            raise ObsbootError(f"{file}: the dashboard {uid} is in another --file already", fix="leave one out")
        seen.add(uid)
        yield Export(file, uid, title, text, said or known.get(uid))


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise ObsbootError(f"--file {file}: it cannot be read: {error.strerror}") from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _no_dashboard(file, error) from None


def _demand_known(asked: Asked, exports: Sequence[Export], folder: str) -> None:
    unknown = [f"{each.uid} ({each.title})" for each in exports if each.board is None]
    if unknown and not asked.new:
        what = f"the repository has no dashboard {', '.join(unknown)}"
        raise ObsbootError(what, fix=f"--new writes it into {folder}/, as your own")


def _one(asked: Asked, pack: Pack, export: Export) -> Pulled:
    from obsboot.workspace.pulling import new_board, pulled  # noqa: PLC0415

    try:
        if export.board is None:
            return new_board(asked.root, pack.stack.directory, export.text)
        pristine = pack.recorded.get(export.board.path)
        return pulled(asked.root, export.board, export.text, pristine, wins=asked.grafana_wins)
    except ValueError as error:
        raise _no_dashboard(f"{export.where}: {export.uid}", error) from None


def _no_dashboard(where: str, error: ValueError) -> ObsbootError:
    fix = "export it in the classic format of Grafana, as JSON"
    return ObsbootError(f"{where}: {error}", fix=fix, code=Exit.FAILED)


def _findings(pack: Pack, every: Sequence[Pulled]) -> tuple[Finding, ...]:
    """What the checks say of these files as they will be."""
    changed = {each.board.path: each.text.replace("\r\n", "\n") for each in every if each.is_changed}
    if not changed:
        return ()
    from obsboot.checks import check  # noqa: PLC0415

    results = check(replace(pack, files={**pack.files, **changed}))
    return tuple(each for result in results for each in result.findings if each.path in changed)
