"""The checks of the group `pack`."""
