"""What panels, alerts and saved objects ask of documents: queries, and the fields that are counted or measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from obsboot.logs.queries import QueryError, asked, fields_in_kuery
from obsboot.promql.variables import used
from obsboot.render.logs.panels import PLUGINS
from obsboot.sources.boards import Panel
from obsboot.sources.documents import Listed, Mapped, mapped
from obsboot.sources.provisioning import datasources
from obsboot.sources.savedobjects import Saved, walk
from obsboot.sources.watching import LogRule

if TYPE_CHECKING:
    from obsboot.sources.context import Context

How = Literal["any", "number", "values", "time"]
"""What is made of a field: nothing special, a number, its values told apart, a place in time."""
Line = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Use:
    """A field that is asked for, beside those in queries."""

    field: str
    how: How
    line: Line


@dataclass(frozen=True, slots=True)
class Asks:
    """One query; its text, whether it is Lucene's, and its line."""

    text: str
    line: Line
    lucene: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """One question. The first query says which documents it is about; the others say which of them count.

    `streams` are the patterns of the streams that are searched; `faults` are sayings that hold whatever is stored.
    """

    path: str
    owner: str
    streams: str
    queries: tuple[Asks, ...]
    uses: tuple[Use, ...]
    faults: tuple[tuple[Line, str], ...] = field(default=())


def questions(context: Context) -> Iterator[Question]:
    """Every question of the pack; those of the user's own dashboards where they go to the pack's log store."""
    provided = [each.data for each in datasources(context) if each.type in PLUGINS.values()]
    index = ",".join(_index(each) for each in provided) or "*"
    uids = {str(each.get("uid")) for each in provided}
    for board in context.boards:
        for panel in board.panels:
            for number, target in enumerate(panel.targets):
                asked = panel.kind(target) == "logs" and target.get("queryType") != "PPL"
                if asked and (not board.local or _ours(panel, target, uids)):
                    yield of_panel(panel, number, target, index)
    for rule in context.log_rules:
        yield of_rule(rule)
    views = {each.key: str(each.attributes.get("title", "")) for each in context.saved if each.kind == "index-pattern"}
    for each in context.saved:
        yield from of_saved(each, views)


# Grafana

_NUMBERS = frozenset({"avg", "sum", "max", "min", "percentiles", "extended_stats", "rate"})
_BUCKETS: dict[str, How] = {"terms": "values", "date_histogram": "time", "histogram": "number"}


def _index(source: Mapped) -> str:
    """The streams that a data source searches."""
    own = mapped(source.get("jsonData"))
    return str(own.get("index") or own.get("database") or source.get("database") or "*")


def _ours(panel: Panel, target: dict[str, Any], uids: set[str]) -> bool:
    """Whether a query goes to the pack's log store: by its uid, or by a variable."""
    source = _object(target.get("datasource") or panel.data.get("datasource"))
    uid = str(source.get("uid") or "")
    return uid in uids or bool(used(uid))


def of_panel(panel: Panel, number: int, target: dict[str, Any], index: str) -> Question:
    """What one query of a panel asks of the streams that `index` means."""

    def line(*way: str | int) -> Line:
        return lambda: panel.line("targets", number, *way)

    queries, uses = [Asks(str(target.get("query") or ""), line("query"))], list[Use]()
    for at, metric in enumerate(_objects(target.get("metrics"))):
        if name := metric.get("field"):
            how: How = "number" if metric.get("type") in _NUMBERS else "any"
            uses.append(Use(str(name), how, line("metrics", at, "field")))
    for at, bucket in enumerate(_objects(target.get("bucketAggs"))):
        if name := bucket.get("field"):
            uses.append(Use(str(name), _BUCKETS.get(str(bucket.get("type")), "any"), line("bucketAggs", at, "field")))
        filters, here = (
            _objects(_object(bucket.get("settings")).get("filters")),
            line("bucketAggs", at, "settings", "filters"),
        )
        queries += [Asks(str(one.get("query") or ""), here) for one in filters]
    if name := target.get("timeField"):
        uses.append(Use(str(name), "time", line("timeField")))
    faults = tuple((line("bucketAggs", at, "settings", "orderBy"), why) for at, why in _disordered(target))
    return Question(panel.board.path, f"panel {panel.title!r}", index, tuple(queries), tuple(uses), faults)


