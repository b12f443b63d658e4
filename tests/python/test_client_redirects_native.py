"""Redirects that are followed without `requests`, and what it makes of the same chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from client_harness import Sent, Server, answer, client, events, hook, redirect, server
from requests.auth import HTTPBasicAuth

from locust import clients
from locust.clients import HttpSession
from locust.env import Environment
from locust.event import Events

__all__ = ["client", "events", "hook", "server"]

Call = Callable[[Any], Any]


def chain(*locations: str) -> dict[str, bytes]:
    """Answers to /1, /2 ... with these locations."""
    return {f"/{number}": redirect(location) for number, location in enumerate(locations, 1)}


def get(session: Any) -> Any:
    return session.get("/1")


def asking(method: str, **keywords: Any) -> Call:
    return lambda session: session.request(method, "/1", allow_redirects=True, **keywords)


def with_cookies(session: Any) -> Any:
    session.cookies.set("here", "1")
    session.cookies.set("deep", "2", path="/to/")
    session.cookies.set("there", "3", domain="elsewhere.invalid")
    return session.get("/1")


def with_limit(session: Any) -> Any:
    session.max_redirects = 2
    return session.get("/1")


# What is asked, and the answers.
PLAIN: dict[str, tuple[Call, dict[str, Any]]] = {
    "one": (get, chain("/to")),
    "three": (get, chain("/2", "/3", "/to/the/end?a=1&b=/?")),
    "to the whole URL": (get, chain("{url}/to")),
    "other letters": (get, chain("/~to_/x-y.z/(a)!$&'*+,=:@")),
    "nobody there": (get, {**chain("/to"), "/to": answer("404 Not Found", "missing")}),
    "no answer": (get, {**chain("/2", "/to"), "/to": b""}),
    "no location": (get, {**chain("/to"), "/to": answer("302 Found", "nowhere")}),
    "query of its own": (lambda s: s.get("/1?x=1#", params=None), chain("/to")),
    "a name": (lambda s: s.get("/1", name="named", timeout=5), chain("/to")),
    "a form": (asking("POST", data={"user": "me", "password": "s&d"}), chain("/to")),
    "json, seen after POST": (
        asking("POST", json={"a": 1}, headers={"X-A": "b"}),
        {"/1": redirect("/to", "303 See")},
    ),
    "an empty POST": (asking("POST"), {"/1": redirect("/to", "301 Moved")}),
    "DELETE": (asking("DELETE"), chain("/to")),
    "HEAD": (asking("HEAD"), {"/1": redirect("/to", "303 See")}),
    "307": (get, {"/1": redirect("/to", "307 Away")}),
    "308 HEAD": (asking("HEAD"), {"/1": redirect("/to", "308 Away")}),
    "auth": (asking("GET", auth=("me", "pw")), chain("/to")),
    "a header of cookies": (asking("GET", headers={"Cookie": "a=1", "X-A": "b"}), chain("/to")),
    "verify": (asking("GET", verify=False), chain("/to")),
    "cookies": (with_cookies, chain("/2", "/to/x")),
    "a cookie is set": (
        with_cookies,
        {
            "/1": redirect("/2", "302 Found", "Set-Cookie: a=1; Path=/", "Set-Cookie: here=7; Path=/"),
            "/2": redirect("/to", "302 Found", "Set-Cookie: b=2", "Set-Cookie: a=; Max-Age=0; Path=/"),
            "/to": answer("200 OK", "in", "Set-Cookie: c=3"),
        },
    ),
    "the first cookie": (
        get,
        {"/1": redirect("/to", "302 Found", "Set-Cookie: a=1; Path=/"), "/to": answer("200 OK", "in")},
    ),
    "a block": (lambda s: s.get("/1", catch_response=True).__enter__(), chain("/to")),
    "no more than allowed": (with_limit, chain("/2", "/to")),
}
UNUSUAL: dict[str, tuple[Call, dict[str, Any]]] = {
    "something to quote": (get, chain("/a b")),
    "something quoted": (get, chain("/a%20b")),
    "dots": (get, chain("/a/../to")),
    "a dot at the end": (get, chain("/a/.")),
    "relative": (get, chain("to")),
    "nothing": (get, chain("")),
    "a query alone": (get, chain("?a=1")),
    "a question without": (get, chain("/to?")),
    "parameters of a path": (get, chain("/to;")),
    "a fragment": (get, chain("/to#part")),
    "a fragment from the first": (lambda s: s.get("/1#part"), chain("/to")),
    "a server": (get, chain("//{netloc}/to")),
    "two slashes": (get, chain("///to")),
    "the name in capitals": (get, chain("HTTP://{netloc}/to")),
    "credentials": (get, chain("http://me:pw@{netloc}/to")),
    "another port": (get, chain("http://127.0.0.1:1/to")),
    "two locations": (get, {"/1": redirect("/2", "302 Found", "Location: /3")}),
    "a body again": (asking("POST", data=b"some"), {"/1": redirect("/to", "307 Away")}),
    "PUT again": (asking("PUT"), {"/1": redirect("/to", "301 Away")}),
    "a Host": (asking("GET", headers={"Host": "me"}), chain("/to")),
    "cookies of its own": (asking("GET", cookies={"own": "1"}), chain("/to")),
    "too many": (with_limit, chain("/2", "/3", "/to")),
}
MIXED: dict[str, tuple[Call, dict[str, Any]]] = {
    "at last": (get, chain("/2", "/3", "/a b")),
    "at first": (get, chain("../2", "/3", "/to")),
    "in between": (get, chain("/2", "/3#part", "/4", "/to")),
    "with cookies": (
        with_cookies,
        {
            "/1": redirect("/2", "302 Found", "Set-Cookie: a=1; Path=/"),
            "/2": redirect("to", "302 Found", "Set-Cookie: a=2; Path=/", "Set-Cookie: b=2"),
        },
    ),
}


def described_hop(hop: Any) -> tuple[Any, ...]:
    request = hop.request
    return (
        (hop.status_code, hop.url, hop.text, hop.is_redirect, len(hop.history)),
        (hop.next.url, list(hop.next.headers.items())) if hop.next is not None else None,
        (request.method, request.url, list(request.headers.items()), request.body, request.hooks),
        sorted((cookie.name, cookie.value, cookie.path) for cookie in request._cookies),
        sorted(hop.cookies.items()),
        type(getattr(hop, "connection", None)),
    )


def record_of(server: Server, call: Call) -> tuple[Any, ...]:
    environment = Environment(events=Events())
    environment.create_local_runner()
    session = HttpSession(server.url, environment.events.request, None)
    session.trust_env = False
    told: list[Any] = []
    session.request_event.add_listener(lambda **event: told.append(event))
    before = len(server.sent)
    response = call(session)
    total = environment.stats.total
    error = response.error
    return (
        [(sent.method, sent.target, sent.headers, sent.body) for sent in server.sent[before:]],
        [described_hop(hop) for hop in [*response.history, response] if hop.request is not None],
        type(response),
        (type(error), str(error), error.request.url) if error is not None else None,
        [
            (event["name"], event["url"], repr(event["exception"]), event["response"] is response)
            for event in told
        ],
        sorted((cookie.name, cookie.value, cookie.path) for cookie in session.cookies),
        (total.num_requests, total.num_failures, total.total_content_length),
    )


def answer_with(server: Server, answers: dict[str, bytes]) -> None:
    for path, made in answers.items():
        server.answers[path] = made.replace(b"{url}", server.url.encode()).replace(
            b"{netloc}", server.netloc.encode()
        )


ALL = {**PLAIN, **UNUSUAL, **MIXED}


@pytest.mark.parametrize(("call", "answers"), ALL.values(), ids=ALL)
def test_a_chain_is_followed_as_requests_follows_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, answers: dict[str, bytes]
) -> None:
    answer_with(server, answers)
    ours = record_of(server, call)
    monkeypatch.setattr(clients._plain_redirects, "follow", lambda *_: None)
    assert ours == record_of(server, call)


@pytest.mark.parametrize(("call", "answers"), PLAIN.values(), ids=PLAIN)
def test_requests_follows_none_that_is_plain(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, answers: dict[str, bytes]
) -> None:
    answer_with(server, answers)
    monkeypatch.setattr(requests.PreparedRequest, "copy", lambda _: pytest.fail("`requests` follows"))
    record_of(server, call)


def test_the_history_of_a_hop_is_what_came_before_it(client: Any, server: Server) -> None:
    answer_with(server, chain("/2", "/3", "/to"))
    response = client.get("/1")
    assert [hop.history for hop in response.history] == [[], response.history[:1], response.history[:2]]


OVERRIDDEN: dict[str, Callable[..., Any]] = {
    "rebuild_auth": lambda self, prepared, response: prepared.headers.update({"X-Own": "yes"}),
    "rebuild_method": lambda self, prepared, response: setattr(prepared, "method", "POST"),
    "get_redirect_target": lambda self, response: "/own" if response.status_code == 302 else None,
}


@pytest.mark.parametrize("way", ["subclass", "patch", "instance"])
@pytest.mark.parametrize("name", OVERRIDDEN)
def test_a_step_of_the_models_own_is_taken(
    server: Server, monkeypatch: pytest.MonkeyPatch, way: str, name: str
) -> None:
    answer_with(server, chain("/to"))
    session_class: Any = HttpSession
    if way == "subclass":
        session_class = type("Own", (HttpSession,), {name: OVERRIDDEN[name]})
    elif way == "patch":
        monkeypatch.setattr(requests.Session, name, OVERRIDDEN[name])
    session = session_class(server.url, Events().request, None)
    session.trust_env = False
    if way == "instance":
        setattr(session, name, OVERRIDDEN[name].__get__(session))
    session.get("/1")
    last: Sent = server.last
    assert (last["X-Own"], last.method, last.target) in [
        ("yes", "GET", "/to"),
        (None, "POST", "/to"),
        (None, "GET", "/own"),
    ]


def test_the_time_of_a_chain_is_that_of_its_requests(client: Any, server: Server, events: list[Any]) -> None:
    answer_with(server, chain("/2", "/to"))
    response = client.get("/1", auth=HTTPBasicAuth("me", "pw"))
    hops = [*response.history, response]
    assert events[0]["response_time"] == pytest.approx(sum(hop.timings.total for hop in hops))
