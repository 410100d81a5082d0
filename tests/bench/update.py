"""`make bench`, third part: an update and a look at whether one is due, beside those of copier and cruft.

One template in all of them: 40 files with a variable, each changed by the new version; the project is in git and has one
edit by hand. obsboot has two rows for an update. Its engine alone is what is comparable: it renders that very template
and brings it in. `obsboot update` is the whole command on the sample service's pack: some 180 files out of the catalogue,
and checks of what was merged. `obsboot status` has a row for each of the two as well.
Every run is a process of its own, the contenders take turns, and the median counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from obsboot.model import Exit
from tests.bench.update_projects import COPIER, OBSBOOT, copied, crufted, edited, engine, enlarged, pack
from tests.fuzz.peers import FailedError, Shell, cruft_command

CHANGED = ("--set", "redis.hit_rate_floor=0.85", "--set", "postgresql.slow_statement_seconds=1")
UNRELATED = (0, 2000, 8000)
UPDATE_AIM, STATUS_AIM, FLAT = 0.15, 0.08, 1.1


@dataclass(frozen=True)
class Cost:
    """Of one process and of those that it starts: `wall` and `cpu` in seconds, `peak` of the largest in MiB."""

    wall: float
    cpu: float
    peak: float
    """Never less than this process has itself when it starts the other, which is about 25."""


@dataclass
class Contender:
    """A command that ends with `code`; each run gets a copy of `origin`, where there is one, in its place."""

    name: str
    command: Sequence[str]
    folder: Path
    code: int = 0
    origin: Path | None = None
    costs: list[Cost] = field(default_factory=list)

    def run(self, shell: Shell) -> None:
        """One more run. Raises FailedError."""
        if self.origin:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.copytree(self.origin, self.folder, symlinks=True)
        environment = {name: value for name, value in shell.environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with tempfile.TemporaryFile() as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            if process.returncode != self.code:
                said = output.read()[-2000:].decode(errors="replace")
                raise FailedError(f"{self.name}: exit code {process.returncode}, not {self.code}\n{said}")
        self.costs.append(Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))

    def middle(self, of: Callable[[Cost], float]) -> float:
        return median(map(of, self.costs))

    @property
    def wall(self) -> float:
        return self.middle(lambda cost: cost.wall)

    @property
    def cpu(self) -> float:
        return self.middle(lambda cost: cost.cpu)

    @property
    def peak(self) -> float:
        return self.middle(lambda cost: cost.peak)


@dataclass(frozen=True)
class Field:
    """The contenders by what they do; those of cruft are missing where it is not installed."""

    start: Contender
    engine: Contender
    update: Contender
    same: Contender
    merge: Contender
    copier: Contender
    check: Contender
    status: Contender
    packed: Contender
    cruft: tuple[Contender, Contender] | None

    def __iter__(self) -> Iterator[Contender]:
        yield from (self.start, self.same, self.update, self.merge, self.engine, self.copier, *(self.cruft or ())[:1])
        yield from (self.status, self.packed, self.check, *(self.cruft or ())[1:])


def contenders(work: Path, shell: Shell) -> Field:
    """All projects, made below `work`, and what is run in them. Raises FailedError."""
    copier, sample, run = copied(work, shell), pack(work, shell), work / "run"
    merging, (project, command) = edited(sample, shell), engine(work, shell)
    update = ((*OBSBOOT, "update", "--yes"), (*OBSBOOT, "update", "--yes", *CHANGED))
    return Field(
        start=Contender("obsboot --version", (*OBSBOOT, "--version"), work),
        same=Contender("obsboot update, nothing new", update[0], sample),
        update=Contender("obsboot update, two answers", update[1], run, origin=sample),
        merge=Contender("obsboot update, two answers, one merge", update[1], run, origin=merging),
        engine=Contender("engine and Jinja, the 40 files", command, run, origin=project),
        copier=Contender("copier update", (*COPIER, "update", "--defaults"), run, origin=copier),
        check=Contender("copier check-update", (*COPIER, "check-update", "--quiet"), copier, code=2),
        status=Contender("obsboot status, the 40 files", (*OBSBOOT, "status"), project),
        packed=Contender("obsboot status, the sample's pack", (*OBSBOOT, "status"), sample),
        cruft=_cruft(work, run, shell),
    )


def _cruft(work: Path, run: Path, shell: Shell) -> tuple[Contender, Contender] | None:
    command = cruft_command()
    if command is None:
        return None
    project = crufted(work, shell, command)
    return (
        Contender("cruft update", (command, "update", "--skip-apply-ask"), run, origin=project),
        Contender("cruft check", (command, "check"), project, code=1),
    )


def memory(field_: Field, shell: Shell) -> Iterator[tuple[int, list[Contender]]]:
    """What updates take in repositories with more and more unrelated files; one run each."""
    for count in UNRELATED:
        row = []
        for each in (field_.update, field_.engine, field_.copier):
            assert each.origin
            folder = enlarged(each.origin, count, shell)
            row.append(Contender(each.name, each.command, folder))
            row[-1].run(shell)
            shutil.rmtree(folder)
        yield count, row


def show(field_: Field) -> None:
    """The times, and below them the ratios; the aims are about the wall time, the processor's depends less on the load."""
    print(f"{'':62}{'seconds':>10}{'CPU s':>10}{'MiB':>8}{'runs':>6}")
    for each in field_:
        print(f"{each.name:62}{each.wall:10.3f}{each.cpu:10.3f}{each.peak:8.0f}{len(each.costs):6}")
    print(f"\n{'':62}{'wall':>10}{'CPU':>10}{'aim':>10}")
    for ours in (field_.engine, field_.update, field_.merge, field_.same):
        show_pair(ours, field_.copier, UPDATE_AIM)
    for ours in (field_.status, field_.packed):
        show_pair(ours, field_.check, STATUS_AIM)
    if field_.cruft:
        show_pair(field_.engine, field_.cruft[0])
        show_pair(field_.status, field_.cruft[1])
    else:
        print("cruft: not available")


