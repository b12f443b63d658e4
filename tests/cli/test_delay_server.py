"""The server that the truth benchmark believes: it is never early, and its log is what it did."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    program = Path(os.environ["LOCUST_NEST_BINARY"]).absolute().with_name("delay-server")
    process = subprocess.Popen([str(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    made = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=20)
    yield made
    made.close()
    process.kill()
    process.wait()
    process.stdout.close()


def get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    return connection.getresponse().read()


def test_it_answers_after_the_delay_and_logs_how_long_it_took(connection: http.client.HTTPConnection) -> None:
    get(connection, "/")
    taken_us = []
    for delay_us in (200, 5000, 5000):
        begun = time.monotonic()
        assert get(connection, f"/{delay_us}") == b"ok\n"
        taken_us.append((time.monotonic() - begun) * 1e6)
    log = json.loads(get(connection, "/log"))
    assert list(log) == ["200", "5000"]
    logged_us = [*log["200"], *log["5000"]]
    for delay_us, logged, taken in zip((200, 5000, 5000), logged_us, taken_us, strict=True):
        assert delay_us <= logged <= taken
    get(connection, "/reset")
    assert json.loads(get(connection, "/log")) == {}
