"""Observability files that others wrote, found by what is in them, and what the pack has of the same."""

from obsboot.commands.foreign.doubles import Pack, doubles, pack_of
from obsboot.commands.foreign.finding import survey
from obsboot.commands.foreign.kinds import Seen, recognised

__all__ = ["Pack", "Seen", "doubles", "pack_of", "recognised", "survey"]
