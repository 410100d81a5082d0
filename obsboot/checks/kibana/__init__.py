"""The checks of the group `kibana`."""
