"""The checks of the group `json`."""
