"""The checks of the group `alertmanager`."""
