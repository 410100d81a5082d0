"""Installs a pack's objects in Elasticsearch or OpenSearch, and says of each whether it was created, updated or there.

The folder holds `retention`, `pipelines`, `component-templates`, `index-templates`, `roles` and `users`, one JSON file
an object. The password of the user is in ELASTIC_PASSWORD; each user that is made has a variable of its own. Data are
never deleted, and what others made is not touched: all names begin with the service's. Needs nothing but Python itself.
Exit codes: 0 done; 1 an object was refused; 2 usage; 6 the store cannot be reached, or lacks what an object needs.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REFUSED, USAGE, UNREACHABLE = 1, 2, 6
_SECONDS = 30.0
"""For one answer; a template on a busy cluster is agreed on by all masters first."""


class StoreError(Exception):
    """Something that the person has to know; `code` is the exit code."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Kind:
    """Where objects of a kind are, by store, and how the store wraps one in its answer."""

    title: str
    elasticsearch: str
    opensearch: str
    wrapped: tuple[str, ...] = ("{name}",)


KINDS = {
    "retention": Kind("retention policy", "_ilm/policy", "_plugins/_ism/policies"),
    "pipelines": Kind("ingest pipeline", "_ingest/pipeline", "_ingest/pipeline"),
    "component-templates": Kind(
        "component template", *("_component_template",) * 2, ("component_templates", "0", "component_template")
    ),
    "index-templates": Kind("index template", *("_index_template",) * 2, ("index_templates", "0", "index_template")),
    "roles": Kind("role", "_security/role", "_plugins/_security/api/roles"),
    "users": Kind("user", "_security/user", "_plugins/_security/api/internalusers"),
}
ADDED = (
    *("created_date", "created_date_millis", "modified_date", "modified_date_millis", "version", "in_use_by"),
    *("_id", "_version", "_seq_no", "_primary_term", "policy.policy_id", "policy.user", "policy.schema_version"),
    *("policy.error_notification", "policy.deprecated", "policy.phases.hot.min_age"),
    "policy.phases.delete.actions.delete.delete_searchable_snapshot",
    *("data_stream.hidden", "data_stream.allow_custom_routing", "data_stream.timestamp_field.name"),
    *("applications", "run_as", "transient_metadata.enabled", "reserved", "hidden", "static", "tenant_permissions"),
)
"""Fields, by their dotted names, that stores add by themselves: nothing is different for them."""
ADDED_TO_ITEMS = {"last_updated_time", "retry", "copy_alias", "allow_restricted_indices", "dls", "fls", "masked_fields"}
"""And those of items of lists, by their own names."""
STREAMS = "data streams"
_NO_WAY = ("no handler found", "Incorrect HTTP method", "Invalid index name [_")


class Store:
    """The store over HTTP. `flavour` is `elasticsearch` or `opensearch`, as it says of itself."""

    def __init__(self, url: str, user: str = "", password: str = "", ca: str = "") -> None:
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/json"}
        if user:
            self.headers["Authorization"] = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
        self.context = _trusting(ca) if self.url.startswith("https:") else None
        self.flavour = ""
        self.passwords: Mapping[str, str] = os.environ

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and answer. Raises StoreError where nothing answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, self.headers, method=method)  # noqa: S310 - http or https by the option
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS, context=self.context) as answer:  # noqa: S310
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _decoded(error.read())
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.url} does not answer: {error}", UNREACHABLE) from None

    def wait(self, seconds: float) -> None:
        """Until the cluster can take templates. Raises StoreError when the time is over, or the user is refused."""
        until = time.monotonic() + seconds
        while why := self._unready():
            if time.monotonic() > until:
                raise StoreError(f"{self.url} is not ready after {seconds:g} s: {why}", UNREACHABLE)
            time.sleep(2)
        version = self.ask("GET", "")[1].get("version", {})
        self.flavour = "opensearch" if version.get("distribution") == "opensearch" else "elasticsearch"

    def _unready(self) -> str:
        try:
            status, health = self.ask("GET", "_cluster/health")
        except StoreError as error:
            return str(error)
        if status in (401, 403):
            raise StoreError(f"{self.url} refuses the user (HTTP {status}): look at --user and ELASTIC_PASSWORD")
        health = health.get("status") if isinstance(health, dict) else None
        return "" if health in ("yellow", "green") else f"its health is {health or f'unknown (HTTP {status})'}"

    def lacks(self) -> frozenset[str]:
        """What the store's distribution does not have: kinds of objects, and data streams."""
        ways = {name: getattr(KINDS[name], self.flavour) for name in ("retention", "roles", "users")}
        ways[STREAMS] = "_data_stream"
        return frozenset(name for name, way in ways.items() if _is_unknown(*self.ask("GET", way)))


