"""Strict YAML: a file becomes frozen dataclasses by their type hints, and every mistake has a line and a column."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from obsboot.catalog.forms import FORMS, Form
from obsboot.catalog.problems import Keys, Problem, listed, nearest
from obsboot.model import Place

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_SAFE = yaml.constructor.SafeConstructor()
_FAILED: Any = object()
"""Stands for a value that could not be read; its problem is already noted."""

_Given = Mapping[str, Any]
_Convert = Callable[["Source", yaml.Node, _Given], Any]


class Source:
    """One YAML file that is being read. Everything wrong in it goes to `problems`."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems

    def read(self, hint: Any, **given: Any) -> Any:
        """The file as a `hint`, with `given` for the fields that it does not say; None where it has a problem."""
        if (node := self.root()) is None:
            return None
        before = len(self.problems)
        try:
            value = _converter(hint)(self, node, given)
        except RecursionError:
            self.note(node, "the file nests without an end")
        return value if len(self.problems) == before else None

    def note(self, node: yaml.Node, message: str, fix: str = "") -> Any:
        """Adds a problem at the node, and stands for the value that it has none."""
        mark = node.start_mark
        self.problems.append(Problem(self.path, mark.line + 1, mark.column + 1, message, fix))
        return _FAILED

    def root(self) -> yaml.Node | None:
        """The syntax tree; None, and a problem, where there is none."""
        message, line, column = "the file is empty", 0, 0
        try:
            node: yaml.Node | None = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=_LOADER)
            if node is not None:
                return node
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
        except UnicodeDecodeError:
            message = "the file is not UTF-8"
        except yaml.MarkedYAMLError as error:
            if mark := error.problem_mark or error.context_mark:
                line, column = mark.line + 1, mark.column + 1
            message = f"this is not YAML: {error.problem or error.context}"
        except yaml.YAMLError as error:
            message = f"this is not YAML: {error}"
        self.problems.append(Problem(self.path, line, column, message))
        return None


def position(path: Path, keys: Keys) -> tuple[int, int]:
    """Line and column of what stands at `keys`, or of the deepest part of the way that the file says."""
    node = Source(path, []).root()
    at = node
    for key in keys:
        found = _step(node, key)
        if found is None:
            break
        at, node = found
    return (at.start_mark.line + 1, at.start_mark.column + 1) if at else (0, 0)


