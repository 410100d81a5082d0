"""JSON over indented lines, as Grafana itself exports it: what `json.dumps(data, indent=2)` says, in half of its time."""

from __future__ import annotations

import json
from json.encoder import encode_basestring

_NAMED = {True: "true", False: "false", None: "null"}


def dump(data: object, line: str = "\n") -> str:
    """`data` as JSON text; `line` is how its lines begin: a line feed and the indentation."""
    deeper = f"{line}  "
    match data:
        case str():
            return encode_basestring(data)
        case bool() | None:
            return _NAMED[data]
        case dict() if data:
            items = [f"{deeper}{encode_basestring(key)}: {dump(value, deeper)}" for key, value in data.items()]
            return "{" + ",".join(items) + line + "}"
        case list() | tuple() if data:
            return "[" + ",".join([deeper + dump(item, deeper) for item in data]) + line + "]"
        case int():
            return int.__repr__(data)
        case _:
            return json.dumps(data)
