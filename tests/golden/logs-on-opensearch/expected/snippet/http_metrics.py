"""HTTP metrics of orders, served at GET /metrics.

    app = FastAPI()
    ...                # other middleware and all routers first
    instrument(app)

name                           type       unit      labels
http_requests_total            counter    requests  handler, method, status
http_request_duration_seconds  histogram  seconds   handler, method
http_request_size_bytes        summary    bytes     handler, method
http_response_size_bytes       summary    bytes     handler, method
http_requests_inprogress       gauge      requests
process_cpu_seconds_total      counter    seconds   pid
process_resident_memory_bytes  gauge      bytes     pid
process_virtual_memory_bytes   gauge      bytes     pid
process_open_fds               gauge      files     pid
process_max_fds                gauge      files     pid
process_start_time_seconds     gauge      seconds   pid

handler is the template of a route (/items/{item_id}), or "none" for what no route
answers. status is 1xx to 5xx. Sizes are what Content-Length says, sum and count only.

Several workers (uvicorn --workers, gunicorn) share their numbers through files in
$PROMETHEUS_MULTIPROC_DIR; without it, each scrape would see one of them by chance. Set
it before Python starts. The parent empties the directory once, before it starts
workers: what an earlier run left would be counted again.

    mkdir -p "$PROMETHEUS_MULTIPROC_DIR"
    rm -f "$PROMETHEUS_MULTIPROC_DIR"/*.db
    exec uvicorn ... --workers 2

Without the variable (one process) process_* has no pid, and python_gc_* exists as well.

Needs prometheus-fastapi-instrumentator>=8.1,<9 (which needs Starlette 1.x).
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from prometheus_fastapi_instrumentator import Instrumentator, metrics
from starlette.types import ASGIApp, Receive, Scope, Send

# Narrow around the objective: a quantile is never more exact than its bucket.
LATENCY_BUCKETS = [
    0.005,
    0.01,
    0.025,
    0.05,
    0.07864,
    0.0983,
    0.1229,
    0.1536,
    0.192,
    0.24,
    0.3,  # the objective
    0.375,
    0.4688,
    0.5859,
    0.7324,
    0.9155,
    1.144,
    2.5,
    5.0,
    10.0,
    30.0,
]

# Probes are many, fast and no users: counted, they would flatter ratios and quantiles.
PROBES = frozenset({"/health", "/healthz", "/livez", "/readyz"})

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# One process would add a *_created series to every counter and histogram; several
# workers never have them.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Once per process: a second app (a factory under test) measures into the same families.
IN_PROGRESS = Gauge(
    "http_requests_inprogress",
    "HTTP requests being answered now.",
    multiprocess_mode="livesum",
)
REQUEST_METRICS = (
    metrics.requests(),
    metrics.latency(should_include_status=False, buckets=LATENCY_BUCKETS),
    metrics.request_size(should_include_status=False),
    metrics.response_size(should_include_status=False),
)


def instrument(app: FastAPI, unmeasured: Collection[str] = PROBES) -> None:
    """Measures all requests but those to the paths `unmeasured`, and adds GET /metrics.

    Call it last: middleware that is added later would wrap this one unmeasured.
    """
    unmeasured = {"/metrics", *unmeasured}
    app.add_middleware(RequestsInProgress, unmeasured=unmeasured)
    excluded = [f"^{re.escape(path)}$" for path in unmeasured]
    instrumentator = Instrumentator(excluded_handlers=excluded)
    instrumentator.add(bound_labels, *REQUEST_METRICS).instrument(app)
    registry = metrics_registry()

    # async on purpose: a plain def waits for the same threads as requests that hang, so
    # the scrape would fail just when it is needed.
    @app.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def bound_labels(info: metrics.Info) -> None:
    """Replaces what a client may choose freely, lest anyone make series at will."""
    if info.method not in METHODS:
        info.method = "other"
    # For a redirect that only adds or drops the last slash, the library reports the raw
    # path (/items/4711/).
    redirected = info.modified_status == "3xx" and "endpoint" not in info.request.scope
    if redirected and info.modified_handler == info.request.url.path:
        info.modified_handler = "none"


class RequestsInProgress:
    """Counts the requests being answered.

    The library can do it too, but makes its gauge per app, which fails for the second.
    """

    def __init__(self, app: ASGIApp, unmeasured: Collection[str]) -> None:
        self.app = app
        self.unmeasured = unmeasured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self.unmeasured:
            with IN_PROGRESS.track_inprogress():
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def metrics_registry() -> CollectorRegistry:
    """Returns what /metrics shows: this process, or all workers of the directory."""
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if directory is None:
        return REGISTRY
    registry = CollectorRegistry()
    registry.register(Workers(Path(directory)))
    return registry


class Workers(Collector):
    """What the workers of a directory measured, as sums; and process_* of each."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def collect(self) -> Iterator[Metric]:
        yield from process_metrics(live_workers(self.directory))
        files = list(filled_files(self.directory))
        yield from MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]


def process_metrics(pids: Iterable[int]) -> Iterable[Metric]:
    """Returns process_*, which the client library leaves out for several workers.

    Not their sum: it falls when a worker ends, and rate() takes what remains for new.
    """
    families: dict[str, Metric] = {}
    for pid in pids:
        process = ProcessCollector(pid=partial(int, pid), registry=None)
        for family in process.collect():
            merged = families.setdefault(
                family.name, Metric(family.name, family.documentation, family.type)
            )
            for sample in family.samples:
                merged.add_sample(sample.name, {"pid": str(pid)}, sample.value)
    return families.values()


def filled_files(directory: Path) -> Iterator[str]:
    """Yields the workers' files, but not those that a worker made and has not filled.

    One such file, of a worker that starts or was killed then, would fail the scrape
    (prometheus/client_python#1199).
    """
    for file in directory.glob("*.db"):
        with suppress(FileNotFoundError):  # another worker removed it meanwhile
            if file.stat().st_size:
                yield str(file)


def live_workers(directory: Path) -> Iterator[int]:
    """Yields the workers' process ids, and removes the gauges of those that are gone.

    Nobody else would: uvicorn has no hook for it, and a killed worker cannot tidy up.
    Counters stay, since they must not fall.
    """
    files = directory.glob("gauge_live*.db")
    for pid in sorted({int(file.stem.rpartition("_")[2]) for file in files}):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker did it meanwhile
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
        else:
            yield pid
