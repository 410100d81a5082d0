"""What stands on top of mappings, and the templates of fields that come later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsboot.catalog.problems import nearest
from obsboot.promql.likeness import meant
from obsboot.sources.documents import Way
from obsboot.sources.fieldtypes import TYPES, is_format
from obsboot.sources.options import options
from obsboot.sources.stores import KNOWN

_ROOT = options(KNOWN["root"])
_TEMPLATE = options(KNOWN["dynamic_template"])
_DYNAMIC = KNOWN["words"]["dynamic"].split()
_MATCHED = KNOWN["dynamic_types"].split()
_SWITCHES = ("date_detection", "numeric_detection")

Fault = tuple[Way, str]


def root_faults(mappings: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    """Everything on top of mappings for which the store refuses them, with the way to it."""
    for name, value in mappings.items():
        if name not in _ROOT and (advice := meant(name, _ROOT)):
            yield (*way, name), f"mappings have no {name!r}: {advice}"
        elif name not in _ROOT and isinstance(value, dict) and "properties" in value:
            yield (*way, name), f"mappings are of a type {name!r}, and there are no types any more"
    dynamic = mappings.get("dynamic")
    if dynamic is not None and (str(dynamic).lower() if isinstance(dynamic, bool) else str(dynamic)) not in _DYNAMIC:
        yield (*way, "dynamic"), f"dynamic is none of {', '.join(_DYNAMIC)}, but {dynamic!r}"
    for name in _SWITCHES:
        if mappings.get(name) not in (None, True, False, "true", "false"):
            yield (*way, name), f"{name} takes true or false, and this is {mappings[name]!r:.40}"
    formats = mappings.get("dynamic_date_formats")
    for number, each in enumerate(formats if isinstance(formats, list) else ()):
        for part in str(each).split("||"):
            if not is_format(part):
                yield (*way, "dynamic_date_formats", number), f"{part!r} is no format of dates"
    yield from _templates(mappings.get("dynamic_templates"), (*way, "dynamic_templates"))


def _templates(found: object, way: Way) -> Iterator[Fault]:
    if found is not None and not isinstance(found, list):
        yield way, "dynamic_templates is a list of objects, each with one name"
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict) and len(one) == 1:
            ((name, body),) = one.items()
            if isinstance(body, dict):
                yield from _template(name, body, (*way, number, name))
        else:
            yield (*way, number), "a dynamic template is an object with one name"


def _template(name: str, body: Mapping[str, Any], way: Way) -> Iterator[Fault]:
    for key in body:
        if key not in _TEMPLATE:
            yield (*way, key), f"dynamic template {name} has no option {key!r}: {nearest(key, _TEMPLATE)}"
    if "mapping" not in body and "runtime" not in body and not body.keys() - _TEMPLATE.keys():
        yield way, f"dynamic template {name} lacks mapping"
    if not any(key in body for key in ("match", "path_match", "match_mapping_type")):
        yield way, f"dynamic template {name} lacks match, path_match or match_mapping_type"
    matched = body.get("match_mapping_type")
    for each in matched if isinstance(matched, list) else [matched]:
        if isinstance(each, str) and each not in _MATCHED:
            yield (*way, "match_mapping_type"), f"dynamic template {name}: {each!r} is none of {', '.join(_MATCHED)}"
    mapping = body.get("mapping")
    type_ = mapping.get("type") if isinstance(mapping, dict) else None
    if isinstance(type_, str) and "{" not in type_ and type_ not in TYPES:
        message = f"dynamic template {name}: there is no type {type_!r}: {nearest(type_, TYPES)[:90]}"
        yield (*way, "mapping", "type"), message
