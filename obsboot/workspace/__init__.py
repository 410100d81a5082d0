"""The only writer into the user's repository, and the keeper of what it wrote."""

from obsboot.workspace.loading import load_pack, stored, stored_answers
from obsboot.workspace.planning import Action, Plan, Step, Wanted, plan, refusal
from obsboot.workspace.state import State, load_state
from obsboot.workspace.transaction import recover, write
from obsboot.workspace.undoing import undoing

__all__ = [
    "Action", "Plan", "State", "Step", "Wanted", "load_pack", "load_state", "plan", "recover", "refusal", "stored",
    "stored_answers", "undoing", "write",
]  # fmt: skip
