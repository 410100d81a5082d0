"""What runs that have died left behind: found by their labels, and by the folders that name their owner."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from obsboot.live.engine import connect, dead_runs, is_dead, remove
from obsboot.live.opening import FOLDER_PREFIX, OWNER_FILE


def clean() -> list[str]:
    """Remove everything of dead runs, and nothing of others; what was removed, one line each.

    Raises ObsbootError where no engine answers.
    """
    engine = connect()
    removed = []
    for run, folder in dead_runs(engine).items():
        removed.append(f"{run}: {remove(engine, run)} containers, networks and volumes")
        if Path(folder).name.startswith(FOLDER_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
    for left in sorted(Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*")):
        owner = left / OWNER_FILE
        if owner.is_file() and is_dead(owner.read_text()):
            shutil.rmtree(left, ignore_errors=True)
            removed.append(str(left))
    return removed
