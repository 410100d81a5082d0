"""A site with faults: each page behaves as badly as its name says, but those below /fine. Plain HTTP on 8080.

With TLS on 8443 the certificate ends in two days, on 8444 in a year; openssl makes both when the container starts.
"""

import gzip
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = b"A page that is worth packing. " * 100
SLOW_SECONDS = 1.3


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(SLOW_SECONDS)
        fine, body = self.path.startswith("/fine"), BODY
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Cache-Control", "public, max-age=60" if fine else "no-store")
        if fine and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(BODY)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: nobody reads it."""


def certified(days):
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=site"]
    key, certificate = f"/tmp/key-{days}.pem", f"/tmp/cert-{days}.pem"
    files = ["-days", str(days), "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", *kind, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def main():
    for port, days in ((8443, 2), (8444, 365)):
        secure = ThreadingHTTPServer(("", port), Page)
        secure.socket = certified(days).wrap_socket(secure.socket, server_side=True)
        threading.Thread(target=secure.serve_forever, daemon=True).start()
    ThreadingHTTPServer(("", 8080), Page).serve_forever()


if __name__ == "__main__":
    main()
