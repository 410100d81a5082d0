"""The log half of a pack: shipping, reading, storing, looking, and alerts on what was written."""
