"""The server that the benchmark of I/O threads counts with."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

THREADS = 2


@pytest.fixture
def port() -> Iterator[int]:
    program = Path(os.environ["LOCUST_NEST_BINARY"]).absolute().with_name("instant-server")
    process = subprocess.Popen([str(program), str(THREADS)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


def test_it_counts_what_it_answers_on_all_of_its_threads(port: int) -> None:
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(2 * THREADS)]
    for _ in range(3):
        for connection in connections:
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"Hello, this is a small body.\n"
    connections[0].request("GET", "/status")
    assert int(connections[0].getresponse().read()) == 3 * len(connections) + 1
    for connection in connections:
        connection.close()


def test_a_request_may_come_in_pieces(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"GET / HT", b"TP/1.1\r\nHost: a\r\n\r", b"\n"):
            connection.sendall(piece)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
