"""A newer rendering of a pack meets the repository: what happens to each file, decided before anything is written."""

from obsboot.workspace.update.planning import Update, plan_update
from obsboot.workspace.update.verdicts import Verdict

__all__ = ["Update", "Verdict", "plan_update"]
