"""The checks of the group `grafana`."""
