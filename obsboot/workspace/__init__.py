"""The only writer into the user's repository, and the keeper of what it wrote."""

from typing import TYPE_CHECKING

from obsboot.model.deferred import deferred

if TYPE_CHECKING:
    from obsboot.workspace.loading import has_pack, load_pack, stored, stored_answers
    from obsboot.workspace.planning import Action, Plan, Step, Wanted, plan, refusal
    from obsboot.workspace.state import State, load_state
    from obsboot.workspace.transaction import recover, write

__all__ = [
    "Action", "Plan", "State", "Step", "Wanted", "has_pack", "load_pack", "load_state", "plan", "recover", "refusal",
    "stored", "stored_answers", "write",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = deferred(__name__, ("state", "loading", "planning", "transaction"), __all__)
