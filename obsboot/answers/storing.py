"""The answers file: only what somebody said, in a stable order, to be read and edited by people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

from obsboot.answers.keys import NONE
from obsboot.catalog import Catalogue
from obsboot.model import Value

_HEADER = """\
# What obsboot was told about this service; everything else follows from the catalogue's defaults.
# Each answer's provenance is in manifest.json. No answer is a secret.
"""
_FIRST = ("component", "role", "address", "version", "owned_by")


def stored_text(explicit: Mapping[str, Value], catalogue: Catalogue) -> str:
    """The text of `.obsboot/answers.yml` for explicit answers, by key. Same answers, same bytes."""
    plain: dict[str, object] = {name: explicit[name] for name in catalogue.questions if name in explicit}
    names = sorted({key.partition(".")[0] for key in explicit if "." in key})
    if instances := {name: dict(_own(name, explicit, catalogue)) for name in names}:
        plain["instances"] = instances
    text = yaml.safe_dump(plain, sort_keys=False, default_flow_style=False, allow_unicode=True, width=120)
    return _HEADER + (text if plain else "")


def _own(name: str, explicit: Mapping[str, Value], catalogue: Catalogue) -> Iterator[tuple[str, Value]]:
    component = str(explicit.get(f"{name}.component", name))
    yield "component", component
    if component == NONE:
        return
    questions = catalogue.components[component].questions if component in catalogue.components else {}
    for key in (*_FIRST[1:], *questions):
        if f"{name}.{key}" in explicit:
            yield key, explicit[f"{name}.{key}"]
