"""A way from the run's containers to a service on this machine, whose loopback they cannot reach.

In the network of the run a container has the service's name; what it is sent comes to this process, which listens at the
network's gateway and nowhere else, and hands it on.
"""

from __future__ import annotations

import inspect
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import requests

from obsboot.live import asking, relay_server
from obsboot.live.relay_server import serve
from obsboot.live.run import Run
from obsboot.model import Exit, ObsbootError, Stack
from obsboot.stack import service_instance

_ANSWERS_SECONDS = 10.0


def check_reachable(url: str, stack: Stack) -> None:
    """Raises ObsbootError where nothing answers at the user's URL (code 6), so that nothing needs to be started."""
    instance = service_instance(stack)
    path = instance.component.scrape.path if instance and instance.component.scrape else "/"
    try:
        asking.session().get(url.rstrip("/") + path, timeout=_ANSWERS_SECONDS)
    except requests.RequestException as error:
        raise ObsbootError(
            f"--service-url {url}: nothing answers there: {asking.reason(error)}",
            fix="start the service, or name where it listens",
            code=Exit.COULD_NOT_CHECK,
        ) from None


def lead_to_service(run: Run) -> None:
    """Let the container that has the service's name hand everything on to the user's URL.

    Raises ObsbootError (code 6) where this process cannot listen where the containers could reach it.
    """
    gateway = _gateway(run)
    parts = urlsplit(run.options.service_url)
    try:
        listener = socket.create_server((gateway, 0))
    except OSError as error:
        raise ObsbootError(
            f"--service-url: containers cannot be led to this machine: {gateway} is not an address of it: {error}",
            fix="give the service's image: --service-image IMAGE",
            code=Exit.COULD_NOT_CHECK,
        ) from None
    run.after.callback(_close, listener)
    target = (str(parts.hostname), parts.port or 80)
    threading.Thread(target=serve, args=(listener, target), name="relay", daemon=True).start()
    port = listener.getsockname()[1]
    for owner, recipe in run.recipes.items():
        for name, container in recipe.containers.items():
            if container.reference:
                words = ("python3", "-c", inspect.getsource(relay_server), str(container.port), gateway, str(port))
                led = replace(container, command=words)
                run.recipes = {**run.recipes, owner: replace(recipe, containers={**recipe.containers, name: led})}


def _gateway(run: Run) -> str:
    """This machine's address in the network of the run."""
    network = run.engine.client.networks.get(run.site.networks[0])
    configs = network.attrs["IPAM"]["Config"] or [{}]
    return str(configs[0].get("Gateway", ""))


def _close(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
