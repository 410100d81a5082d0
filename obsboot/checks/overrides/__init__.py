"""The checks of the group `overrides`."""