def _trusting(ca: str) -> ssl.SSLContext:
    """Authorities that stores made themselves lack the key usage that Python asks for since 3.13, and nobody else does."""
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise StoreError(f"--ca {ca}: this is no authority in PEM: {error}", USAGE) from None
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _is_unknown(status: int, answer: Any) -> bool:
    """Whether the store does not know the way at all; it may take it for the name of an index that cannot be."""
    return status in (400, 405) and any(text in str(answer) for text in _NO_WAY)


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data or b"null")
    except ValueError:
        return data.decode(errors="replace")


def apply(store: Store, folder: Path, dry_run: bool, lenient: bool) -> Iterator[tuple[str, str, str]]:
    """Installs every object in order; yields of each its kind, its name and what was done with it.

    `lenient` leaves out what the store's distribution lacks, where it would else be an error: without data streams the
    same templates serve plain indices.
    """
    lacking = store.lacks() if lenient else frozenset()
    for kind_name, kind in KINDS.items():
        for path in sorted((folder / kind_name).glob("*.json")):
            retains = kind_name == "component-templates" and path.stem.endswith("-retention")
            if kind_name in lacking or (retains and "retention" in lacking):
                yield kind.title, path.stem, "left out"
                continue
            body = _without(json.loads(path.read_text(encoding="utf-8")), lacking)
            install = _user if kind_name == "users" else _object
            yield kind.title, path.stem, install(store, kind, path.stem, body, dry_run)


def _without(body: dict[str, Any], lacking: frozenset[str]) -> dict[str, Any]:
    """The object for a store that lacks something."""
    if STREAMS in lacking:
        body.pop("data_stream", None)
    if "retention" in lacking and "composed_of" in body:
        body["composed_of"] = [name for name in body["composed_of"] if not name.endswith("-retention")]
    return body


def _object(store: Store, kind: Kind, name: str, body: dict[str, Any], dry_run: bool) -> str:
    answer, there = _there(store, kind, name)
    if there is not None and same(body, there):
        return "unchanged"
    if not dry_run:
        _put(store, kind, name, body, _precondition(answer))
    return "created" if there is None else "updated"


def _user(store: Store, kind: Kind, name: str, body: dict[str, Any], dry_run: bool) -> str:
    """A user is unchanged where its roles are the same and its password opens the door."""
    variable = body.pop("password_from")
    password = store.passwords.get(variable, "")
    if not password:
        raise StoreError(f"user {name}: the variable {variable} is empty: set its password there", USAGE)
    _, there = _there(store, kind, name)
    is_opensearch = store.flavour == "opensearch"
    roles = "opendistro_security_roles" if is_opensearch else "roles"
    if there is not None and there.get(roles) == body["roles"] and _opens(store, name, password):
        return "unchanged"
    about = {"attributes": {"about": body["full_name"]}} if is_opensearch else {"full_name": body["full_name"]}
    if not dry_run:
        _put(store, kind, name, {"password": password, roles: body["roles"], **about})
    return "created" if there is None else "updated"


