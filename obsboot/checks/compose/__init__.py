"""The checks of the group `compose`."""
