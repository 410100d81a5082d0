"""A service of the user's in place of the reference service: an image that has the snippets, and a process that lacks some.

The image is proven with a pack that brings no stack of its own: the run loads its fragments.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from obsboot.live.engine import connect
from obsboot.live.images import Images, read_context
from obsboot.live.options import Options, read_images
from tests.live.conftest import IMAGES, ROOT, Proof, left_behind, obsboot, prove

pytestmark = pytest.mark.live
SAMPLE = ROOT / "examples/shop-api"
COMPOSE = """\
services:
  api:
    build: .
    expose: ["8000"]
    networks: [shop]
networks:
  shop: {name: shop}
"""
EXPOSED = """\
# TYPE http_requests_total counter
http_requests_total{handler="/",method="GET",status="2xx"} 12
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{handler="/",method="GET",le="0.1"} 12
http_request_duration_seconds_bucket{handler="/",method="GET",le="+Inf"} 12
http_request_duration_seconds_sum{handler="/",method="GET"} 0.1
http_request_duration_seconds_count{handler="/",method="GET"} 12
"""
MEASURED = """

from shop.database import engine
from shop.http_metrics import instrument
from shop.pool_metrics import instrument_pool

instrument(app)
instrument_pool(engine, "shop")
"""


def alone(folder: Path, mode: str = "own-stack") -> Path:
    """The sample's service without its servers, with a pack."""
    repository = folder / "shop-api"
    shutil.copytree(SAMPLE / "shop", repository / "shop")
    for name in ("pyproject.toml", "Dockerfile"):
        shutil.copy(SAMPLE / name, repository)
    (repository / "compose.yaml").write_text(COMPOSE)
    settings = ("--set", "team=shop", "--set", "receiver=webhook", "--set", f"mode={mode}")
    done = obsboot("init", "--yes", *settings, cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    return repository


def measured(repository: Path) -> str:
    """The image of the sample's service with the snippets of its pack in it."""
    files = {name: data for name, data in read_context(repository).items() if not name.startswith((".", "observ"))}
    snippets = repository / "observability/snippet"
    files |= {f"shop/{path.name}": path.read_bytes() for path in snippets.glob("*.py")}
    files["shop/main.py"] += MEASURED.encode()
    install = b"install --no-cache-dir . 'prometheus-fastapi-instrumentator>=8.1,<9'"
    command = b'CMD ["sh", "-c", "mkdir -p /tmp/metrics; exec uvicorn shop.main:app --host 0.0.0.0 --workers 2"]'
    dockerfile = files["Dockerfile"].replace(b"install --no-cache-dir .", install).partition(b"CMD")[0]
    files["Dockerfile"] = dockerfile + b"ENV PROMETHEUS_MULTIPROC_DIR=/tmp/metrics\n" + command + b"\n"
    images, registries = read_images(IMAGES)
    return Images(connect(), Options(images=images, registries=registries)).build("shop-api", files)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """A quick run of a pack without a stack, with the user's image, which has the snippets."""
    repository = alone(tmp_path_factory.mktemp("image"), "files-only")
    return prove(repository, IMAGES, "--quick", "--service-image", measured(repository))


class Handler(BaseHTTPRequestHandler):
    """A service that has some metrics of its own making."""

    def do_GET(self) -> None:
        body = EXPOSED.encode() if self.path == "/metrics" else b"hello"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        asked.append(f"{self.command} {self.path}")

    def log_message(self, *_: object) -> None:
        """Nothing: `asked` is the log."""


asked: list[str] = []


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The URL of a service on this machine's loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def url(elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """A quick run with the user's running service, which lacks most of the snippets' metrics."""
    return prove(alone(tmp_path_factory.mktemp("url")), IMAGES, "--quick", "--service-url", elsewhere)


def test_an_image_with_the_snippets_lacks_nothing_and_is_proven(image: Proof) -> None:
    assert image.wrong() == [], image.printed
    (service,) = image.results("live/service").values()
    assert (service["outcome"], service["detail"]["lacks"]) == ("passed", [])
    assert image.results("live/target")["fastapi/shop-api"]["outcome"] == "passed"
    assert image.results("live/query")["service/Requests a second"]["outcome"] == "passed"
    assert image.report["facts"]["on"].startswith("your service (obsboot-live/shop-api:")


def test_an_image_can_be_stopped_and_what_needs_the_reference_service_is_skipped(image: Proof) -> None:
    alerts = image.results("live/alert")
    assert alerts["service/ServiceDown"]["outcome"] == "passed"
    assert "your image runs in its place" in alerts["service/ServiceP99High"]["reason"]
    assert "your image runs in its place" in image.results("live/truth")["service/p99"]["reason"]


def test_the_fragments_of_a_pack_without_a_stack_are_loaded_and_lead_to_its_receivers(image: Proof) -> None:
    changes = image.report["facts"]["changes"]
    around = {change["file"] for change in changes if change["kind"] == "surroundings"}
    top = "observability"
    configs = ("compose.yaml", "prometheus/prometheus.yml", "alertmanager/alertmanager.yml")
    assert around == {f"{top}/{name}" for name in configs}
    assert image.report["facts"]["mode"] == "files-only"
    assert set(image.results("live/target")) == {"fastapi/shop-api", "blackbox/shop-api-blackbox"}
    assert image.results("live/rules")["prometheus/rules"]["outcome"] == "passed"
    assert image.results("live/alert")["service/ServiceDown"]["detail"]["receiver"] == "critical-webhook"


def test_a_service_on_this_machine_is_scraped_and_left_alone(url: Proof, elsewhere: str) -> None:
    assert url.results("live/target")["fastapi/shop-api"]["outcome"] == "passed"
    assert url.report["facts"]["on"].startswith(f"your service ({elsewhere})")
    assert set(asked) == {"GET /metrics", "GET /"}, "scraped and probed, and nothing else"
    down = url.results("live/alert")["service/ServiceDown"]
    assert (down["outcome"], "only scraped" in down["reason"]) == ("skipped", True)


def test_what_it_lacks_is_listed_with_the_snippet_that_adds_it(url: Proof) -> None:
    (service,) = url.results("live/service").values()
    assert (url.code, service["outcome"]) == (4, "failed")
    lacks = service["detail"]["lacks"]
    assert {"http_requests_inprogress", "the bucket of 0.3 s in http_request_duration_seconds"} <= set(lacks)
    assert "http_requests_total" not in lacks
    adds = {finding["path"] for finding in service["findings"]}
    assert adds == {"observability/snippet/http_metrics.py", "observability/snippet/pool_metrics.py"}
    assert "endpoint shows none of its metrics" in url.results("live/query")["sqlalchemy/Pool usage"]["reason"]


def test_a_service_that_is_not_there_ends_with_6_before_anything_starts(tmp_path: Path) -> None:
    done = obsboot("validate", "--service-url", "http://127.0.0.1:9", cwd=alone(tmp_path))
    assert done.returncode == 6
    assert "--service-url http://127.0.0.1:9: nothing answers there" in done.stderr
    assert left_behind() == ""
