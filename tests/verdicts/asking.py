"""What a real log store says of objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from tests.verdicts.stores import PATHS, VALUES, Put, Verdict


class Asking:
    """Puts objects into a store, and takes out again what it took."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._taken: dict[tuple[str, str], None] = {}

    def answer(self, verdict: Verdict) -> str:
        """Why the store refuses one of the objects, or the document after them; empty where it takes all."""
        alone = len(verdict.puts) == 1 and not verdict.index
        if not alone:
            self.clear()
        refused = next((said for put in verdict.puts if (said := self._put(put))), "")
        if verdict.index and not refused:
            refused = _reason(self._ask("POST", f"{verdict.index}/_doc?op_type=create", verdict.document))
            self._ask("DELETE", f"_data_stream/{verdict.index}")
            self._ask("DELETE", verdict.index)
        if not alone:
            self.clear()
        return refused

    def clear(self) -> None:
        """Takes out everything that is in the store by this."""
        for kind, name in reversed(self._taken):
            self._ask("DELETE", f"{PATHS[kind]}/{name}")
        self._taken.clear()

    def refusals(self, types: Iterable[str]) -> dict[str, str]:
        """The kinds of values that a field refuses, by its type."""
        fields = {type_: {"type": type_} for type_ in types}
        settings = {"number_of_replicas": 0}
        self._ask(
            "PUT", "verdict-values", {"settings": settings, "mappings": {"properties": fields}}
        ).raise_for_status()
        refused = {
            type_: " ".join(name for name, value in VALUES.items() if self._refuses({type_: value})) for type_ in fields
        }
        self._ask("DELETE", "verdict-values")
        return refused

    def _refuses(self, document: Any) -> bool:
        return not self._ask("POST", "verdict-values/_doc", document).ok

    def _put(self, put: Put) -> str:
        said = self._ask("PUT", f"{PATHS[put.kind]}/{put.name}", put.body)
        if said.ok:
            self._taken[put.kind, put.name] = None
        return _reason(said)

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self._session.request(method, f"{self._url}/{path}", json=body, timeout=60)


def _reason(said: requests.Response) -> str:
    if said.ok:
        return ""
    error: Any = said.json().get("error")
    reasons: list[str] = []
    while isinstance(error, dict):
        reasons.append(str(error.get("reason") or error.get("type")))
        error = error.get("caused_by")
    return " <- ".join(reasons) or str(error)