def _step(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


@cache
def _converter(hint: Hashable) -> _Convert:
    """What makes a value of type `hint` out of a node."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(_record, _shape(hint))
    if origin is Literal:
        return partial(_choice, args)
    if origin is tuple:
        return partial(_several, _converter(args[0]))
    if origin is Mapping:
        return partial(_mapping, _converter(args[1]))
    if hint is object:
        return _anything
    kinds = args if origin in (Union, types.UnionType) else (hint,)
    composed = [kind for kind in kinds if kind not in _WORDS]
    if len(composed) > 1:
        return partial(_variant, {next(iter(_shape(kind).keys)): _converter(kind) for kind in composed})
    return _converter(composed[0]) if composed else partial(_scalar, frozenset(kinds))


# Scalars ------------------------------------------------------------------------------------------------------------

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "nothing"}
_KINDS = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}


def _scalar(kinds: frozenset[type], source: Source, node: yaml.Node, _: _Given) -> Any:
    """A number where a number may be; any unquoted value but a truth or nothing is text as it is written."""
    kind = _kind(node)
    if kind is int and int not in kinds and float in kinds:
        kind = float
    if kind in (int, float, None) and kind not in kinds and str in kinds and isinstance(node, yaml.ScalarNode):
        kind = str
    if kind not in kinds or kind is None:
        quote = "put it in quotes" if str in kinds and isinstance(node, yaml.ScalarNode) else ""
        return source.note(node, f"expected {_expected(kinds)}, found {_found(node)}", quote)
    return node.value if kind is str else _number(source, node, kind)


def _number(source: Source, node: yaml.Node, kind: type) -> Any:
    try:
        value = _SAFE.construct_object(node)
    except (ValueError, yaml.YAMLError):
        return source.note(node, f"expected {_WORDS[kind]}, found {_found(node)}")
    if kind is float and not math.isfinite(value):
        return source.note(node, f"expected a finite number, found {node.value}")
    return float(value) if kind is float else value


def _choice(choices: tuple[str, ...], source: Source, node: yaml.Node, _: _Given) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        return source.note(node, f"expected {listed(choices)}, found {_found(node)}")
    if node.value not in choices:
        return source.note(node, f"{node.value!r} is not one of {', '.join(choices)}", nearest(node.value, choices))
    return node.value


def _kind(node: yaml.Node) -> type | None:
    return _KINDS.get(node.tag.removeprefix(_TAG)) if isinstance(node, yaml.ScalarNode) else None


def _expected(kinds: frozenset[type]) -> str:
    return listed([word for kind, word in _WORDS.items() if kind in kinds and kind is not type(None)])


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    names = {"bool": "the truth value ", "int": "the number ", "float": "the number ", "str": ""}
    kind = node.tag.removeprefix(_TAG)
    if kind == "null":
        return "nothing"
    return names.get(kind, "") + (repr(node.value) if kind == "str" else str(node.value))


# Collections --------------------------------------------------------------------------------------------------------


def _several(convert: _Convert, source: Source, node: yaml.Node, _: _Given) -> Any:
    if not isinstance(node, yaml.SequenceNode):
        return source.note(
            node, f"expected a list, found {_found(node)}", "write [a, b], or one item a line after a dash"
        )
    values = tuple(convert(source, item, {}) for item in node.value)
    return _FAILED if _FAILED in values else values


def _mapping(convert: _Convert, source: Source, node: yaml.Node, _: _Given) -> Any:
    values = {key: convert(source, value, {"": key}) for key, value in _pairs(source, node).items()}
    return _FAILED if _FAILED in values.values() else values


def _pairs(source: Source, node: yaml.Node, first: dict[str, yaml.Node] | None = None) -> dict[str, yaml.Node]:
    """Key -> value of a mapping. `first` collects where each key is said."""
    if not isinstance(node, yaml.MappingNode):
        source.note(node, f"expected a mapping, found {_found(node)}", "write key: value")
        return {}
    said, pairs = {} if first is None else first, {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            source.note(key, f"expected a name, found {_found(key)}")
        elif key.value in said:
            source.note(key, f"{key.value!r} is said twice", f"first in line {said[key.value].start_mark.line + 1}")
        else:
            said[key.value], pairs[key.value] = key, value
    return pairs


def _anything(source: Source, node: yaml.Node, _: _Given) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key: _anything(source, value, {}) for key, value in _pairs(source, node).items()}
    if isinstance(node, yaml.SequenceNode):
        return [_anything(source, item, {}) for item in node.value]
    kind = _kind(node)
    return node.value if kind in (str, None) else None if kind is type(None) else _number(source, node, kind)


# Dataclasses --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """A dataclass as a file says it: key -> field and converter; field -> key of those that have to be said."""

    made: type
    form: Form
    keys: Mapping[str, tuple[str, _Convert]]
    required: Mapping[str, str]
    placed: bool


def _shape(made: type) -> _Shape:
    form, hints = FORMS.get(made, Form()), get_type_hints(made)
    said = [f for f in fields(made) if f.name not in (*form.absent, form.key, "place")]
    keys = {form.renamed.get(f.name, f.name): (f.name, _converter(hints[f.name])) for f in said}
    required = {f.name: form.renamed.get(f.name, f.name) for f in said if _is_required(f)}
    return _Shape(made, form, keys, required, "place" in hints)


def _variant(converters: Mapping[str, _Convert], source: Source, node: yaml.Node, given: _Given) -> Any:
    """One of several dataclasses: the one whose first field the mapping says."""
    said = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    if found := [key for key in said if key in converters]:
        return converters[found[0]](source, node, given)
    return source.note(node, f"expected one of {', '.join(converters)}, found {', '.join(said) or _found(node)}")


def _is_required(said: Field[Any]) -> bool:
    return said.default is MISSING and said.default_factory is MISSING


def _record(shape: _Shape, source: Source, node: yaml.Node, given: _Given) -> Any:
    said: dict[str, yaml.Node] = {}
    if shape.form.bare and isinstance(node, yaml.ScalarNode):
        pairs: dict[str, yaml.Node] = {shape.form.bare: node}
    elif isinstance(node, yaml.MappingNode):
        pairs = _pairs(source, node, said)
    else:
        return source.note(node, f"expected a mapping, found {_found(node)}", f"keys: {', '.join(shape.keys)}")
    values = dict(_filled(shape, source, node, given))
    for key, value in pairs.items():
        if field := shape.form.single.get(key):
            if field in pairs:
                source.note(said[key], f"{key!r} is the short form of {field!r}", "write one of them")
            values[field] = _single(source, value)
        elif key in shape.keys:
            name, convert = shape.keys[key]
            values[name] = convert(source, value, {})
        else:
            source.note(said[key], f"nothing is called {key!r} here", nearest(key, (*shape.keys, *shape.form.single)))
    lacking = [key for name, key in shape.required.items() if name not in values]
    for key in lacking:
        source.note(node, f"{_title(shape, given)} lacks {key!r}")
    return _FAILED if lacking or _FAILED in values.values() else shape.made(**values)


def _filled(shape: _Shape, source: Source, node: yaml.Node, given: _Given) -> Iterator[tuple[str, Any]]:
    """The fields that are not said: the place, the name that is the key in the mapping above, what the caller gives."""
    if shape.placed:
        yield "place", Place(source.path, node.start_mark.line + 1)
    for name, value in given.items():
        if name or shape.form.key:
            yield name or shape.form.key, value


def _single(source: Source, node: yaml.Node) -> Any:
    value = _scalar(frozenset({str}), source, node, {})
    return value if value is _FAILED else (value,)


def _title(shape: _Shape, given: _Given) -> str:
    return f"{shape.made.__name__.lower()} {given['']!r}" if "" in given else f"the {shape.made.__name__.lower()}"
