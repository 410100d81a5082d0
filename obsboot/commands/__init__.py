"""One module per command; `obsboot.cli` collects them lazily."""
