"""An entry's way through the filters of a pipeline: what is known of its fields at each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from obsboot.logs.syntax import Branch, Condition, Node, Plugin, Statement
from obsboot.sources.logstash.effects import Effects, Put, effects
from obsboot.sources.logstash.pipelines import Pipeline
from obsboot.sources.logstash.takings import Taking
from obsboot.sources.pipelines import Used, setting

Groks = Mapping[int, list[Taking]]
"""What each grok filter takes, by the identity of its plugin."""


@dataclass(slots=True)
class State:
    """The types of fields that are surely set, and the fields that are surely gone, with the filter that took them away."""

    types: dict[str, str] = field(default_factory=dict)
    gone: dict[str, Used] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.types), dict(self.gone))

    def set(self, put: Put) -> None:
        for name in [name for name in self.gone if _related(name, put.field)]:
            del self.gone[name]
        if put.type == "any":
            self.types.pop(put.field, None)
        else:
            self.types[put.field] = put.type

    def forget(self, above: str) -> None:
        """Anything may stand below the field now."""
        self.types = {name: kind for name, kind in self.types.items() if not name.startswith(above)}
        self.gone = {name: by for name, by in self.gone.items() if not name.startswith(above)}

    def lost(self, name: str) -> Used | None:
        """The filter that surely took a field away, or one that it stood in."""
        return next((by for gone, by in self.gone.items() if name == gone or name.startswith(f"{gone}[")), None)


@dataclass(frozen=True, slots=True)
class Assigned:
    """A field that a filter sets; `parsed` is whether it was found in a text."""

    used: Used
    put: Put
    parsed: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """All that happens to fields in one pipeline, in the order of its text.

    `asked` are the conditions, each with the types known there; `late` are reads of a field that is gone by then.
    """

    pipeline: Pipeline
    asked: list[tuple[str, Condition, Mapping[str, str]]] = field(default_factory=list)
    assigned: list[Assigned] = field(default_factory=list)
    removed: list[tuple[str, Node, Used]] = field(default_factory=list)
    reads: list[tuple[str, Node, Used]] = field(default_factory=list)
    late: list[tuple[str, Node, Used, Used]] = field(default_factory=list)
    opaque: list[Used] = field(default_factory=list)
    effects: dict[int, Effects] = field(default_factory=dict)
    """What each plugin does, by its identity."""

    @property
    def used(self) -> set[str]:
        """The fields that any filter or output looks at."""
        return {name for name, _, _ in self.reads}


def flow(pipeline: Pipeline, groks: Groks, types: Mapping[str, str]) -> Flow:
    """The way of entries that arrive with fields of these types."""
    walk = _Walk(Flow(pipeline), groks)
    state = State(dict(types))
    for kind in ("filter", "output"):
        for path, section in pipeline.sections(kind):
            walk.path, walk.section = path, kind
            walk.body(section.body, state)
    return walk.flow


class _Walk:
    def __init__(self, flow_: Flow, groks: Groks) -> None:
        self.flow = flow_
        self.groks = groks
        self.path = self.section = ""

    def body(self, body: Iterable[Statement], state: State) -> bool:
        """Whether an entry comes out at the end of it, changed as `state` says."""
        for each in body:
            if isinstance(each, Branch):
                if not self.branch(each, state):
                    return False
            elif not self.plugin(each, state):
                return False
        return True

    def branch(self, branch: Branch, state: State) -> bool:
        ends: list[State] = []
        for arm in branch.arms:
            if arm.condition is not None:
                self.flow.asked.append((self.path, arm.condition, dict(state.types)))
            inside = state.copy()
            if self.body(arm.body, inside):
                ends.append(inside)
        if branch.arms[-1].condition is not None:
            ends.append(state.copy())
        if ends:
            first, *others = ends
            state.types = {k: v for k, v in first.types.items() if all(o.types.get(k) == v for o in others)}
            state.gone = {k: v for k, v in first.gone.items() if all(k in o.gone for o in others)}
        return bool(ends)

    def plugin(self, plugin: Plugin, state: State) -> bool:
        used = Used(self.path, self.section, plugin)
        found = self.flow.effects[id(plugin)] = self._effects(used)
        for name, node in found.reads:
            self.flow.reads.append((name, node, used))
            if by := state.lost(name):
                self.flow.late.append((name, node, used, by))
        if self.section == "filter":
            self._change(used, found, state)
        return plugin.name != "drop" or setting(plugin, "percentage") is not None

    def _effects(self, used: Used) -> Effects:
        found = effects(used.plugin)
        if used.section != "filter":
            return Effects(reads=found.reads)
        for taking in self.groks.get(id(used.plugin), ()):
            for word in taking.patterns:
                taken = taking.definitions.library.fields(str(word.value))
                if taken is None:
                    found = replace(found, below=(*found.below, ""))
                else:
                    found = replace(found, parsed=(*found.parsed, *(Put(n, t, word) for n, t in taken.items())))
        return found

    def _change(self, used: Used, found: Effects, state: State) -> None:
        if found.opaque:
            self.flow.opaque.append(used)
            state.forget("")
        for above in found.below:
            state.forget(above)
        moved = {new: state.types.pop(old, "any") for old, new in found.moves}
        for old, _ in found.moves:
            state.gone[old] = used
        for put in found.puts:
            typed = replace(put, type=moved[put.field]) if put.field in moved else put
            self.flow.assigned.append(Assigned(used, typed))
            state.set(typed)
        for put in found.parsed:
            self.flow.assigned.append(Assigned(used, put, parsed=True))
            state.set(put)
        for name, node in found.removes:
            self.flow.removed.append((name, node, used))
            state.forget(name)
            if found.sure:
                state.gone[name] = used


class Family:
    """Fields, and whether another is one of them, stands in one of them, or holds one of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._above = {above for name in self.names for above in _above(name)}

    def touches(self, name: str) -> bool:
        return name in self.names or name in self._above or any(above in self.names for above in _above(name))


def _above(name: str) -> Iterator[str]:
    """The fields that a field stands in: `[a]` and `[a][b]` for `[a][b][c]`."""
    end = name.find("]")
    while 0 <= end < len(name) - 1:
        yield name[: end + 1]
        end = name.find("]", end + 1)


def _related(gone: str, put: str) -> bool:
    """Whether a field that is set brings back one that was gone."""
    return gone == put or gone.startswith(f"{put}[") or put.startswith(f"{gone}[")
