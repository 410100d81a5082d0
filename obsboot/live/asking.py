"""Asking an HTTP API on loopback: bounded, and an error that holds the exact request and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from obsboot.model import Exit, ObsbootError

_SECONDS = 15.0


class NoAnswer(ObsbootError):
    """The server did not answer, or not with what was asked for; the message holds the exact request."""


def session() -> requests.Session:
    """A session that obeys no proxy settings: everything asked is on loopback, or was named by the user."""
    made = requests.Session()
    made.trust_env = False
    return made


def get(at: requests.Session, url: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """The JSON that `url` answers with. Raises NoAnswer."""
    query = urlencode({k: v for k, v in (parameters or {}).items() if v is not None}, doseq=True)
    return status(at, f"{url}?{query}" if query else url)[1]


def status(at: requests.Session, url: str) -> tuple[int, Any]:
    """The HTTP status of `url` and the JSON that it answers with, whatever the status. Raises NoAnswer."""
    try:
        answer = at.get(url, timeout=_SECONDS)
    except requests.RequestException as error:
        raise NoAnswer(f"GET {url}: {reason(error)}", code=Exit.COULD_NOT_CHECK) from None
    return answer.status_code, _json("GET", url, answer)


def post(at: requests.Session, url: str, form: Mapping[str, Any] | None = None) -> Any:
    """The JSON (or None) that a POST of a form answers with. Raises NoAnswer."""
    try:
        answer = at.post(url, data=dict(form or {}), timeout=_SECONDS)
    except requests.RequestException as error:
        raise NoAnswer(f"POST {url} {dict(form or {})}: {reason(error)}", code=Exit.COULD_NOT_CHECK) from None
    return _json(f"POST {dict(form or {})}", url, answer) if answer.content else _empty(url, answer)


def is_ready(at: requests.Session, url: str) -> bool:
    """Whether `url` answers with success."""
    try:
        return at.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _json(method: str, url: str, answer: requests.Response) -> Any:
    if not answer.ok and "application/json" not in answer.headers.get("Content-Type", ""):
        raise NoAnswer(f"{method} {url}: {answer.status_code} {answer.text[:300]}", code=Exit.COULD_NOT_CHECK)
    try:
        return answer.json()
    except ValueError:
        said = f"{method} {url}: {answer.status_code}, no JSON: {answer.text[:200]}"
        raise NoAnswer(said, code=Exit.COULD_NOT_CHECK) from None


def _empty(url: str, answer: requests.Response) -> None:
    if not answer.ok:
        raise NoAnswer(f"POST {url}: {answer.status_code}", code=Exit.COULD_NOT_CHECK)


def reason(error: requests.RequestException) -> str:
    """What the innermost layer says, since the outer ones only repeat the request."""
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or inner)[:300]
