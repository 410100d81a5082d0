"""A format against its own samples: what differs from what it promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from obsboot.logs.documents import flat, get
from obsboot.logs.grok import compiled
from obsboot.logs.reading import FAILED, UNPARSED, begins, dataset, read
from obsboot.model import LogFormat, Sample

_GIVEN = ("event.dataset", "message")
"""What a sample need not say, where it is what it always is."""


def told(document: Mapping[str, Any], entry: str) -> dict[str, Any]:
    """The fields of a document that say something: the dataset and an untouched message go without saying."""
    fields = dict(flat(document))
    fields.pop("event.dataset", None)
    if fields.get("message") == entry:
        del fields["message"]
    return fields


def differences(formats: Sequence[LogFormat], format_: LogFormat, sample: Sample) -> Iterator[str]:
    """How the document of the sample differs from the expected one, a sentence a field."""
    alike = [each.name for each in formats if compiled(begins(each)).match(sample.entry)]
    if alike != [format_.name] and not sample.unparsed:
        yield f"it begins like {' and '.join(alike) or 'none of the formats'}"
    document = read(formats, {"message": sample.entry})
    got, expected = told(document, sample.entry), dict(sample.expected)
    if sample.unparsed:
        expected |= {**FAILED, "tags": [UNPARSED]}
    for name in sorted({*got, *expected}):
        if name not in got:
            yield f"{name} is missing: {expected[name]!r} was expected"
        elif name not in expected:
            yield f"{name} is {got[name]!r}, and the sample does not tell of it"
        elif got[name] != expected[name] or type(got[name]) is not type(expected[name]):
            yield f"{name} is {got[name]!r}, {expected[name]!r} was expected"
    if not sample.unparsed and get(document, "event.dataset") != dataset(format_):
        yield f"event.dataset is {get(document, 'event.dataset')!r}"


def undeclared(format_: LogFormat, known: Iterable[str], expected: Iterable[Sample]) -> Iterator[str]:
    """What the samples of a format and its declared fields do not share; `known` are the fields of all documents."""
    shown = {name for sample in expected for name in sample.expected}
    objects = tuple(f"{name}." for name, each in format_.fields.items() if each.type == "object")
    for name in sorted(shown - set(format_.fields) - set(known)):
        if not name.startswith(objects):
            yield f"{name} is in a sample, and not among the fields"
    for name in sorted(set(format_.fields) - shown):
        if not any(one.startswith(f"{name}.") for one in shown):
            yield f"no sample shows the field {name}"
