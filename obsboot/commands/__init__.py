"""One module per command; `obsboot.parser` collects them lazily."""
