"""Whole runs with several I/O threads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

import pytest
from running import RunNest

USERS = 24
VISITS = 15

MODEL = f"""
from pathlib import Path
from locust import HttpUser, task
from locust.exception import StopUser

class Visitor(HttpUser):
    left = {VISITS}
    at_work = {USERS}

    @task
    def visit(self):
        self.left -= 1
        with self.client.get(f"/{{self.left % 3}}", catch_response=True) as response:
            if response.text != f"/{{self.left % 3}}":
                response.failure("the answer to another request")
        if self.left:
            return
        Visitor.at_work -= 1
        if Visitor.at_work == 0:
            names = [path.read_text() for path in Path("/proc/self/task").glob("*/comm")]
            Path("threads").write_text(str(names.count("nest-http\\n")))
            self.environment.runner.quit()
        raise StopUser
"""


class Target(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.lock = Lock()
        self.served = 0
        self.clients: set[tuple[str, int]] = set()
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Target

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.served += 1
            self.server.clients.add(self.client_address)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def on_one_core() -> Iterator[None]:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


def visit(nest: RunNest, folder: Path, target: Target, *args: str) -> int:
    """The number of I/O threads, after a run in which every count adds up."""
    (folder / "model.py").write_text(MODEL)
    url = f"http://127.0.0.1:{target.server_port}"
    load = ["-u", str(USERS), "-r", str(USERS), "-H", url]
    result = nest("-f", "model.py", "--headless", "--json", *load, *args)
    assert result.returncode == 0, result.stderr
    entries = json.loads(result.stdout)
    counts = {entry["name"]: (entry["num_requests"], entry["num_failures"]) for entry in entries}
    assert counts == {f"/{name}": (USERS * VISITS // 3, 0) for name in range(3)}
    assert target.served == USERS * VISITS
    assert len(target.clients) == USERS
    return int((folder / "threads").read_text())


def test_every_count_adds_up_over_three_threads(nest: RunNest, tmp_path: Path, target: Target) -> None:
    assert visit(nest, tmp_path, target, "--io-threads", "3") == 3


def test_on_one_core_there_is_one_thread(
    nest: RunNest, tmp_path: Path, target: Target, on_one_core: None
) -> None:
    assert visit(nest, tmp_path, target) == 1
