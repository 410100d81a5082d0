"""Hands every connection on to another address. It runs in this process, and by itself in a container."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress

_CONNECT_SECONDS = 10.0


def serve(listener: socket.socket, target: tuple[str, int]) -> None:
    """Accept until the listener is closed."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_hand_on, args=(client, target), daemon=True).start()


def _hand_on(client: socket.socket, target: tuple[str, int]) -> None:
    with client:
        try:
            server = socket.create_connection(target, timeout=_CONNECT_SECONDS)
        except OSError:
            return  # the client sees a connection that ends at once, as it would without a service
        with server:
            server.settimeout(None)
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Everything that comes, until the source has no more; then the sink is told so."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    with socket.create_server(("", int(sys.argv[1]))) as listener:
        serve(listener, (sys.argv[2], int(sys.argv[3])))
