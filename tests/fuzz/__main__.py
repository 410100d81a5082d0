"""`make fuzz`: the same random projects through obsboot, copier and cruft, and one table of what each has lost."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from obsboot.model import Exit
from tests.fuzz.counting import Count, counted
from tests.fuzz.peers import peers
from tests.fuzz.projects import Project, project
from tests.fuzz.tools import Obsboot

NOTES = """
lost           lines written by hand that stand in no file and in no sidecar after the update.
dropped        lines of the new template that stand nowhere either, while no word of the tool names their file. Not counted:
               files that the user deleted, and seeds, which are written once (copier: _skip_if_exists, cruft: skip).
silent         updates that end with exit code 0 although they lost or dropped lines or left conflicts, of all such updates.
conflicts      files with markers or with a sidecar, for the user to settle.
seconds        of one update, on the average; obsboot's without its start and its rendering: see `make bench` for the whole.
obsboot knows a renamed template by its name; the others have no place to say so."""
WIDTHS = "{:28}{:>9}{:>12}{:>8}{:>16}{:>9}{:>14}{:>11}{:>9}"
HEADS = ("", "projects", "hand lines", "lost", "template lines", "dropped", "silent", "conflicts", "seconds")


def main() -> int:
    """Prints the table; 4 if obsboot has lost or dropped a line or was silent, else 0."""
    options = _options()
    numbers = [options.only] if options.only is not None else range(options.projects)
    print(f"seed {options.seed}, {len(numbers)} projects", flush=True)
    ours = counted(Obsboot(), _projects(options.seed, numbers))
    print(WIDTHS.format(*HEADS))
    print(_row("obsboot", ours), flush=True)
    _show_peers(options, numbers[: options.peer_projects])
    print(NOTES)
    for line in (*ours.lost, *ours.dropped):
        print(f"obsboot, {line}")
    print(f"\nseed {options.seed}: --seed {options.seed} runs the same again, with --only NUMBER one project of it")
    return Exit.FAILED if ours.lost or ours.dropped or ours.silent else Exit.DONE


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--projects", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of all of them (default: random)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this one project")
    parser.add_argument("--with", dest="peers", default="copier,cruft", help="the peers (default: copier,cruft)")
    parser.add_argument("--peer-projects", type=int, default=20, help="how many of them (default: the first 20)")
    return parser.parse_args()


def _projects(seed: int, numbers: Sequence[int]) -> Iterator[Project]:
    return (project(f"{seed}/{number}") for number in numbers)


def _show_peers(options: argparse.Namespace, numbers: Sequence[int]) -> None:
    """The rows of the peers, below that of obsboot on the very projects that they get."""
    names = [name for name in options.peers.split(",") if name]
    if names:
        print(
            _row(f"obsboot, the first {len(numbers)}", counted(Obsboot(), _projects(options.seed, numbers))), flush=True
        )
    with tempfile.TemporaryDirectory(prefix="obsboot-fuzz-") as work:
        known = peers(Path(work))
        for name in names:
            tool, title = known.get(name), f"{name}, the first {len(numbers)}"
            row = _row(title, counted(tool, _projects(options.seed, numbers))) if tool else f"{title:28} not available"
            print(row, flush=True)


def _row(name: str, each: Count) -> str:
    silent, seconds = f"{each.silent} of {each.troubled}", f"{each.seconds / max(1, each.projects):.3f}"
    counts = (each.projects, each.hand, len(each.lost), each.new, len(each.dropped), silent, each.conflicts, seconds)
    return WIDTHS.format(name, *counts)


if __name__ == "__main__":
    sys.exit(main())
