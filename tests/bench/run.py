"""`make bench`: how long obsboot takes, and its snippet's log, side by side with what does comparable work, in one run.

The runs are interleaved and the shortest one counts: what else the machine does only ever makes a run longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import log_cost

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shop-api"
PYTHON = sys.executable
OBSBOOT = (PYTHON, "-m", "obsboot")
INIT = (*OBSBOOT, "init", "--yes", "--set", "team=shop")
COULD_NOT_RUN = 6
SLOW_RUNS = 2
"""How often what takes many seconds is run."""


class FailedError(Exception):
    """One of the commands did not do its work, so that its time means nothing."""


@dataclass(frozen=True)
class Cost:
    """Of one run: `wall` and `cpu` in seconds, `peak` in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass
class Contender:
    """A command, run in `folder` after `prepare`."""

    name: str
    command: Sequence[str]
    folder: Path
    prepare: Callable[[], object] = lambda: None
    slow: bool = False
    costs: list[Cost] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return min(cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        return min(cost.cpu for cost in self.costs)

    @property
    def peak(self) -> float:
        return min(cost.peak for cost in self.costs)

    def run(self) -> None:
        """One more run. Raises FailedError."""
        self.prepare()
        log = self.folder.parent / "last-output"
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(self.command, cwd=self.folder, env=_environment(), stdout=output, stderr=output)
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said = log.read_text(errors="replace")[-2000:]
            raise FailedError(f"{self.name}: exit code {process.returncode}\n{said}")
        self.costs.append(Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))


def _environment() -> dict[str, str]:
    """Ours, but modules may be kept compiled, as they are wherever somebody has installed them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def fresh(sample: Path) -> None:
    """The sample service at `sample`, without a pack."""
    shutil.rmtree(sample, ignore_errors=True)
    shutil.copytree(SAMPLE, sample, ignore=shutil.ignore_patterns("observability", ".obsboot", "__pycache__"))


def write_template(template: Path, pack: Path) -> int:
    """A template for copier with a file for each one of the pack, of the same size; returns how many."""
    files = [path for path in pack.rglob("*") if path.is_file()]
    for file in files:
        text = file.read_text().replace("{", "(").replace("}", ")")
        path = template / f"{file.relative_to(pack)}.jinja"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# {{ service }}, {{ team }}\n" + text[28:])
    (template / "copier.yml").write_text("service: {type: str, default: shop-api}\nteam: {type: str, default: shop}\n")
    return len(files)


@dataclass(frozen=True)
class Field:
    """All contenders; `tool` are promtool's checks and its tests, where there is a promtool."""

    bare: Contender
    copier: Contender
    init: Contender
    check: Contender
    tool: tuple[Contender, Contender] | None = None
    replay: Contender | None = None

    def __iter__(self) -> Iterator[Contender]:
        yield from (self.bare, self.copier, self.init, *(self.tool or ())[:1], self.check)
        yield from (self.tool or ())[1:]
        if self.replay:
            yield self.replay


def contenders(work: Path, promtool: str | None) -> Field:
    """The commands that are compared, in folders below `work`. Raises FailedError where there is no pack to compare."""
    repository, packed, copied, template = (work / name for name in ("shop", "packed", "copied", "template"))
    for sample in (repository, packed):
        fresh(sample)
    Contender("obsboot init", INIT, packed).run()
    count = write_template(template, packed / "observability")
    copy = (PYTHON, "-m", "copier", "copy", "--defaults", "--quiet", str(template), str(copied))
    base = Field(
        bare=Contender("python -c pass", (PYTHON, "-c", "pass"), packed),
        copier=Contender(f"copier copy of {count} text templates", copy, packed, lambda: shutil.rmtree(copied, True)),
        init=Contender("obsboot init --yes", INIT, repository, lambda: fresh(repository)),
        check=Contender("obsboot check", (*OBSBOOT, "check"), packed),
    )
    if promtool is None:
        return base
    folder = packed / "observability" / "prometheus"
    rules, tests = (sorted(str(p.relative_to(folder)) for p in (folder / d).glob("*.yaml")) for d in ("rules", "tests"))
    script = '"$0" check config --syntax-only prometheus.yml && "$0" check rules "$@"'
    checks = Contender("promtool check config, rules", ("sh", "-c", script, promtool, *rules), folder)
    played = Contender("promtool test rules", (promtool, "test", "rules", *tests), folder, slow=True)
    replay = (*OBSBOOT, "check", "--replay", "--promtool", promtool)
    again = Contender("obsboot check --replay", replay, packed, slow=True)
    return Field(base.bare, base.copier, base.init, base.check, (checks, played), again)


def judged(field: Field, written: Sequence[log_cost.Writer]) -> Iterator[tuple[str, str, str, str]]:
    """Each comparison, what it came to, what it aims at, and whether that is met."""
    yield _line("init, seconds", field.init.wall, 0.4, "s")
    yield _line("init / copier copy", field.init.wall / field.copier.wall, 0.6, "x")
    yield _line("init / bare interpreter", field.init.wall / field.bare.wall, None, "x")
    yield _line("check, seconds", field.check.wall, 1.0, "s")
    yield _line("check, peak memory", field.check.peak, 150, "MiB")
    if field.tool and field.replay:
        checks, played = field.tool
        yield _line("check / promtool check", field.check.wall / checks.wall, None, "x")
        yield _line(
            "check --replay / promtool check and test", field.replay.wall / (checks.wall + played.wall), None, "x"
        )
    for name, share in log_cost.compared(written):
        yield _line(name, share, 1.0, "x")


def _line(name: str, value: float, aim: float | None, unit: str) -> tuple[str, str, str, str]:
    digits = 0 if unit == "MiB" else 2
    met = "" if aim is None else "met" if value <= aim else "NOT MET"
    return name, f"{value:.{digits}f} {unit}", "" if aim is None else f"<= {aim:g} {unit}", met


def show(field: Field, written: Sequence[log_cost.Writer]) -> None:
    """The tables, times first, ratios below."""
    print(f"{'':44}{'seconds':>10}{'CPU s':>10}{'MiB':>8}{'runs':>6}")
    for each in field:
        print(f"{each.name:44}{each.wall:10.3f}{each.cpu:10.3f}{each.peak:8.0f}{len(each.costs):6}")
    print("\n" + "\n".join(log_cost.shown(written)))
    print(f"\n{'':44}{'came to':>10}{'aim':>14}")
    for name, value, aim, met in judged(field, written):
        print(f"{name:44}{value:>10}{aim:>14}  {met}".rstrip())
    if not field.tool:
        print("\nWithout promtool (OBSBOOT_PROMTOOL, or on PATH) there is nothing to compare check with.")
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")


def main() -> int:
    """Runs everything and prints the table; whether an aim is met leaves the exit code at 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of each command, the slow ones excepted (default: 7)")
    runs = max(1, parser.parse_args().runs)
    with tempfile.TemporaryDirectory(prefix="obsboot-bench-") as folder:
        try:
            promtool = shutil.which(os.environ.get("OBSBOOT_PROMTOOL") or "promtool")
            field = contenders(Path(folder), promtool and str(Path(promtool).resolve()))  # it runs in other folders
            for number in range(runs):
                for each in field:
                    if not each.slow or number < SLOW_RUNS:
                        each.run()
            written = log_cost.measured(Path(folder), runs)
        except FailedError as error:
            print(f"bench: {error}", file=sys.stderr)
            return COULD_NOT_RUN
        show(field, written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
