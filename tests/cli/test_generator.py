"""What a run says at its end about the generator itself, and where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from running import RunNest

MODEL = """
import time
from locust import HttpUser, task

class Greedy(HttpUser):
    visits = 0

    @task
    def compute(self):
        self.client.get("/")
        until = time.perf_counter() + 0.06
        while time.perf_counter() < until:
            pass
        Greedy.visits += 1
        if Greedy.visits == 12:
            self.environment.runner.quit()
"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_task_that_keeps_the_thread_is_named_behind_the_tables(
    nest: RunNest, tmp_path: Path, url: str
) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    result = nest("-f", "model.py", "--headless", "-u", "3", "-r", "100", "-H", url, "--json")
    assert result.returncode == 0, result.stderr
    figures, verdict, culprits = re.findall(r"/WARNING/locust\.generator: (.*)", result.stderr)
    assert re.fullmatch(
        r"Python thread \d+% busy; responses waited [\d.]+ m?s \(median\), .* \(99%\), .* \(max\) for it",
        figures,
    )
    assert verdict.endswith("Response times do not include that wait")
    assert re.match(r"Its time went to: Greedy\.compute \d+% \(up to \d+ ms\)", culprits)
    assert result.stderr.rindex("Aggregated") < result.stderr.index(figures)
    (row,) = json.loads(result.stdout)
    assert row["generator_delay_ms"]["max"] >= 50
