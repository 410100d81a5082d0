"""Patterns that take log lines apart."""
