"""The checks of the group `dashboard`."""
