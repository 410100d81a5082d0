"""Edits of a document in its own style: what goes in looks like what stands around it, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.merge.document.syntax import Item, Node, Source


@dataclass(frozen=True, slots=True)
class Style:
    """How a document is written: its line end (None: all on one line), one level of indentation, colon and gap.

    `unfold` says that what goes in comes from a text on one line, so its own line breaks say nothing; `by_key`, that
    all objects have their members in the order of their keys, as an export of Grafana has them.
    """

    line: str | None = "\n"
    unit: str = "  "
    colon: str = ": "
    gap: str = " "
    unfold: bool = False
    by_key: bool = False


INLINE = Style(line=None)


def style_of(document: Source, incoming: Source) -> Style:
    """The style of `document`; of `incoming` where it holds nothing that could show one."""
    model = document if document.root.items else incoming
    if not model.root.items:
        return INLINE
    held = list(_containers(model.root))
    by_key = all(_is_sorted(node) for node in held if node.kind == "object")
    colon = model.root.items[0].colon
    space = colon.partition(":")[2]
    broken = next((node for node in held if is_broken(node)), None)
    if broken is None:
        gap = model.root.items[1].before if len(model.root.items) > 1 else space
        return Style(None, "", colon, gap, by_key=by_key)
    before = next((item.before for item in broken.items if "\n" in item.before), broken.tail)
    line = "\r\n" if "\r\n" in before else "\n"
    unit = indentation(before).removeprefix(indentation(broken.tail)) or "  "
    return Style(line, unit, colon, space, not any(map(is_broken, _containers(incoming.root))), by_key)


def _is_sorted(node: Node) -> bool:
    keys = [item.key for item in node.items]
    return keys == sorted(keys)


def _containers(node: Node) -> Iterator[Node]:
    if node.kind != "scalar":
        yield node
        for item in node.items:
            yield from _containers(item.node)


def is_broken(node: Node) -> bool:
    """Whether a container is written over several lines."""
    return "\n" in node.tail or any("\n" in item.before for item in node.items)


def indentation(space: str) -> str:
    """What the last line of `space` begins with."""
    return space.rpartition("\n")[2]


def indent_of(item: Item) -> str | None:
    """The indentation at which the value of `item` closes; None where it has to stay on its line."""
    if "\n" in item.before:
        return indentation(item.before)
    return indentation(item.node.tail) if is_broken(item.node) else None


def indent_in(holder: Node, style: Style, indent: str | None) -> str | None:
    """The indentation for a new item of `holder`, which itself closes at `indent`; None: on one line."""
    siblings = [item for item in holder.items if item.node.items] if holder.kind == "array" else []
    if siblings:
        return indent_of(siblings[-1]) if is_broken(siblings[-1].node) else None
    if holder.items:
        before = holder.items[-1].before
        return indentation(before) if "\n" in before else None
    return None if indent is None or style.line is None else indent + style.unit


def restyle(node: Node, style: Style, indent: str | None) -> Node:
    """`node` itself, its space now as `style` has it; it closes at `indent`, or stays on one line where that is None."""
    if not node.items:
        node.tail = ""
        return node
    if style.by_key and node.kind == "object":
        node.items.sort(key=lambda item: item.key)
    inner = None
    if indent is not None and style.line is not None and (style.unfold or is_broken(node)):
        inner = indent + style.unit
    start = "" if inner is None else f"{style.line}{inner}"
    node.tail = "" if inner is None else f"{style.line}{indent}"
    for index, item in enumerate(node.items):
        item.before = style.gap if inner is None and index else start
        item.colon, item.after = style.colon if item.label else "", ""
        restyle(item.node, style, inner)
    return node


def arrange(holder: Node, items: list[Item], style: Style, indent: str | None) -> None:
    """Make `items`, old and new, the items of `holder`, which closes at `indent`."""
    old = holder.items
    if not items:
        holder.items, holder.tail = [], ""
        return
    if old:
        first = old[0].before
        rest = old[1].before if len(old) > 1 else first if "\n" in first else style.gap
    elif indent is None or style.line is None:
        first, rest, holder.tail = "", style.gap, ""
    else:
        first = rest = f"{style.line}{indent}{style.unit}"
        holder.tail = f"{style.line}{indent}"
    staying = set(map(id, old[1:]))
    for index, item in enumerate(items):
        if index == 0:
            item.before = first
        elif id(item) not in staying:
            item.before = rest
    items[-1].after = ""
    holder.items = items


def one_line(node: Node | None) -> str | None:
    """The text of a value on one line, its lexemes as they stand; None for one that is absent."""
    if node is None or node.kind == "scalar":
        return None if node is None else node.lexeme
    opening, closing = "{}" if node.kind == "object" else "[]"
    held = [f"{item.label}: {one_line(item.node)}" if item.label else one_line(item.node) or "" for item in node.items]
    return f"{opening}{', '.join(held)}{closing}"