def _disordered(target: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Values can only be ordered by a number that is asked for."""
    ids = {str(each.get("id")) for each in _objects(target.get("metrics"))}
    for at, bucket in enumerate(_objects(target.get("bucketAggs"))):
        order = str(_object(bucket.get("settings")).get("orderBy") or "_count")
        if bucket.get("type") == "terms" and not order.startswith("_") and order.partition("[")[0] not in ids:
            yield at, f"the values are ordered by {order!r}, which is none of its metrics"


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# ElastAlert

_MEASURED = frozenset({"avg", "sum", "max", "min", "percentiles"})
_ON_A_FIELD = frozenset({"term", "terms", "range", "match", "match_phrase", "prefix", "wildcard", "regexp"})


def of_rule(rule: LogRule) -> Question:
    """What a rule of ElastAlert asks."""
    data = rule.data
    queries, uses = list[Asks](), list[Use]()
    for key in ("filter", "match_bucket_filter"):
        _clauses(data.get(key), queries, uses)
    kinds: tuple[tuple[str, How], ...] = (
        ("metric_agg_key", "number" if data.get("metric_agg_type") in _MEASURED else "any"),
        ("query_key", "values"),
        ("compare_key", "any"),
        ("timestamp_field", "time"),
    )
    for key, how in kinds:
        names = data.get(key)
        every = names if isinstance(names, Listed) else str(names or "").split(",")
        uses += [Use(str(name).strip(), how, _at(data.at(key))) for name in every if str(name).strip()]
    fields = rule.part("alertmanager_fields")
    uses += [Use(str(value), "any", _at(fields.at(name))) for name, value in fields.items()]
    return Question(rule.path, f"alert {rule.name}", str(data.get("index") or ""), tuple(queries), tuple(uses))


def _clauses(data: object, queries: list[Asks], uses: list[Use]) -> None:
    """Collects what filters ask, as deep as they are nested."""
    for each in data if isinstance(data, Listed) else ():
        _clauses(each, queries, uses)
    clauses = mapped(data)
    for key, value in clauses.items():
        if key == "query_string":
            queries.append(Asks(str(mapped(value).get("query") or ""), _at(mapped(value).at("query"))))
        elif key in _ON_A_FIELD:
            uses += [Use(name, "any", _at(mapped(value).at(name))) for name in mapped(value)]
        elif key == "exists":
            uses.append(Use(str(mapped(value).get("field")), "any", _at(clauses.at(key))))
        else:
            _clauses(value, queries, uses)


def _at(line: int) -> Line:
    return lambda: line


# Saved objects

_MEASURES = frozenset({"sum", "average", "avg", "max", "min", "median", "percentile", "percentiles"})
_ALL = "___records___"


def of_saved(each: Saved, views: Mapping[tuple[str, str], str]) -> Iterator[Question]:
    """What one saved object asks; `views` are the patterns of data views."""
    line = _at(each.line)
    streams = ",".join(views[key] for key in each.references if key in views)
    if each.kind == "index-pattern":
        names = [
            str(each.attributes.get("timeFieldName") or "@timestamp"),
            *_object(each.attributes.get("fieldFormatMap")),
        ]
        first, *others = names
        uses = (Use(first, "time", line), *(Use(name, "any", line) for name in others))
        yield Question(each.path, each.owner, str(each.attributes.get("title", "*")), (), uses)
        return
    queries = [Asks(str(one["query"]), line, one["language"] == "lucene") for one in _said(each.attributes)]
    own = [str(one["index_pattern"]) for one in walk(each.attributes) if isinstance(one.get("index_pattern"), str)]
    yield Question(each.path, each.owner, streams or ",".join(own) or "*", tuple(queries), tuple(_used(each, line)))


def _said(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """The queries that say something; that of the object as a whole first."""
    found = [
        one for one in walk(attributes) if isinstance(one.get("query"), str) and "language" in one and one["query"]
    ]
    state = _object(attributes.get("state")).get("query")
    params = _object(_object(attributes.get("visState")).get("params")).get("filter")
    return sorted(found, key=lambda one: one is not state and one is not params)


def _used(each: Saved, line: Line) -> Iterator[Use]:
    columns, sort = each.attributes.get("columns"), each.attributes.get("sort")
    for name in columns if isinstance(columns, list) else ():
        yield Use(str(name), "any", line)
    for pair in sort if isinstance(sort, list) else ():
        if isinstance(pair, list) and pair:
            yield Use(str(pair[0]), "any", line)
    for one in walk(each.attributes):
        if one.get("sourceField") not in (None, _ALL):
            yield Use(str(one["sourceField"]), _how(one.get("operationType")), line)
        params = _object(one.get("params"))
        if "schema" in one and params.get("field"):
            yield Use(str(params["field"]), _how(one.get("type")), line)
        for key in ("terms_field", "time_field"):
            if isinstance(one.get(key), str) and one[key]:
                yield Use(one[key], "values" if key == "terms_field" else "time", line)


def _how(operation: object) -> How:
    return "number" if operation in _MEASURES else _BUCKETS.get(str(operation), "any")


def fields_of(question: Question) -> frozenset[str]:
    """The fields that a question asks for; those of a query that is none are not known."""
    found = {use.field for use in question.uses}
    for query in question.queries:
        with suppress(QueryError):
            found |= {one.field for one in asked(query.text)} if query.lucene else set(fields_in_kuery(query.text))
    return frozenset(found - {""})
