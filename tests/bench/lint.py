"""`make bench`, second part: how long `obsboot check` takes over folders of some size that it did not write.

A folder of the size n has n rules, n panels and n branches of Logstash. Beside it stand promtool, amtool and pint, where
they are at hand, over the same files; each of them judges a part of what obsboot judges. Every run is a process of its
own, the contenders take turns, and the median counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from obsboot.model import Exit
from tests.bench.lint_folder import write
from tests.bench.update import Contender
from tests.bench.update_projects import OBSBOOT
from tests.fuzz.peers import FailedError, Shell

SIZES, AIMED = (250, 1000, 2000), 1000
SECONDS_AIM, PEAK_AIM = 2.0, 150.0
"""Seconds of processor time and MiB at the size that is aimed at; at twice the size about twice as much."""
ONE_NAME_IN = 100
"""Of the folder with slips of the pen: each of them is found, named and explained."""


def contenders(work: Path) -> dict[str, Contender]:
    """What is run, by name: the linter over each size, and what others offer over the one that is aimed at."""
    found = {}
    for size in SIZES:
        folder = work / str(size)
        write(folder, size)
        found[f"obsboot check, {size}"] = Contender(f"obsboot check, {size}", (*OBSBOOT, "check", "."), folder)
    slips = work / "slips"
    write(slips, AIMED, ONE_NAME_IN)
    name = f"the same, {AIMED}, one name in {ONE_NAME_IN} misspelt"
    found[name] = Contender(name, (*OBSBOOT, "check", "."), slips, code=Exit.FAILED)
    return found | {each.name: each for each in _others(work / str(AIMED))}


def _others(folder: Path) -> Iterator[Contender]:
    rules = sorted(str(path.relative_to(folder)) for path in folder.glob("prometheus/rules/*"))
    if promtool := _program("OBSBOOT_PROMTOOL", "promtool"):
        yield Contender(f"promtool check rules, {AIMED}", (promtool, "check", "rules", *rules), folder)
        config = (promtool, "check", "config", "prometheus/prometheus.yml")
        yield Contender("promtool check config, rules included", config, folder)
    if amtool := _program("OBSBOOT_AMTOOL", "amtool"):
        yield Contender("amtool check-config", (amtool, "check-config", "alertmanager/alertmanager.yml"), folder)
    if pint := _program("OBSBOOT_PINT", "pint"):
        yield Contender("pint --offline lint, rules", (pint, "--offline", "lint", *rules), folder)


def _program(variable: str, name: str) -> str | None:
    found = shutil.which(os.environ.get(variable) or name)
    return found and str(Path(found).resolve())  # it runs in other folders


def show(every: Sequence[Contender], aimed: Contender) -> None:
    """The table: ratios are those of processor time to obsboot's at the size that is aimed at."""
    print(f"{'rules, panels and branches each':44}{'seconds':>10}{'CPU s':>10}{'MiB':>8}{f'x {AIMED}':>10}{'runs':>6}")
    for each in every:
        row = f"{each.name:44}{each.wall:10.3f}{each.cpu:10.3f}{each.peak:8.0f}{each.cpu / aimed.cpu:10.2f}"
        print(f"{row}{len(each.costs):6}")
    print(f"\n{'':44}{'came to':>10}{'aim':>12}")
    _judge(f"check of {AIMED}, processor time", aimed.cpu, SECONDS_AIM, "s")
    _judge(f"check of {AIMED}, peak memory", aimed.peak, PEAK_AIM, "MiB")


def _judge(name: str, value: float, aim: float, unit: str) -> None:
    said = f"{value:.{0 if unit == 'MiB' else 2}f} {unit}"
    print(f"{name:44}{said:>10}{f'<= {aim:g} {unit}':>12}  {'met' if value <= aim else 'NOT MET'}")


def main() -> int:
    """Runs everything and prints the table; whether an aim is met leaves the exit code at 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lint", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each command (default: 5)")
    runs = max(1, parser.parse_args().runs)
    with tempfile.TemporaryDirectory(prefix="obsboot-bench-") as folder:
        work = Path(folder)
        try:
            shell, found = Shell(work / "home"), contenders(work)
            for _ in range(runs):
                for each in found.values():
                    each.run(shell)
        except FailedError as error:
            print(f"bench: {error}", file=sys.stderr)
            return Exit.COULD_NOT_CHECK
        show(list(found.values()), found[f"obsboot check, {AIMED}"])
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
