"""Boards over what the logs of all components say in the same fields: slow statements, and who was turned away.

Which there are is told by the declared fields alone, so that a new technology joins by naming its fields alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from obsboot.logs.reading import dataset
from obsboot.model import LogFormat, Stack
from obsboot.render.logs.boards import Board, Chart, Number, Search, formats, mapped

_COUNT = Number("Lines")
_SECONDS = "statement.seconds"
_PHASE = "statement.phase"
_FINGERPRINT = "statement.fingerprint"
_FLAGS = {
    "statement.selects_all": "All columns (SELECT *)",
    "statement.unlimited": "No limit",
    "statement.sequential_scan": "Reads a whole table",
}
_FROM_PLANS = ("statement.sequential_scan",)
"""Flags that only the plan of a statement can tell."""
_LIMIT = "limit.status"
_STATUS = "http.response.status_code"
_OUTCOME = "event.outcome"
_CLIENT = "client.address"
_USER = "user.name"
_MODULE = "event.module"
_HALF, _THIRD = 24, 16


def field_boards(stack: Stack) -> Iterator[Board]:
    """The boards for which the formats of the stack fill the fields."""
    if slow := tuple(_slow(stack)):
        about = "Statements that were logged because they took long: which, how long, and on which tables."
        yield Board("slow-statements", "Slow statements", about, slow)
    if security := tuple(_security(stack)):
        about = "Who could not log in, whom a limiter turned away, and whose requests were refused."
        yield Board("security", "Security", about, security)


def _slow(stack: Stack) -> Iterator[Chart | Search]:
    known = mapped(stack)
    if _SECONDS not in known:
        return
    query = _without_plans(known, f"_exists_:{_SECONDS}")
    p95 = Number("p95", "percentile", _SECONDS, 95, "s")
    total = Number("Seconds in all", "sum", _SECONDS, unit="s")
    count = Number("Statements")
    about = "How many statements were logged as slow?"
    yield Chart("slow/count", "Statements", about, query, (count,), (_MODULE,))
    about = "How long did the slowest twentieth of them take?"
    yield Chart("slow/p95", "p95", about, query, (p95,), (_MODULE,))
    if _FINGERPRINT in known:
        about = "Which statements took the most time in all? Literals are left out, so that all runs of one are one."
        numbers = (total, count, p95)
        yield Chart("slow/fingerprints", "Top statements", about, query, numbers, (_FINGERPRINT,), table=True)
    if "statement.tables" in known:
        about = "On which tables was the most time spent? A statement counts for each of its tables."
        yield Chart("slow/tables", "Top tables", about, query, (total, count), ("statement.tables",), table=True)
    yield from _flags(known)
    columns = (_SECONDS, "statement.text", "statement.tables", "database.name", _USER, "application.name")
    about = "The slowest first."
    query = f"_exists_:{_SECONDS}"
    yield Search("slow/lines", "All lines", about, query, _only(columns, known), _SECONDS)


def _flags(known: Iterable[str]) -> Iterator[Chart]:
    """What is suspicious in the text or the plan of a statement."""
    parts = {
        label: f"{flag}:true" if flag in _FROM_PLANS else _without_plans(known, f"{flag}:true")
        for flag, label in _FLAGS.items()
        if flag in known
    }
    if not parts:
        return
    query = _any(parts.values())
    about = "How many of them select all columns, have nothing that keeps them short, or read a table from end to end?"
    about += " A statement can be among several."
    yield Chart("slow/flags", "Suspicious statements", about, query, (Number("Statements"),), parts=parts)
    if _FINGERPRINT in known:
        about, numbers = "Which statements are they?", (Number("Statements"),)
        title = "Suspicious statements by text"
        yield Chart("slow/flagged", title, about, query, numbers, (_FINGERPRINT,), parts, table=True)


def _security(stack: Stack) -> Iterator[Chart | Search]:
    every, known = formats(stack), mapped(stack)
    # Of a request the outcome is its status; where there is none, it says whether somebody was let in.
    logins = [each for each in every if _OUTCOME in each.fields and _USER in each.fields and _STATUS not in each.fields]
    yield from _logins(logins)
    yield from _limited(known)
    if _STATUS in known:
        yield from _refused(known)


def _logins(logins: list[LogFormat]) -> Iterator[Chart | Search]:
    if not logins:
        return
    known = {name for each in logins for name in each.fields} | {_MODULE, "message"}
    names = " OR ".join(f'"{dataset(each)}"' for each in logins)
    query = f"event.dataset:({names}) AND {_OUTCOME}:failure"
    about = "How often was somebody not let in?"
    yield Chart("logins/failed", "Failed logins", about, query, (_COUNT,), (_MODULE,), width=_THIRD)
    about = "As whom did they try? The name is what the client said."
    title = "Failed logins by user"
    yield Chart("logins/users", title, about, query, (_COUNT,), (_USER,), table=True, width=_THIRD)
    if _CLIENT in known:
        title, about = "Failed logins by address", "From where?"
        yield Chart("logins/addresses", title, about, query, (_COUNT,), (_CLIENT,), table=True, width=_THIRD)
    columns = (_MODULE, _USER, _CLIENT, "database.name", "message")
    about = "Every line about somebody who was not let in."
    yield Search("logins/lines", "Failed logins, all lines", about, query, _only(columns, known))


def _limited(known: Iterable[str]) -> Iterator[Chart | Search]:
    """A limiter tells of itself in its own line, in that of the request, or in both."""
    tells = {_LIMIT: f"{_LIMIT}:(REJECTED OR DELAYED)", _STATUS: f"{_STATUS}:429"}
    if not (held := [query for name, query in tells.items() if name in known]):
        return
    query = _any(held)
    about = "Whom did a limiter reject or delay? One request can have two lines: its own, and that of the limiter."
    title, numbers = "Limited requests by kind of line", (_COUNT,)
    yield Chart("limited/lines-by-kind", title, about, query, numbers, ("event.dataset",), width=_HALF)
    if _CLIENT in known:
        by, about = (_CLIENT, "event.dataset"), "Whose requests were they? Each kind of line counts by itself."
        yield Chart("limited/clients", "Limited clients", about, query, numbers, by, table=True, width=_HALF)
    columns = (_MODULE, _LIMIT, _STATUS, _CLIENT, "http.request.method", "url.path", "message")
    about = "Every line about a request that a limiter rejected or delayed."
    yield Search("limited/lines", "Limited requests, all lines", about, query, _only(columns, known))


def _refused(known: Iterable[str]) -> Iterator[Chart]:
    query, numbers = f"{_STATUS}:(401 OR 403 OR 429)", (_COUNT,)
    about = "How many requests were answered with 401 (who are you?), 403 (not you) or 429 (not so fast)?"
    about += " A request that passes two instances has a line of each."
    yield Chart("refused/count", "Refused requests", about, query, numbers, (_STATUS,), width=_HALF)
    if _CLIENT in known:
        by, about = (_CLIENT, _STATUS), "Who gets them?"
        yield Chart("refused/clients", "Refused clients", about, query, numbers, by, table=True, width=_HALF)


def _without_plans(known: Iterable[str], query: str) -> str:
    """A plan comes beside the line of its statement, which must not count twice."""
    return f"{query} AND NOT {_PHASE}:plan" if _PHASE in known else query


def _any(queries: Iterable[str]) -> str:
    return " OR ".join(f"({query})" for query in queries)


def _only(columns: Iterable[str], known: Iterable[str] | Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in columns if name in known)
