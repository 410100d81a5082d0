"""The rule tests played by the promtool of the run's own Prometheus image, on the rules as the pack has them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from obsboot.live.run import Run
from obsboot.live.waiting import Stopped
from obsboot.model import Result
from obsboot.promtool import LIMIT, Ran
from obsboot.replay import replay_with


def replayed(run: Run, image: str) -> tuple[Result, ...]:
    """One result for each alert, from a container of its own beside the run's."""
    folder = run.folder / "replay"
    _lay_out(run, folder)
    made = run.engine.client.containers.create(
        image,
        ["-c", f"sleep {int(LIMIT * 4)}"],
        entrypoint="/bin/sh",
        name=f"{run.marks.run}-promtool",
        labels=run.marks.labels(),
        volumes=[f"{folder}:/replay:ro"],
        working_dir="/replay",
        network_mode="none",
        mem_limit="512m",
    )
    made.start()
    try:
        return replay_with(run.pack, lambda arguments: _promtool(run, made, arguments))
    finally:
        made.remove(force=True, v=True)


def _promtool(run: Run, container: object, arguments: Sequence[str]) -> Ran:
    if run.stopping.is_set():
        raise Stopped
    began = time.monotonic()
    done = container.exec_run(["promtool", *arguments], workdir="/replay")  # type: ignore[attr-defined]
    return Ran(done.exit_code, done.output.decode(errors="replace"), time.monotonic() - began)


def _lay_out(run: Run, folder: Path) -> None:
    """The pack's own files for Prometheus: no change of the run is in them."""
    stem = f"{run.stack.directory}/prometheus/"
    for path, data in run.copy.files.items():
        if path.startswith(stem):
            target = folder / path.removeprefix(stem)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    for entry in (folder, *folder.rglob("*")):
        entry.chmod(0o755 if entry.is_dir() else 0o644)
