"""What is this program's own about FastHttpUser."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import urllib3
from client_harness import Server, answer, events, hook, server

from locust import TaskSet
from locust.contrib.fasthttp import ClientPool, FastHttpLocust, FastHttpSession
from locust.env import Environment
from locust.event import EventHook, Events

__all__ = ["events", "hook", "server"]


def test_the_statistics_get_the_same_without_events(server: Server) -> None:
    environment = Environment(events=Events())
    environment.create_local_runner()
    session = FastHttpSession(server.url, environment.events.request, None)
    server.answers["/404"] = answer("404 Not Found", "missing")
    for _ in range(3):
        session.get("/x")
    session.get("/404")
    counts = {
        key: (entry.num_requests, entry.num_failures, entry.total_content_length)
        for key, entry in environment.stats.entries.items()
    }
    assert counts == {("/x", "GET"): (3, 0, 6), ("/404", "GET"): (1, 1, 7)}
    assert [repr(error.error) for error in environment.stats.errors.values()] == [
        "LocustBadStatusCode(code=404)"
    ]


def test_users_share_the_connections_of_one_pool(server: Server, hook: EventHook) -> None:
    for pool in (ClientPool(), urllib3.PoolManager()):
        server.connections = 0
        for _ in range(3):
            assert FastHttpSession(server.url, hook, None, client_pool=pool).get("/x").status_code == 200
        assert server.connections == 1


def test_what_a_model_imports_from_geventhttpclient_is_ours_if_that_is_not_installed(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    package = importlib.import_module("geventhttpclient")
    if "stand_ins" not in str(package.__file__):
        pytest.skip("geventhttpclient is installed")
    pool = importlib.import_module("geventhttpclient.client").HTTPClientPool(concurrency=10)
    for _ in range(2):
        FastHttpSession(server.url, hook, None, client_pool=pool).get("/x")
    assert server.connections == 1
    server.answers["/404"] = answer("404 Not Found", "missing")
    server.answers["/closed"] = b""
    session = FastHttpSession(server.url, hook, None)
    headers = session.get("/404").headers
    session.get("/closed")
    names = {
        name: importlib.import_module(f"geventhttpclient.{name}")
        for name in ("useragent", "response", "header")
    }
    assert isinstance(events[2]["exception"], names["useragent"].BadStatusCode)
    assert isinstance(events[2]["exception"], names["useragent"].ConnectionError)
    assert isinstance(events[3]["exception"], names["response"].HTTPConnectionClosed)
    assert isinstance(headers, names["header"].Headers)
    with pytest.raises(names["useragent"].BadStatusCode):
        package.UserAgent().urlopen(f"{server.url}/404")


def test_the_user_of_the_old_api(server: Server, hook: EventHook, events: list[dict[str, Any]]) -> None:
    class Tasks(TaskSet):
        pass

    class Visitor(FastHttpLocust):
        host = server.url
        task_set = Tasks

    environment = Environment(events=Events())
    environment.events.request = hook
    user: Any = Visitor.make(environment)
    assert user.client.get("/x").status_code == 200
    assert [event["name"] for event in events] == ["/x"]


def test_a_header_of_none_is_left_out(server: Server, hook: EventHook) -> None:
    """Locust sends the word None."""
    session = FastHttpSession(server.url, hook, None)
    session.get("/x", headers={"X-A": None, "Accept-Encoding": None})
    assert server.last["X-A"] is None
    assert server.last["Accept-Encoding"] == "identity"


def test_an_unknown_charset_is_taken_for_utf_8(server: Server, hook: EventHook) -> None:
    """Locust raises LookupError where the model looks at the text."""
    server.answers["/"] = answer("200 OK", "grüße", "Content-Type: text/html; charset=nonsense")
    assert FastHttpSession(server.url, hook, None).get("/").text == "grüße"


@pytest.mark.parametrize("lengths", [("2", "2"), ("2, 2",)])
def test_a_length_that_comes_twice_counts_once(
    server: Server, hook: EventHook, events: list[dict[str, Any]], lengths: tuple[str, ...]
) -> None:
    lines = [f"Content-Length: {length}" for length in lengths]
    server.answers["/"] = answer("200 OK", "ok", *lines, length=False)
    assert FastHttpSession(server.url, hook, None).get("/", stream=True).text == "ok"
    assert events[0]["response_length"] == 2
