"""The sink: takes every notification and tells them again. Runs alone in a container; standard library only.

POST /<receiver>/<index> stores a notification with its time of arrival; GET /?since=N answers with those from number N
on as a JSON list; GET /-/ready answers when it listens.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

LIMIT = 100_000
stored: list[dict[str, object]] = []
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        arrived = time.time()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver = unquote(urlsplit(self.path).path.strip("/").rpartition("/")[0])
        try:
            told = json.loads(body)
        except ValueError:
            return self.answer(400, b"not JSON")
        with lock:
            if len(stored) < LIMIT:
                stored.append({"receiver": receiver, "at": arrived, "told": told})
        return self.answer(200, b"{}")

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/-/ready":
            return self.answer(200, b"ready")
        since = int(parse_qs(asked.query).get("since", ["0"])[0])
        with lock:
            found = stored[since:]
        return self.answer(200, json.dumps(found).encode())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the notifications are the log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", int(sys.argv[1])), Handler).serve_forever()
