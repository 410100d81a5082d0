"""The log half of a proving run: the store with the pack's objects, lines on their way into it, and alerts on them."""
