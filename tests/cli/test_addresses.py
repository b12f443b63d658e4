"""Whole runs that choose the addresses which users connect from and to."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import RunNest

MODEL = """
from locust import FastHttpUser, HttpUser, constant

def visit(user):
    user.client.get("/")

class Plain(HttpUser):
    wait_time = constant(10)
    tasks = [visit]

class Quick(FastHttpUser):
    wait_time = constant(10)
    tasks = [visit]

class Settled(HttpUser):
    wait_time = constant(10)
    tasks = [visit]
    local_address = "127.0.0.9"
"""


class Target(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        self.seen: list[tuple[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Target

    def do_GET(self) -> None:
        self.server.seen.append((self.client_address[0], self.headers["Host"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_users_connect_from_and_to_what_the_options_say(
    nest: RunNest, tmp_path: Path, target: Target
) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    host = f"shop.test:{target.server_port}"
    result = nest(
        *("--headless", "-f", "locustfile.py", "-u", "6", "-r", "100", "-t", "1", "-H", f"http://{host}"),
        *("--local-address", "127.0.0.2,127.0.0.3", "--resolve", f"{host}:127.0.0.1"),
    )
    assert result.returncode == 0, result.stderr
    assert sorted(target.seen) == sorted(
        [("127.0.0.2", host)] * 2 + [("127.0.0.3", host)] * 2 + [("127.0.0.9", host)] * 2
    )
