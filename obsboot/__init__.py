"""obsboot writes an observability pack for a backend service and proves that it works."""

__version__ = "0.1.0"
