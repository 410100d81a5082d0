"""Documents that the store refuses for their content: Filebeat keeps them in a stream of their own, with the reason.

Only Filebeat that writes into the store itself knows of them; Logstash keeps its own dead letters.
"""

from __future__ import annotations

from pathlib import Path

from obsboot.logs.reading import FAILED
from obsboot.model import LogField, LogFormat, Place, Put, ReadJson, Rename, Stack
from obsboot.render.logs.logged import datasets, in_pipelines, keeps_logs, namespace

READER = "filebeat"
"""Whose format it is, where others have the id of their component."""
_KEPT = (
    "message", "event.module", "service.name", "service.environment", "labels.team", "log.file.path",
    "data_stream.type", "data_stream.namespace",
)  # fmt: skip
"""What is taken over of the refused document: texts that every document has, none of which can be refused again."""


def has_refused(stack: Stack) -> bool:
    """Whether refused documents are kept in a stream."""
    return keeps_logs(stack) and in_pipelines(stack)


def refused_dataset(stack: Stack) -> str:
    """Its `data_stream.dataset`: one of the service's, and that of no instance, whose names have no dot."""
    return datasets(stack).replace("*", f"{READER}.refused")


def refused_stream(stack: Stack, environment: str = "") -> str:
    """The name of the data stream; of all environments with `*`."""
    return f"logs-{refused_dataset(stack)}-{environment or namespace(stack)}"


def refused_format(stack: Stack) -> LogFormat:
    """What Filebeat writes: the document as JSON in `message`, `error.type` (the status) and `error.message` beside it."""
    marks: dict[str, str | bool] = {"tags": "refused", "data_stream.dataset": refused_dataset(stack), **FAILED}
    return LogFormat(
        "refused",
        "Documents that the store refused",
        starts=r"\{",
        steps=(ReadJson("message", "tmp.refused"), Rename({f"tmp.refused.{name}": name for name in _KEPT}), Put(marks)),
        fields={
            "error.type": LogField("error.type", "keyword", "The status of the refusal, 400 for most."),
            "error.message": LogField("error.message", "text", "Why the store refused it."),
        },
        place=Place(Path(__file__), 1),
        component=READER,
    )
