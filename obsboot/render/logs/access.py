"""Who may do what in the log store: one user a task, none with more than the task needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsboot.model import Stack
from obsboot.render.logs.logged import object_name, store, streams


@dataclass(frozen=True, slots=True)
class _Task:
    """What a user is for, and the privileges on the store and on its indices, in the words of either store."""

    about: str
    cluster: tuple[str, ...]
    indices: tuple[str, ...]
    everywhere: bool = False
    """Whether its privileges on indices are on all of them, for they let it see no document."""
    own_indices: bool = False
    """Whether it also keeps indices of its own, named after it."""


_KIBANA = "kibana"
_ELASTICSEARCH = {
    "writer": _Task(
        "Adds documents to the streams; reads nothing, changes nothing.", ("monitor",), ("auto_configure", "create_doc")
    ),
    # Grafana asks for the store's version and health before it asks for documents.
    "reader": _Task("Reads the streams.", ("monitor",), ("read", "view_index_metadata")),
    "monitor": _Task("Reads the state of the store, and no document.", ("monitor",), ("monitor",)),
    "alerter": _Task(
        "Reads the streams, and remembers what it has told.",
        ("monitor",),
        ("read", "view_index_metadata"),
        own_indices=True,
    ),
}
_OPENSEARCH = {
    "writer": _Task(
        "Adds documents to the streams; reads nothing, changes nothing.",
        ("cluster:monitor/main", "indices:data/write/bulk"),
        (
            "indices:admin/auto_create",
            "indices:admin/mapping/auto_put",
            "indices:data/write/bulk*",
            "indices:data/write/index",
        ),
    ),
    # Several searches at once are a privilege on the store, with those on the indices that each of them names.
    "reader": _Task(
        "Reads the streams.",
        ("cluster:monitor/main", "cluster:monitor/health", "indices:data/read/msearch"),
        ("read", "indices:admin/mappings/get", "indices:admin/get"),
    ),
    # It asks for the statistics of all indices at once, which is refused as a whole where one of them may not be seen.
    "monitor": _Task(
        "Reads the state of the store, and no document.", ("cluster_monitor",), ("indices_monitor",), everywhere=True
    ),
    # One document is written as a bulk of one, which is a privilege on the store as well.
    "alerter": _Task(
        "Reads the streams, and remembers what it has told.",
        ("cluster_monitor", "indices:data/write/bulk"),
        ("read", "indices:admin/mappings/get"),
        own_indices=True,
    ),
}


def roles(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """The roles, by name."""
    for name, task in _tasks(stack).items():
        role = object_name(stack, name)
        grants = [(["*" if task.everywhere else streams(stack)], task.indices)]
        if task.own_indices:
            grants.append(([f"{role}*"], ("all",) if store(stack) == "elasticsearch" else ("indices_all",)))
        yield role, _opensearch(task, grants) if store(stack) == "opensearch" else _elasticsearch(task, grants)


def users(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """The users, by name; each has the role of its name, and a password from the variable that is named."""
    for name, task in _tasks(stack).items():
        yield _user(stack, name, task.about, object_name(stack, name))
    if _has_kibana(stack):
        yield _user(stack, _KIBANA, "Kibana's own, for its settings and saved objects.", "kibana_system")


def _user(stack: Stack, name: str, about: str, role: str) -> tuple[str, dict[str, Any]]:
    return object_name(stack, name), {"full_name": about, "roles": [role], "password_from": password_of(name)}


def password_of(task: str) -> str:
    """The variable in `.env` that holds the password of the task's user."""
    return f"LOGS_{task.upper()}_PASSWORD"


def passwords(stack: Stack) -> Iterator[str]:
    """The variables of all users."""
    yield from map(password_of, _tasks(stack))
    if _has_kibana(stack):
        yield password_of(_KIBANA)


def _has_kibana(stack: Stack) -> bool:
    """Whether the pack brings it. OpenSearch has no role of that name, and refuses a user whose role is not there."""
    return store(stack) == "elasticsearch" and not stack.values["log_address"]


def _tasks(stack: Stack) -> Mapping[str, _Task]:
    return _OPENSEARCH if store(stack) == "opensearch" else _ELASTICSEARCH


def _elasticsearch(task: _Task, grants: list[tuple[list[str], tuple[str, ...]]]) -> dict[str, Any]:
    indices = [{"names": names, "privileges": list(allowed)} for names, allowed in grants]
    return {"cluster": list(task.cluster), "indices": indices, "metadata": {"about": task.about}}


def _opensearch(task: _Task, grants: list[tuple[list[str], tuple[str, ...]]]) -> dict[str, Any]:
    indices = [{"index_patterns": names, "allowed_actions": list(allowed)} for names, allowed in grants]
    return {"description": task.about, "cluster_permissions": list(task.cluster), "index_permissions": indices}
