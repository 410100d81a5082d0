"""The catalogue for people to read: the table of all components, and the pages of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from obsboot.catalog import Catalogue, inventory, recipe
from obsboot.model import Alert, Component, Proof, Question, Signal


def printed(*parts: RenderableType) -> None:
    """Writes the parts to standard output, in colour only on a terminal, never cut off where there is none."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    console.print(Group(*parts))


def proof_of(component: Component, thing: Signal | Alert) -> Proof:
    """How much of it can be shown at most: by a truth or a fault, by a replay, or only by reading it."""
    if isinstance(thing, Alert):
        live = bool(thing.fault) or thing.always
        return Proof.LIVE if live else Proof.REPLAYED if thing.replay else Proof.CHECKED
    if thing.truth:
        return Proof.LIVE
    of_alerts = [proof_of(component, alert) for alert in component.alerts.values() if alert.signal == thing.name]
    return max(of_alerts, default=Proof.CHECKED)


def proofs_of(component: Component) -> dict[str, int]:
    """How many signals and alerts reach which proof at most, the strongest first."""
    things: tuple[Signal | Alert, ...] = (*component.signals.values(), *component.alerts.values())
    found = Counter(proof_of(component, thing) for thing in things)
    return {str(proof): found[proof] for proof in sorted(found, reverse=True)}


def table(catalogue: Catalogue) -> Table:
    """One line a component."""
    drawn = _table("id", "title", "kind", "versions", "signals", "alerts", "proofs possible")
    for c in catalogue.values():
        proofs = ", ".join(f"{count} {proof}" for proof, count in proofs_of(c).items())
        drawn.add_row(c.id, c.title, c.kind, ", ".join(c.versions), str(len(c.signals)), str(len(c.alerts)), proofs)
    return drawn


def everything(component: Component) -> dict[str, Any]:
    """The component as plain data, with its recipe and the metrics of its recordings."""
    families = inventory(component).families
    metrics = {
        name: {
            "type": family.type,
            "labels": sorted(family.labels),
            "help": family.help,
            "recordings": family.recordings,
        }
        for name, family in sorted(families.items())
    }
    return {**asdict(component), "recipe": asdict(recipe(component)), "metrics": metrics}


def pages(component: Component) -> Iterator[RenderableType]:
    """Head, questions, signals, alerts, dashboard, files, limits; what there is none of is left out."""
    yield from _head(component)
    if component.questions:
        yield from (_title("Questions"), _questions(component.questions.values()))
    if component.signals:
        yield _title("Signals")
        yield from (_signal(component, signal) for signal in component.signals.values())
    if component.alerts:
        yield _title("Alerts")
        yield from (_alert(component, alert) for alert in component.alerts.values())
    if component.dashboard:
        yield _title(f"Dashboard: {component.dashboard.title}")
        for row in component.dashboard.rows:
            yield _line(row.title, ", ".join(" + ".join(panel.signals) for panel in row.panels))
    if component.files:
        yield _title("Files it adds")
        yield from (_line(file.path, file.owner) for file in component.files)
    if component.limits:
        yield _title("What it cannot tell")
        yield from (Padding(Text(limit), (0, 0, 0, 2), expand=False) for limit in component.limits)


def _head(component: Component) -> Iterator[RenderableType]:
    yield Text.assemble((component.title, "bold"), f"  {component.id}, {component.kind}")
    exporter = component.exporter
    facts = {
        "versions": ", ".join(component.versions),
        "roles": ", ".join(component.roles),
        "exporter": f"{exporter.image}, port {exporter.port}" if exporter else "",
        "recorded": f"{len(inventory(component).families)} metrics",
        "defined in": str(component.place),
    }
    yield from (_line(name, value) for name, value in facts.items() if value)


def _questions(questions: Any) -> Table:
    drawn = _table("name", "type", "default", "asks")
    for q in questions:
        roles = f" ({', '.join(q.roles)})" if q.roles else ""
        drawn.add_row(q.name, _type(q), "" if q.default is None else str(q.default), escape(q.ask) + roles)
    return drawn


def _type(question: Question) -> str:
    return " | ".join(question.choices) if question.choices else question.type


def _signal(component: Component, signal: Signal) -> RenderableType:
    roles = f", only as {', '.join(signal.roles)}" if signal.roles else ""
    head = Text.assemble((signal.name, "bold"), f"  {signal.title}: {signal.question}")
    facts = f"{signal.unit}, {signal.clock}, proof: {proof_of(component, signal)}{roles}"
    return Padding(
        Group(head, Padding(Text(f"{signal.expr}\n{facts}", style="dim"), (0, 0, 0, 2), expand=False)),
        (0, 0, 0, 2),
        expand=False,
    )


def _alert(component: Component, alert: Alert) -> RenderableType:
    head = Text.assemble((alert.name, "bold"), f"  {alert.severity}: {alert.summary}")
    lines = [f"{alert.signal} {condition(alert)} for {alert.hold}, proof: {proof_of(component, alert)}", alert.reason]
    lines += [f"{name}: {why}" for name, why in (("no replay", alert.no_replay), ("no fault", alert.no_fault)) if why]
    return Padding(
        Group(head, Padding(Text("\n".join(lines), style="dim"), (0, 0, 0, 2), expand=False)),
        (0, 0, 0, 2),
        expand=False,
    )


def condition(alert: Alert) -> str:
    """`above 0.9`, `below hit_rate_floor`."""
    said = ((word, getattr(alert, word)) for word in ("above", "below", "equals"))
    return " ".join(f"{word} {_number(value)}" for word, value in said if value is not None) or "exists"


def _table(*columns: str) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, justify="right" if column in ("signals", "alerts") else "left", overflow="fold")
    return drawn


def _title(text: str) -> RenderableType:
    return Text(f"\n{text}", style="bold underline")


def _line(name: str, value: str) -> RenderableType:
    return Padding(Text.assemble((f"{name}: ", "dim"), value), (0, 0, 0, 2), expand=False)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
