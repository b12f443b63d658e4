"""A user that is killed in any state of a request: the server sees its connection end, and nothing is left over.

The state of looking up a name is that of `unit: NamesTest.ARequestWhoseNameIsLookedUpIsCancelledAtOnce`.
"""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from typing import Any

import gevent
import gevent.select
import pytest
from client_harness import DEADLINE_S, client, events, hook, server
from gevent.event import Event
from gevent.server import StreamServer

from locust.contrib.fasthttp import FastHttpSession

__all__ = ["client", "events", "hook", "server"]

LARGE = 32 * 2**20  # more than the sockets of both sides hold
HEADER = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n"


class Played:
    """The server's side of one connection, which ends with the client's end of it."""

    def __init__(self, play: Callable[[Any, Event], None]) -> None:
        self.reached = Event()
        self.killed = Event()
        self.ended = Event()
        self._play = play

    def __call__(self, connection: Any, _: Any) -> None:
        try:
            self._play(connection, self.reached)
            self.reached.set()
            self.killed.wait()
            while connection.recv(65536):
                pass
        except ConnectionError:
            pass
        self.ended.set()


def saying(answer: bytes) -> Callable[[Any, Event], None]:
    def play(connection: Any, reached: Event) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return play


def read_nothing(connection: Any, reached: Event) -> None:
    connection.recv(100)


def send_until_nobody_reads(connection: Any, reached: Event) -> None:
    connection.recv(65536)
    connection.sendall(HEADER + b"\r\n")
    connection.setblocking(False)
    while gevent.select.select([], [connection], [], 0.3)[1]:
        connection.send(bytes(65536))
    connection.setblocking(True)


def get(client: Any, url: str) -> None:
    client.get(url)


def post(client: Any, url: str) -> None:
    client.post(url, data=b"x" * LARGE)


def read_a_little(client: Any, url: str) -> None:
    response = client.get(url, stream=True)
    stream = response.stream if isinstance(client, FastHttpSession) else response.raw
    stream.read(1)
    Event().wait()


@pytest.fixture(params=["http", "fast"])
def any_client(request: Any, client: Any, hook: Any, events: list[Any]) -> Any:
    client.get("/")  # opens what the first request of the process opens for good
    events.clear()
    return client if request.param == "http" else FastHttpSession("http://127.0.0.1", hook, None)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def settled_files() -> int:
    """Once what earlier tests left has been closed."""
    gc.collect()
    count = -1
    while count != open_files():
        count = open_files()
        gevent.sleep(0.05)
    return count


def await_true(condition: Callable[[], bool], what: str) -> None:
    with gevent.Timeout(DEADLINE_S, AssertionError(what)):
        while not condition():
            gevent.sleep(0.01)


@pytest.mark.parametrize(
    ("play", "scheme", "call"),
    [
        pytest.param(saying(b""), "https", get, id="in the handshake"),
        pytest.param(read_nothing, "http", post, id="sending"),
        pytest.param(saying(b""), "http", get, id="waiting"),
        pytest.param(saying(HEADER + b"X-Cut: o"), "http", get, id="reading the header"),
        pytest.param(saying(HEADER + b"\r\nsome"), "http", get, id="reading the body"),
        pytest.param(send_until_nobody_reads, "http", read_a_little, id="standing still"),
    ],
)
def test_a_user_that_is_killed_ends_its_connection(
    any_client: Any, events: list[Any], play: Any, scheme: str, call: Callable[[Any, str], None]
) -> None:
    played = Played(play)
    listener = StreamServer(("127.0.0.1", 0), played)
    listener.start()
    before = settled_files()
    user = gevent.spawn(call, any_client, f"{scheme}://127.0.0.1:{listener.server_port}/")
    assert played.reached.wait(DEADLINE_S / 2)
    gevent.sleep(0.05)  # so that the answer has been taken
    assert not user.dead
    gc.disable()
    user.kill()
    assert [event for event in events if event["exception"]] == []
    events.clear()
    del user  # and with it the last that has its response, once the hub has forgotten it
    played.killed.set()
    try:
        assert played.ended.wait(DEADLINE_S / 2), "the connection is still there"
    finally:
        gc.enable()
        listener.stop()
    await_true(lambda: open_files() < before, "more than the listener is left over")


def test_a_user_that_is_killed_while_it_connects(any_client: Any) -> None:
    """A listener whose queue is full does not answer."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        before = settled_files()
        user = gevent.spawn(any_client.get, f"http://127.0.0.1:{full.getsockname()[1]}/")
        await_true(lambda: open_files() > before, "it does not connect")
        user.kill()
        await_true(lambda: open_files() <= before, "a descriptor is left over")
