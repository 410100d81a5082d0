"""The checks of the group `filebeat`."""