def show_pair(ours: Contender, theirs: Contender, aim: float | None = None) -> None:
    """What the one takes of what the other takes."""
    wall, cpu = ours.wall / theirs.wall, ours.cpu / theirs.cpu
    print(f"{f'{ours.name} / {theirs.name}':62}{wall:8.2f} x{cpu:8.2f} x{judged(wall, aim)}")


def judged(value: float, aim: float | None) -> str:
    """The aim, and whether it is met; empty where there is none."""
    return f"{f'<= {aim:g} x':>10}  {'met' if value <= aim else 'NOT MET'}" if aim else ""


def show_memory(rows: Iterable[tuple[int, list[Contender]]]) -> None:
    """A line for each number of unrelated files, and how much more the most take than none."""
    names, peaks = ("obsboot update", "engine", "copier update"), []
    print(f"\n{'MiB (seconds) with so many unrelated files':44}" + "".join(f"{name:>18}" for name in names))
    for count, row in rows:
        cells = "".join(f"{f'{each.peak:.0f} ({each.wall:.2f})':>18}" for each in row)
        print(f"{count:<44}{cells}", flush=True)
        peaks.append([each.peak for each in row])
    for name, first, last in zip(names, peaks[0], peaks[-1], strict=True):
        aim = None if name.startswith("copier") else FLAT
        more = last / first
        print(f"{f'memory of {name}, {UNRELATED[-1]} / none':62}{more:8.2f} x{'':10}{judged(more, aim)}".rstrip())


def main() -> int:
    """Runs everything and prints the tables; whether an aim is met leaves the exit code at 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.update", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of each command (default: 7)")
    runs = max(1, parser.parse_args().runs)
    with tempfile.TemporaryDirectory(prefix="obsboot-bench-") as folder:
        work = Path(folder)
        shell = Shell(work / "home")
        try:
            field_ = contenders(work, shell)
            for _ in range(runs):
                for each in field_:
                    each.run(shell)
            show(field_)
            show_memory(memory(field_, shell))
        except FailedError as error:
            print(f"bench: {error}", file=sys.stderr)
            return Exit.COULD_NOT_CHECK
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