def _there(store: Store, kind: Kind, name: str) -> tuple[Any, dict[str, Any] | None]:
    """The store's answer, and the object in it, if there is one of the name."""
    status, answer = store.ask("GET", f"{getattr(kind, store.flavour)}/{name}")
    if status not in (200, 404):
        raise _refusal(kind, name, status, answer)
    return answer, _unwrapped(answer, kind, name) if status == 200 else None


def _opens(store: Store, name: str, password: str) -> bool:
    as_user = Store(store.url, name, password)
    as_user.context = store.context
    where = "_plugins/_security/authinfo" if store.flavour == "opensearch" else "_security/_authenticate"
    return as_user.ask("GET", where)[0] == 200


def _put(store: Store, kind: Kind, name: str, body: dict[str, Any], precondition: str = "") -> None:
    status, answer = store.ask("PUT", f"{getattr(kind, store.flavour)}/{name}{precondition}", body)
    if status not in (200, 201):
        raise _refusal(kind, name, status, answer)


def _refusal(kind: Kind, name: str, status: int, answer: Any) -> StoreError:
    """What the store said; a way that it does not know at all is something that it lacks."""
    if _is_unknown(status, answer):
        return StoreError(f"this store has no {kind.title} ({name}): its distribution lacks the feature", UNREACHABLE)
    return StoreError(f"{kind.title} {name} is refused (HTTP {status}): {_reason(answer)}")


def _reason(answer: Any) -> str:
    """What the store said, with the cause at the bottom, which is the one that helps."""
    reasons = []
    said = answer.get("error", answer) if isinstance(answer, dict) else answer
    while isinstance(said, dict):
        reasons.append(str(said.get("reason", said)))
        said = said.get("caused_by")
    return ": ".join(reasons) or str(said)


def _precondition(answer: Any) -> str:
    """OpenSearch changes a policy only for somebody who knows its last version."""
    known = isinstance(answer, dict) and "_seq_no" in answer
    return f"?if_seq_no={answer['_seq_no']}&if_primary_term={answer['_primary_term']}" if known else ""


def _unwrapped(answer: Any, kind: Kind, name: str) -> dict[str, Any] | None:
    """The object in the store's answer; OpenSearch does not wrap a policy."""
    found = answer
    for step in kind.wrapped:
        if isinstance(found, list):
            found = found[int(step)] if int(step) < len(found) else None
        elif isinstance(found, dict):
            found = found.get(name, found) if step == "{name}" else found.get(step)
    return found if isinstance(found, dict) else None


def same(wanted: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether the store has what is wanted, and beside it nothing but what it adds by itself."""
    ours, theirs = dict(_leaves(wanted)), dict(_leaves(there))
    known = tuple(f"{name}." for name in ADDED)
    extra = (name for name in theirs.keys() - ours.keys() if ADDED_TO_ITEMS.isdisjoint(name.split(".")))
    return all(f"{name}.".startswith(known) for name in extra) and ours.items() <= theirs.items()


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value with its dotted name, as text: stores give numbers and truths back as either."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, f"{name}.{key}" if name else str(key))
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def main(arguments: list[str] | None = None) -> int:
    """The command; prints a line an object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:9200")
    parser.add_argument("--user", default="")
    parser.add_argument("--ca", default="", help="the certificate authority of an https address")
    parser.add_argument("--wait", type=float, default=120.0, help="seconds until the store has to be ready")
    parser.add_argument("--lenient", action="store_true", help="leave out what the store's distribution lacks")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    said = parser.parse_args(arguments)
    try:
        if not said.folder.is_dir():
            raise StoreError(f"{said.folder}: there is no such folder", USAGE)
        store = Store(said.url, said.user, os.environ.get("ELASTIC_PASSWORD", ""), said.ca)
        store.wait(said.wait)
        counts = Counter[str]()
        for kind, name, done in apply(store, said.folder, said.dry_run, said.lenient):
            counts[done] += 1
            print(f"{done:<10} {kind:<20} {name}")
        print(", ".join(f"{count} {done}" for done, count in sorted(counts.items())) or "there is nothing to install")
    except StoreError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
