"""The checks of the group `elastalert`."""
