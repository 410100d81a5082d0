"""The place where all notifications of a run end: one container behind every receiver."""

from __future__ import annotations

import inspect
from typing import Any

from obsboot.live import sink_server
from obsboot.live.alertmanager import Sink
from obsboot.live.containers import Box, Died
from obsboot.live.edits.notify import SINK, SINK_PORT
from obsboot.live.run import Run
from obsboot.live.waiting import wait_for
from obsboot.model import Exit

IMAGE = "python:3.13-slim"
_READY_SECONDS = 60.0


def start_sink(run: Run, beside: Box) -> Sink:
    """The sink, in the networks of the container `beside` (Alertmanager's). Raises Unavailable or Died."""
    client: Any = run.engine.client
    beside.container.reload()
    networks = list(beside.container.attrs["NetworkSettings"]["Networks"])
    endpoint = {networks[0]: client.api.create_endpoint_config(aliases=[SINK])}
    made = client.containers.create(
        run.images.fetch(IMAGE),
        ["python3", "-c", inspect.getsource(sink_server), str(SINK_PORT)],
        name=f"{run.marks.run}-sink",
        labels=run.marks.labels(),
        mem_limit="128m",
        user="65534:65534",
        read_only=True,
        cap_drop=["ALL"],
        ports={f"{SINK_PORT}/tcp": ("127.0.0.1", None)},
        network=networks[0],
        networking_config=endpoint,
    )
    for network in networks[1:]:
        client.networks.get(network).connect(made, aliases=[SINK])
    made.start()
    box = Box(run.engine, made, "sink", SINK_PORT)
    sink = Sink(box.url)
    run.sink_box = box

    def ready() -> bool:
        if box.state().startswith(("exited", "dead")):
            raise Died(f"the sink {box.state()}\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK)
        return sink.is_ready()

    wait_for("the sink listens", ready, _READY_SECONDS, run.stopping, box.state)
    return sink
