"""The checks of the group `runbook`."""
