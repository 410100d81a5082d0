"""Targets as nobody wants them: one that is slow, one with too many series, one that says everything twice.

Called with the number of series of the large one.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 1.4
LARGE = "".join(f'odd_series{{number="{number}"}} 1\n' for number in range(int(sys.argv[1]))).encode()
TWICE = b"odd_twice 1\nodd_twice 2\n"


class Target(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(SLOW_SECONDS)
        body = {"/large": LARGE, "/twice": TWICE}.get(self.path, b"odd 1\n")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: nobody reads it."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8080), Target).serve_forever()
