"""Every panel query and every variable yields data, or says that it is rightly empty on a healthy stack."""

from __future__ import annotations

import math
import time

from obsboot.live.explain import why_empty
from obsboot.live.panels import Board, Query, all_values, boards, variable_values
from obsboot.live.planning import window as panel_window
from obsboot.live.run import Run
from obsboot.live.variables import resolved
from obsboot.model import ObsbootError
from obsboot.promql import PromqlError


def check_queries(run: Run) -> None:
    """One result for each query of each dashboard, and one for each board's variables."""
    window = panel_window(run.clock)
    waiting = []
    for board in boards(run):
        names = all_values(board.variables, check_variables(run, board))
        waiting += [(query, resolved(query.expr, names, window)) for query in board.queries]
    end = time.monotonic() + window
    while waiting := [each for each in waiting if not _settled(run, *each)]:
        if time.monotonic() > end:  # a window that has only just begun to fill has answered by now
            break
        run.pause(1.0)
    for query, expr in waiting:
        _empty(run, query, expr)


def check_variables(run: Run, board: Board) -> dict[str, list[str]]:
    """One result for the variables of a dashboard that are asked of Prometheus; what each offers."""
    try:
        offered = variable_values(run.prometheus, board.variables)
    except ObsbootError as error:
        run.say("live/variables", board.name, "error", error.message)
        return {}
    empty = [name for name, values in offered.items() if not values]
    if empty and board.name in run.missing:
        run.say("live/variables", board.name, "skipped", run.missing[board.name])
    elif empty:
        run.say("live/variables", board.name, "failed", f"nothing to choose from: {', '.join(empty)}")
    elif offered:
        run.say("live/variables", board.name, "passed", values={k: v[:10] for k, v in offered.items()})
    return offered


def _settled(run: Run, query: Query, expr: str) -> bool:
    """Whether there is a result now; an empty answer may yet fill, unless the signal says that it will not."""
    owner = query.instance.id if query.instance else query.board
    if owner in run.missing:
        run.say("live/query", query.subject, "skipped", run.missing[owner], query=expr)
        return True
    try:
        count = has_data(run, expr)
    except ObsbootError as error:
        run.say("live/query", query.subject, "error", error.message, query=expr)
        return True
    if count:
        run.answered(query.instance, query.signal)
        run.say("live/query", query.subject, "passed", "", series=count, **about(query, expr))
    elif query.signal and query.signal.empty_when_healthy:
        _empty(run, query, expr)
        return True
    return bool(count)


def has_data(run: Run, expr: str) -> int:
    """How many series with a number the query has now."""
    return sum(not math.isnan(sample.value) for sample in run.prometheus.query(expr))


def _empty(run: Run, query: Query, expr: str) -> None:
    if query.signal and query.instance and query.signal.empty_when_healthy:
        run.hollow[query.instance.id, query.signal.name] = expr
        reason = f"rightly empty on a healthy stack: {query.signal.empty or 'its fault has to fill it'}"
        run.say("live/query", query.subject, "passed", reason, series=0, **about(query, expr))
        return
    try:
        reason = why_empty(run.prometheus, expr, run.began, query.instance, query.signal)
    except (PromqlError, ObsbootError) as error:
        reason = str(error)
    if query.instance and (idle := run.idle.get(query.instance.id)):
        run.say("live/query", query.subject, "skipped", f"{idle}: {reason}", **about(query, expr))
        return
    run.say("live/query", query.subject, "failed", f"no data: {reason}", **about(query, expr))


def about(query: Query, expr: str) -> dict[str, object]:
    """What the result of a query says of it."""
    instance = query.instance.id if query.instance else None
    return {"query": expr, "instance": instance, "signal": query.signal.name if query.signal else None}
