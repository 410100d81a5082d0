"""The checks of the group `yaml`."""
