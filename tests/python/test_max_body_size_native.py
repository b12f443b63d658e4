"""`max_body_size`: what exceeds it is received, timed and counted, but not kept."""

from __future__ import annotations

import ssl
import zlib
from functools import partial
from typing import Any

import gevent
import pytest
from client_harness import Server, answer, client, events, fast, hook, server
from test_client_tls import certificate
from test_client_tls import server as tls_server

from locust import HttpUser
from locust.contrib.fasthttp import FastHttpSession, FastHttpUser
from locust.env import Environment
from locust.event import EventHook

__all__ = ["certificate", "client", "events", "fast", "hook", "server", "tls_server"]

BODY = b"0123456789" * 10_000


@pytest.fixture(params=["client", "fast"])
def session(request: Any) -> Any:
    return request.getfixturevalue(request.param)


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.parametrize("how", ["plain", "through requests", "with a body that is read", "after a redirect"])
@pytest.mark.parametrize("size", [0, 7, 20_000, 99_999])
def test_what_exceeds_it_is_counted(
    session: Any, server: Server, events: list[dict[str, Any]], size: int, how: str
) -> None:
    server.answers["/"] = answer("200 OK", BODY)
    server.answers["/from"] = answer("302 Found", BODY, "Location: /")
    session.max_body_size = size
    keywords: dict[str, Any] = {}
    if how == "through requests":
        keywords = {"files": {"a": b"b"}}
    elif how == "with a body that is read":
        keywords = {"data": iter([b"piece"])}
    response = session.post("/from" if how == "after a redirect" else "/", **keywords)
    assert response.content == BODY[:size]
    assert response.text == BODY[:size].decode()
    assert response.is_cut
    assert [event["response_length"] for event in events] == [len(BODY)]
    assert [hop.is_cut for hop in response.history] == [True] * len(response.history)
    assert server.connections == 1


@pytest.mark.parametrize("size", [None, len(BODY), 1 << 40])
def test_what_does_not_exceed_it_is_whole(session: Any, server: Server, size: int | None) -> None:
    server.answers["/"] = answer("200 OK", BODY)
    session.max_body_size = size
    response = session.get("/")
    assert response.content == BODY
    assert not response.is_cut


def test_it_may_change_from_request_to_request(session: Any, server: Server) -> None:
    for size, content in ((3, b"wor"), (None, b"words"), (1, b"w")):
        server.answers["/"] = answer("200 OK", b"words")
        session.max_body_size = size
        assert session.get("/").content == content


def test_it_is_none_at_first_and_no_number_of_bytes_is_negative(session: Any, server: Server) -> None:
    assert session.max_body_size is None
    session.max_body_size = -1
    with pytest.raises(OverflowError):
        session.get("/")


def test_streamed_bodies_are_the_models(session: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", BODY)
    session.max_body_size = 3
    response = session.get("/", stream=True)
    assert response.content == BODY
    assert not response.is_cut


@pytest.mark.parametrize("user_class", [HttpUser, FastHttpUser])
def test_a_user_class_says_it(server: Server, user_class: Any) -> None:
    server.answers["/"] = answer("200 OK", BODY)

    class Visitor(user_class):  # type: ignore[misc]
        host = server.url
        max_body_size = 5

    assert Visitor(Environment()).client.get("/").content == BODY[:5]
    assert user_class.max_body_size is None


def test_an_answer_that_is_no_http_is_quoted_whole(client: Any, server: Server) -> None:
    client.max_body_size = 2
    server.answers["/"] = b"this is no HTTP at all\r\n\r\n"
    assert "this is no HTTP at all" in str(client.get("/").error)


def bomb(length: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    packed = [packer.compress(bytes(1 << 20)) for _ in range(length >> 20)]
    return b"".join([*packed, packer.flush()])


def test_memory_stays_flat_under_a_bomb(session: Any, server: Server, events: list[dict[str, Any]]) -> None:
    length = 64 << 20
    server.answers["/"] = answer("200 OK", bomb(length), "Content-Encoding: gzip")
    session.max_body_size = 1000
    most = before = resident()
    done = False

    def watch() -> None:
        nonlocal most
        while not done:
            most = max(most, resident())
            gevent.sleep(0.002)

    watching = gevent.spawn(watch)
    response = session.get("/")
    done = True
    watching.get()
    assert response.content == bytes(1000)
    assert events[0]["response_length"] == length
    assert most - before < 24 << 20


def test_connections_of_the_models_own_keep_to_it_too(
    tls_server: Server, certificate: Any, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    tls_server.answers["/"] = answer("200 OK", bomb(20 << 20), "Content-Encoding: gzip")
    trusting = partial(ssl.create_default_context, cafile=str(certificate[0]))
    session = FastHttpSession(tls_server.url, hook, None, ssl_context_factory=trusting, max_body_size=1000)
    response = session.get("/")
    assert response.content == bytes(1000)
    assert response.is_cut
    assert events[0]["response_length"] == 20 << 20
