"""The checks of the group `scrape`."""
