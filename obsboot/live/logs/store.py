"""What a proving run asks the log store that it has started."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from obsboot.live import asking
from obsboot.model import Exit

_SECONDS = 30.0
_PAGE = 2000
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogStore:
    """Elasticsearch or OpenSearch; `base` gives its URL at the moment, `login` is user and password of the run."""

    base: Callable[[], str]
    login: tuple[str, str]
    session: requests.Session = field(default_factory=asking.session)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of the answer. Raises NoAnswer, also for what the store refuses."""
        return self._send(method, path, json=body)

    def count(self, streams: str, query: str = "*") -> int:
        """Documents of these streams that a Lucene query finds; none where there is no such stream yet."""
        self.ask("POST", f"{streams}/_refresh?ignore_unavailable=true")
        body = {"query": {"query_string": {"query": query}}}
        return int(self.ask("POST", f"{streams}/_count?ignore_unavailable=true", body)["count"])

    def documents(self, streams: str, query: str) -> list[dict[str, Any]]:
        """Every document of these streams that a Lucene query finds, with its id as `_id`."""
        self.ask("POST", f"{streams}/_refresh?ignore_unavailable=true")
        body = {"size": _PAGE, "sort": ["_doc"], "query": {"query_string": {"query": query}}}
        page = self.ask("POST", f"{streams}/_search?ignore_unavailable=true&scroll=1m", body)
        found: list[dict[str, Any]] = []
        while hits := page["hits"]["hits"]:
            found += [{**hit["_source"], "_id": hit["_id"]} for hit in hits]
            page = self.ask("POST", "_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
        self.ask("DELETE", "_search/scroll", {"scroll_id": [page["_scroll_id"]]})
        return found

    def holds(self, stream: str, filters: Iterable[Document]) -> bool:
        """Whether exactly one document fulfils all the filters."""
        body = {"query": {"bool": {"filter": list(filters)}}}
        return int(self.ask("POST", f"{stream}/_count", body)["count"]) == 1

    def write(self, documents: Iterable[tuple[str, Document]], pipeline: str = "_none") -> None:
        """Store documents each in its stream, through this pipeline alone. Raises NoAnswer where one is refused."""
        lines: list[str] = []
        for stream, body in documents:
            lines += [json.dumps({"create": {"_index": stream}}), json.dumps(body)]
        if not lines:
            return
        path = f"_bulk?refresh=true&pipeline={pipeline}"
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._send("POST", path, data=("\n".join(lines) + "\n").encode(), headers=headers)
        refused = [item["create"] for item in answer["items"] if item["create"]["status"] >= 300]
        if refused:
            raise asking.NoAnswer(f"POST {path}: {len(refused)} refused, the first: {refused[0]}", code=Exit.FAILED)

    def _send(self, method: str, path: str, **options: Any) -> Any:
        url = f"{self.base()}/{path}"
        try:
            answer = self.session.request(method, url, auth=self.login, timeout=_SECONDS, **options)
        except requests.RequestException as error:
            raise asking.NoAnswer(f"{method} {url}: {asking.reason(error)}", code=Exit.COULD_NOT_CHECK) from None
        if not answer.ok:
            said = f"{method} {url}: {answer.status_code} {answer.text[:400]}"
            raise asking.NoAnswer(said, code=Exit.COULD_NOT_CHECK)
        return answer.json()
