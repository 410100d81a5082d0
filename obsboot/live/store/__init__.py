"""The log store over HTTP. `apply.py` stands alone: a pack takes it along as it is."""
