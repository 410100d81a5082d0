"""The checks of the group `rules`."""
