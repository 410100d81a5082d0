"""The only writer into the user's repository, and the keeper of what it wrote."""

from importlib import import_module
from typing import TYPE_CHECKING

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
    _PARTS = ("state", "loading", "planning", "transaction")

    def __getattr__(name):
        """The name out of the first part that has it: who only looks at files need not wait for what writes them."""
        if name in __all__:
            for part in _PARTS:
                if (found := vars(import_module(f"{__name__}.{part}")).get(name)) is not None:
                    globals()[name] = found
                    return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
