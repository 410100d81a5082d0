"""The checks of the group `elasticsearch`."""
