"""Servers that listen on a unix socket, for users of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gevent
import pytest
from client_harness import DEADLINE_S, Server, events, hook, redirect
from gevent import socket
from gevent.server import StreamServer

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook

__all__ = ["events", "hook"]

SESSIONS = pytest.mark.parametrize("make", [HttpSession, FastHttpSession])


class SocketServer(Server):
    def listen_at(self, path: Path) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(16)
        self._listener = StreamServer(listener, self._serve)
        self._listener.start()
        self.url = f"http+unix://{quote(str(path), safe='')}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SocketServer]:
    server = SocketServer()
    server.listen_at(tmp_path / "A server.sock")
    with gevent.Timeout(DEADLINE_S):
        yield server
    server.stop()


@SESSIONS
@pytest.mark.parametrize("trust_env", [False, True])
def test_a_host_may_be_a_socket(
    server: SocketServer, hook: EventHook, events: list[dict[str, Any]], make: Any, trust_env: bool
) -> None:
    session = make(server.url, hook, None)
    session.trust_env = trust_env
    for _ in range(2):
        assert session.get("/path?q=1").status_code == 200
    assert session.post("/form", data={"a": "b"}).text == "ok"
    assert server.targets == ["GET /path?q=1", "GET /path?q=1", "POST /form"]
    assert server.last["Host"] == "localhost"
    assert server.last.body == b"a=b"
    assert server.connections == 1
    assert [event["name"] for event in events] == ["/path?q=1", "/path?q=1", "/form"]
    assert events[0]["url"] == f"{server.url}/path?q=1"
    assert events[0]["exception"] is None


@SESSIONS
def test_a_request_may_name_a_socket(
    server: SocketServer, hook: EventHook, events: list[dict[str, Any]], make: Any
) -> None:
    response = make("http://nowhere.invalid", hook, None).get(f"{server.url}/x")
    assert (response.status_code, response.url) == (200, f"{server.url}/x")
    assert events[0]["name"] == ("/x" if make is HttpSession else f"{server.url}/x")


def test_requests_prepared_elsewhere_get_there_too(server: SocketServer) -> None:
    session = HttpSession(server.url)
    session.trust_env = True
    assert session.get("/env", proxies={"all": "http://127.0.0.1:1"}).status_code == 200
    assert [*session.get("/stream", stream=True).iter_content(1)] == [b"o", b"k"]
    assert server.targets == ["GET /env", "GET /stream"]


@SESSIONS
def test_redirects_and_cookies_stay_at_the_socket(server: SocketServer, hook: EventHook, make: Any) -> None:
    server.answers["/from"] = redirect("/to?here", "302 Found", "Set-Cookie: a=1; Path=/")
    response = make(server.url, hook, None).get("/from")
    assert response.url == f"{server.url}/to?here"
    assert server.targets == ["GET /from", "GET /to?here"]
    assert server.last["Cookie"] == "a=1"


@SESSIONS
def test_a_socket_that_is_not_there(
    tmp_path: Path, hook: EventHook, events: list[dict[str, Any]], make: Any
) -> None:
    session = make(f"http+unix://{quote(str(tmp_path / 'none.sock'), safe='')}", hook, None)
    assert session.get("/x").status_code == 0
    session.get(f"http+unix://{'x' * 200}/x", name="long")
    assert repr(events[0]["exception"]) == "FileNotFoundError(2, 'No such file or directory')"
    assert repr(events[1]["exception"]) == "OSError(36, 'File name too long')"


def test_other_connections_follow_on_the_same_handle(server: SocketServer) -> None:
    tcp = Server()
    tcp.start()
    try:
        session = HttpSession(server.url)
        for _ in range(2):
            assert session.get("/unix").status_code == 200
            assert session.get(f"{tcp.url}/tcp").status_code == 200
    finally:
        tcp.stop()
    assert server.targets == ["GET /unix"] * 2
    assert tcp.targets == ["GET /tcp"] * 2
