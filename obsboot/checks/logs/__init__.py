"""The checks of the group `logs`."""
