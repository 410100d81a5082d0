"""How a number with a Grafana unit reads in a sentence."""

from __future__ import annotations

_TEMPLATES = {
    "percentunit": "{{ $value | humanizePercentage }}",
    "s": "{{ $value | humanizeDuration }}",
    "bytes": "{{ $value | humanize1024 }}B",
    "Bps": "{{ $value | humanize1024 }}B/s",
    "percent": "{{ $value | humanize }}%",
    "ops": "{{ $value | humanize }} a second",
    "reqps": "{{ $value | humanize }} requests a second",
    "cps": "{{ $value | humanize }} a second",
    "opm": "{{ $value | humanize }} a minute",
    "cpm": "{{ $value | humanize }} a minute",
}
_SUFFIX = {
    "ops": " a second",
    "reqps": " requests a second",
    "cps": " a second",
    "opm": " a minute",
    "cpm": " a minute",
}
_BINARY = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_TIME = (("d", 86400), ("h", 3600), ("m", 60))


def template(unit: str) -> str:
    """A Go template action that writes the alert's value in its unit."""
    return _TEMPLATES.get(unit, "{{ $value | humanize }}")


def spell(value: float, unit: str) -> str:
    """The number with its unit: 0.8 percentunit is `80%`, 300 s is `5m`, 1048576 bytes is `1MiB`."""
    if unit == "percentunit":
        return f"{_short(value * 100)}%"
    if unit == "percent":
        return f"{_short(value)}%"
    if unit == "s":
        return _scaled(value, _TIME, "s") if value >= 60 else _small(value)
    if unit in ("bytes", "Bps"):
        return _scaled(value, _BINARY, "B") + ("/s" if unit == "Bps" else "")
    return _short(value) + _SUFFIX.get(unit, "")


def _small(seconds: float) -> str:
    return f"{_short(seconds * 1000)}ms" if 0 < seconds < 1 else f"{_short(seconds)}s"


def _scaled(value: float, sizes: tuple[tuple[str, int], ...], base: str) -> str:
    for name, size in sizes:
        if value >= size:
            return f"{_short(value / size)}{name}"
    return f"{_short(value)}{base}"


def _short(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10000 else f"{value:,.0f}"
