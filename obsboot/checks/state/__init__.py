"""The checks of the group `state`."""
