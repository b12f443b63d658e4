"""Whatever a server sends, nothing crashes, hangs or grows without bound."""

from __future__ import annotations

import gc
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import requests
from client_harness import Server, answer, client, events, hook, server

from locust.contrib.fasthttp import FastHttpSession

__all__ = ["client", "events", "hook", "server"]

FAULT_SERVER = Path(__file__).resolve().parents[1] / "support" / "fault_server.py"
SOME_MIB = 16


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """Of the servers that misbehave, which are a process of their own: they send faster than anybody can read."""
    with subprocess.Popen([sys.executable, FAULT_SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.kill()


@pytest.fixture(params=["http", "fast"])
def any_client(request: Any, client: Any, hook: Any, server: Server) -> Any:
    return client if request.param == "http" else FastHttpSession(server.url, hook, None)


@pytest.fixture
def grown() -> Any:
    """How many MiB of memory have been added since the test began."""
    before = resident_mib()
    return lambda: resident_mib() - before


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


@pytest.mark.parametrize(
    "fault",
    [
        "header_flood",
        "endless_status_line",
        "endless_header_line",
        "endless_garbage",
        "endless_interim",
        "endless_chunk_size",
        "endless_chunk_extension",
        "endless_trailers",
    ],
)
def test_what_does_not_end_is_cut_off(
    any_client: Any, ports: dict[str, int], events: list[Any], grown: Any, fault: str
) -> None:
    any_client.get(f"http://127.0.0.1:{ports[fault]}/")
    assert events[0]["exception"] is not None
    assert events[0]["response_length"] == 0
    assert grown() < SOME_MIB


@pytest.mark.parametrize("fault", ["endless_drip", "endless_chunks"])
def test_what_may_go_on_takes_no_memory_and_ends_with_the_user(
    any_client: Any, ports: dict[str, int], events: list[Any], grown: Any, fault: str
) -> None:
    with gevent.Timeout(0.4, False):
        any_client.get(f"http://127.0.0.1:{ports[fault]}/")
        pytest.fail("it ended")
    assert events == []
    assert any_client.get("/").status_code == 200, "the next request is as good as ever"
    assert grown() < SOME_MIB


def test_an_endless_extension_is_cut_off(client: Any, ports: dict[str, int]) -> None:
    response = client.get(f"http://127.0.0.1:{ports['endless_chunk_extension']}/", timeout=(10, 20))
    assert isinstance(response.error, requests.exceptions.ChunkedEncodingError)
    assert "Too long extension in chunked-encoding" in str(response.error)


def test_a_small_body_that_becomes_a_large_one_takes_its_size_and_gives_it_back(
    any_client: Any, server: Server, events: list[Any], grown: Any
) -> None:
    size_mib = 32
    bomb = gzip.compress(bytes(size_mib * 2**20), 6)
    assert len(bomb) < 2**16
    server.answers["/"] = answer("200 OK", bomb, "Content-Encoding: gzip")
    for _ in range(4):
        any_client.get("/")
        assert events.pop()["response_length"] == size_mib * 2**20
        gc.collect()
    assert grown() < 3 * size_mib, "one is there at a time, and has grown in steps"


def test_a_streamed_body_that_becomes_a_large_one_takes_none(client: Any, server: Server, grown: Any) -> None:
    bomb = gzip.compress(bytes(64 * 2**20), 6)
    server.answers["/"] = answer("200 OK", bomb, "Content-Encoding: gzip")
    with client.get("/", stream=True, catch_response=True) as response:
        assert sum(len(piece) for piece in response.iter_content(2**20)) == 64 * 2**20
    assert grown() < 3 * SOME_MIB, "what 16 KiB become"


def test_thousands_of_cookies_are_kept_and_sent(client: Any, server: Server) -> None:
    count = 3000
    lines = [f"Set-Cookie: c{number}=v; Path=/" for number in range(count)]
    server.answers["/set"] = answer("200 OK", b"ok", *lines)
    client.get("/set")
    assert len(client.cookies) == count
    client.get("/")
    assert (server.last["Cookie"] or "").count("=v") == count


def test_a_body_in_the_smallest_of_chunks(any_client: Any, server: Server, events: list[Any]) -> None:
    count = 100_000
    body = b"1\r\n.\r\n" * count + b"000;x=y\r\nX-Trailer: a\r\n\r\n"
    server.answers["/"] = answer("200 OK", body, "Transfer-Encoding: chunked", length=False)
    assert any_client.get("/").content == b"." * count
    assert any_client.get("/").status_code == 200
    assert server.connections == 1
