"""What a component's exporter really exposes, recorded from its real server under the recipe's loads."""

from __future__ import annotations

from obsboot.model import Component


def record(component: Component) -> str:
    """The exposition text of the component's exporter, after every workload of its recipe has run for a while."""
    raise NotImplementedError(component.id)
