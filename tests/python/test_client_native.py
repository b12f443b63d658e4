"""What is this program's own about the client: its short cuts, and where it goes further than Locust does."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import requests
import urllib3
from client_harness import Server, answer, client, events, hook, redirect, server
from requests.auth import HTTPBasicAuth

import locust
from locust import clients
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.event import EventHook, Events

__all__ = ["client", "events", "hook", "server"]


@pytest.fixture
def counted(server: Server) -> tuple[Any, Any]:
    """A session to which only the statistics listen, and those."""
    environment = Environment(events=Events())
    environment.create_local_runner().greenlet.kill()  # which else goes on watching the process
    session = HttpSession(server.url, environment.events.request, None)
    session.trust_env = False
    return session, environment.stats


def test_the_statistics_get_the_same_without_events(counted: tuple[Any, Any], server: Server) -> None:
    session, stats = counted
    server.answers["/404"] = answer("404 Not Found", "missing")
    server.answers["/from"] = redirect("/to")
    for _ in range(3):
        session.get("/x")
    session.get("/404")
    session.get("/from", name="named")
    session.get("/x", params={"a": 1}, hooks={"response": lambda response, **_: None})
    with session.get("/x", catch_response=True) as response:
        response.failure("no")
    counts = {
        key: (entry.num_requests, entry.num_failures, entry.total_content_length)
        for key, entry in stats.entries.items()
    }
    assert counts == {
        ("/x", "GET"): (4, 1, 8),
        ("/404", "GET"): (1, 1, 7),
        ("named", "GET"): (1, 0, 2),
        ("/x?a=1", "GET"): (1, 0, 2),
    }
    assert sorted(repr(error.error) for error in stats.errors.values()) == [
        "CatchResponseError('no')",
        "HTTPError('404 Client Error: Not Found for url: /404')",
    ]


def test_a_response_that_nobody_listened_to_knows_its_event(counted: tuple[Any, Any], server: Server) -> None:
    session, _ = counted
    response = session.get("/x", context={"a": 1})
    assert response.request_meta["name"] == "/x"
    assert response.request_meta["context"] == {"a": 1}
    assert response.request_meta["response_length"] == 2


@pytest.mark.parametrize(
    ("call", "natively"),
    [
        (lambda c: c.get("/x"), True),
        (lambda c: c.get("/x y?ü#f"), True),
        (lambda c: c.get("/x", params={"a": 1}, headers={"X-A": "b"}, timeout=5), True),
        (lambda c: c.post("/x", json={"a": 1}, auth=("me", "pw"), verify=False), True),
        (lambda c: c.get("/x", auth=HTTPBasicAuth("me", "pw")), True),
        (lambda c: c.post("/x", data={"a": 1}, name="n", catch_response=True), True),
        (lambda c: c.get("/redirect"), True),
        (lambda c: c.get("/x", hooks={"response": lambda response, **_: None}), False),
        (lambda c: c.post("/x", files={"a": b"b"}, data={"c": "d"}), True),
        (lambda c: c.post("/x", files={"a": b"b"}, json={"c": "d"}), False),
        (lambda c: c.post("/x", files={"a": b"b"}, stream=False, hooks={}, proxies=None), True),
        (lambda c: c.get("/x", stream=True), False),
    ],
)
def test_which_requests_take_the_native_path(client: Any, server: Server, call: Any, natively: bool) -> None:
    server.answers["/redirect"] = redirect("/x")
    before = clients._prepared_by_requests
    call(client)
    assert (clients._prepared_by_requests == before) == natively


def test_the_debug_log_tells_how_many_did_not(
    client: Any, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clients, "_prepared_by_requests", 0)
    with caplog.at_level(logging.DEBUG, "locust.clients"):
        for _ in range(5):
            client.get("/", hooks={"response": lambda response, **_: None})
    assert [record.getMessage() for record in caplog.records] == [
        f"{count} requests so far did not take the native path" for count in (1, 2, 4)
    ]


def test_a_with_block_without_catch_response_works_and_is_mentioned_once(
    client: Any, events: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    clients._warn_once.cache_clear()
    for _ in range(2):
        with client.get("/x") as response:
            assert response.text == "ok"
            response.failure("too late to count")
    assert [event["exception"] for event in events] == [None, None]
    assert len(caplog.records) == 1
    assert "without catch_response=True" in caplog.text


def test_a_prepared_request_may_be_the_first(client: Any, server: Server) -> None:
    prepared = client.prepare_request(requests.Request("GET", f"{server.url}/x"))
    assert client.send(prepared).status_code == 200


def test_an_empty_session_header_is_not_filled_in(client: Any, server: Server) -> None:
    client.headers.pop("User-Agent")
    client.get("/")
    assert server.last["User-Agent"] is None


def test_the_events_of_old_constructors(server: Server) -> None:
    succeeded: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []

    def on_success(request_type: str, name: str, response_time: float, response_length: int) -> None:
        succeeded.append({"name": name, "length": response_length})

    def on_failure(
        request_type: str, name: str, response_time: float, response_length: int, exception: Any
    ) -> None:
        failed.append({"name": name, "exception": str(exception)})

    program = locust.events
    program.request_success.add_listener(on_success)
    program.request_failure.add_listener(on_failure)
    server.answers["/404"] = answer("404 Not Found")
    try:
        sessions = [
            HttpSession(server.url),
            HttpSession(base_url=server.url),
            HttpSession(server.url, program.request_success, program.request_failure),
            HttpSession(
                base_url=server.url,
                request_success=program.request_success,
                request_failure=program.request_failure,
            ),
        ]
        for session in sessions:
            session.get("/x")
            session.get("/404")
    finally:
        program.request_success.remove_listener(on_success)
        program.request_failure.remove_listener(on_failure)
    assert succeeded == [{"name": "/x", "length": 2}] * 4
    # Those with an address alone are of the API until 0.14, whose messages had the whole URL.
    blamed = [f"{server.url}/404"] * 2 + ["/404"] * 2
    assert failed == [
        {"name": "/404", "exception": f"404 Client Error: Not Found for url: {url}"} for url in blamed
    ]


def test_sessions_with_one_pool_manager_share_connections(server: Server, hook: EventHook) -> None:
    pool = urllib3.PoolManager()
    for _ in range(3):
        HttpSession(server.url, hook, None, pool_manager=pool).get("/x")
    assert server.connections == 1
    HttpSession(server.url, hook, None, pool_manager=urllib3.PoolManager()).get("/x")
    assert server.connections == 2


def test_the_constructor_refuses_what_it_does_not_know(server: Server, hook: EventHook) -> None:
    with pytest.raises(TypeError):
        HttpSession(server.url, hook, None, nonsense=1)


@pytest.mark.parametrize("host", ["127.0.0.1:19090", "ftp://127.0.0.1", "file:///etc"])
def test_a_host_that_is_no_http_url_raises_and_is_not_recorded(host: str) -> None:
    recorded: list[str] = []
    event = EventHook()
    event.add_listener(lambda **request: recorded.append(request["name"]))
    session = HttpSession(base_url=host, request_event=event, user=None)
    session.trust_env = False
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get("/x")
    assert recorded == []


@pytest.mark.parametrize("make", [HttpSession, FastHttpSession])
@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("DELETE", 2), ("POST", 1)])
def test_a_request_is_repeated_once_if_that_is_safe_and_its_connection_dies(
    server: Server, hook: EventHook, events: list[dict[str, Any]], make: Any, method: str, times: int
) -> None:
    server.answers["/second"] = lambda sent: b"" if sent.connection == 1 else answer()
    session = make(server.url, hook, None)
    session.get("/")
    session.request(method, "/second")
    assert server.targets == ["GET /", *[f"{method} /second"] * times]
    assert (events[1]["exception"] is None) == (times == 2)
