"""The checks of the group `exposition`."""
