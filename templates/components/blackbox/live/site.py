"""A site with faults: each page behaves as badly as its name says. Plain HTTP on 8080, TLS on 8443.

The certificate ends in two days and is made by openssl when the container starts.
"""

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
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        """Nothing: nobody reads it."""


def certificate():
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=site"]
    files = ["-days", "2", "-keyout", "/tmp/key.pem", "-out", "/tmp/cert.pem"]
    subprocess.run(["openssl", "req", *kind, *files], check=True, capture_output=True)


def main():
    certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/tmp/cert.pem", "/tmp/key.pem")
    secure = ThreadingHTTPServer(("", 8443), Page)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    threading.Thread(target=secure.serve_forever, daemon=True).start()
    ThreadingHTTPServer(("", 8080), Page).serve_forever()


if __name__ == "__main__":
    main()
