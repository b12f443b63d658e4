"""How a session follows redirects, and what is recorded of them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from client_harness import Server, answer, client, events, hook, redirect, server

__all__ = ["client", "events", "hook", "server"]


@pytest.mark.parametrize(
    ("status", "method", "followed_by"),
    [
        (301, "GET", "GET"),
        (301, "POST", "GET"),
        (301, "PUT", "PUT"),
        (302, "GET", "GET"),
        (302, "POST", "GET"),
        (302, "PUT", "GET"),
        (302, "HEAD", "HEAD"),
        (303, "POST", "GET"),
        (303, "DELETE", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "GET", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
        (308, "DELETE", "DELETE"),
    ],
)
def test_the_method_after_a_redirect(
    client: Any, server: Server, status: int, method: str, followed_by: str
) -> None:
    server.answers["/from"] = redirect("/to", f"{status} Away")
    response = client.request(method, "/from", allow_redirects=True)
    assert server.targets == [f"{method} /from", f"{followed_by} /to"]
    assert response.status_code == 200
    assert response.request.method == followed_by


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_body_is_dropped_with_its_method(client: Any, server: Server, status: int) -> None:
    server.answers["/from"] = redirect("/to", f"{status} Away")
    client.post("/from", json={"a": 1}, headers={"X-Kept": "yes"})
    assert server.sent[0].body == b'{"a": 1}'
    assert server.last.body == b""
    assert server.last.unusual_headers() == {"X-Kept": "yes"}


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_is_sent_again_with_its_method(client: Any, server: Server, status: int) -> None:
    server.answers["/from"] = redirect("/to", f"{status} Away")
    client.post("/from", data={"a": 1})
    assert server.last.method == "POST"
    assert server.last.body == b"a=1"
    assert server.last["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_file_is_rewound_and_sent_again(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to", "307 Away")
    client.post("/from", data=io.BytesIO(b"content"))
    assert [sent.body for sent in server.sent] == [b"content", b"content"]


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/to", "/to"),
        ("to", "/a/to"),
        ("../to?x=1", "/to?x=1"),
        ("?x=1", "/a/from?x=1"),
        ("/to#part", "/to"),
        ("/a b/å", "/a%20b/%C3%A5"),
        ("/a%20b", "/a%20b"),
        ("{url}/to", "/to"),
        ("//{netloc}/to", "/to"),
        ("HTTP://{netloc}/to", "/to"),
    ],
)
def test_where_a_location_leads(client: Any, server: Server, location: str, target: str) -> None:
    location = location.replace("{url}", server.url).replace("{netloc}", server.netloc)
    server.answers["/a/from"] = answer("302 Found", b"").replace(
        b"\r\n", f"\r\nLocation: {location}\r\n".encode(), 1
    )
    client.get("/a/from")
    assert server.last.target == target


def test_a_fragment_outlives_the_redirect(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to")
    server.answers["/elsewhere"] = redirect("/to#own")
    assert client.get("/from#part").url == f"{server.url}/to#part"
    assert client.get("/elsewhere#part").url == f"{server.url}/to#own"
    assert server.last.target == "/to"


def test_the_history_tells_the_way(client: Any, server: Server) -> None:
    server.answers["/1"] = redirect("/2", "301 Moved", "X-Hop: one")
    server.answers["/2"] = redirect("/3")
    response = client.get("/1")
    assert [(r.status_code, r.url, r.is_redirect) for r in response.history] == [
        (301, f"{server.url}/1", True),
        (302, f"{server.url}/2", True),
    ]
    assert response.history[0].headers["x-hop"] == "one"
    assert response.history[0].is_permanent_redirect
    assert [r.request.url for r in response.history] == [f"{server.url}/1", f"{server.url}/2"]
    assert [len(r.history) for r in response.history] == [0, 1]
    assert (response.url, response.text, response.is_redirect) == (f"{server.url}/3", "ok", False)
    assert server.connections == 1


def test_only_a_redirect_that_is_not_followed_knows_where_it_leads(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to")
    assert client.get("/from").history[0].next is None
    assert client.get("/from", allow_redirects=False).next.url == f"{server.url}/to"


def test_a_redirect_is_one_request_named_by_its_first_url(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/1"] = redirect("/2?y=2")
    server.answers["/2"] = answer("200 OK", "the end")
    client.get("/1", params={"x": 1})
    assert len(events) == 1
    assert events[0]["name"] == "/1?x=1"
    assert events[0]["url"] == f"{server.url}/1?x=1"
    assert events[0]["response_length"] == 7
    assert events[0]["exception"] is None


def test_a_failure_at_the_end_is_a_failure(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/1"] = redirect("/2")
    server.answers["/2"] = answer("404 Not Found")
    response = client.get("/1")
    assert response.status_code == 404
    assert str(events[0]["exception"]) == "404 Client Error: Not Found for url: /1"


def test_redirects_are_not_followed_when_the_model_says_so(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/from"] = redirect("/to")
    response = client.get("/from", allow_redirects=False)
    assert server.targets == ["GET /from"]
    assert (response.status_code, response.headers["Location"], response.history) == (302, "/to", [])
    assert response.is_redirect
    assert response.next.url == f"{server.url}/to"
    assert events[0]["exception"] is None
    assert client.head("/from").status_code == 302
    assert server.targets[1:] == ["HEAD /from"]
    assert client.head("/from", allow_redirects=True).status_code == 200


def test_a_redirect_without_location_is_a_response(client: Any, server: Server) -> None:
    server.answers["/"] = answer("302 Found", "nowhere")
    response = client.get("/")
    assert (response.status_code, response.text, response.is_redirect) == (302, "nowhere", False)


@pytest.mark.parametrize("status", ["300 Choices", "304 Not Modified", "305 Use Proxy"])
def test_other_codes_with_a_location_are_responses(client: Any, server: Server, status: str) -> None:
    server.answers["/"] = redirect("/to", status)
    response = client.get("/")
    assert response.status_code == int(status[:3])
    assert not response.is_redirect
    assert server.targets == ["GET /"]


def test_too_many_redirects(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/loop"] = redirect("/loop")
    response = client.get("/loop")
    assert len(server.sent) == 31
    assert (response.status_code, response.content) == (0, None)
    assert isinstance(response.error, requests.TooManyRedirects)
    assert str(events[0]["exception"]) == "Exceeded 30 redirects."
    assert events[0]["name"] == "/loop"
    assert events[0]["url"] == f"{server.url}/loop"

    del server.sent[:]
    client.max_redirects = 3
    assert str(client.get("/loop").error) == "Exceeded 3 redirects."
    assert len(server.sent) == 4


def test_credentials_stay_with_their_host(client: Any, server: Server) -> None:
    other = Server()
    other.start()
    server.answers["/here"] = redirect("/to")
    server.answers["/away"] = redirect(f"{other.url}/to")
    client.get("/here", auth=("me", "pw"))
    assert server.last["Authorization"] == "Basic bWU6cHc="
    client.get("/away", auth=("me", "pw"), headers={"X-A": "b"})
    assert other.last["Authorization"] is None
    assert other.last["X-A"] == "b"
    assert other.last["Host"] == other.netloc
    client.get("/away", headers={"Authorization": "Bearer x"})
    assert other.last["Authorization"] is None
    other.stop()


def test_credentials_in_a_location_are_not_sent(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect(server.url.replace("//", "//me:secret@") + "/to")
    client.get("/from")
    assert server.last.target == "/to"
    assert server.last["Authorization"] is None


def test_the_cookies_of_a_host_stay_with_it(client: Any, server: Server) -> None:
    other = Server()
    other.start()
    server.answers["/away"] = redirect(other.url.replace("127.0.0.1", "localhost") + "/to")
    client.cookies.set("here", "1", domain="127.0.0.1")
    client.get("/away", cookies={"once": "2"})
    assert sorted((server.last["Cookie"] or "").split("; ")) == ["here=1", "once=2"]
    assert other.last["Cookie"] == "once=2"
    other.stop()


def test_a_redirect_to_nowhere_is_the_failure_of_the_first_request(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    other = Server()
    other.start()
    other.stop()
    server.answers["/away"] = redirect(f"{other.url}/to")
    response = client.get("/away")
    assert (response.status_code, response.history) == (0, [])
    assert isinstance(events[0]["exception"], ConnectionRefusedError)
    assert events[0]["request_type"] == "GET"


@pytest.mark.parametrize("location", ["ftp://example.org/", "mailto:me@example.org"])
def test_a_redirect_to_another_scheme_raises(
    client: Any, server: Server, events: list[dict[str, Any]], location: str
) -> None:
    server.answers["/"] = redirect(location)
    with pytest.raises(requests.exceptions.InvalidSchema):
        client.get("/")
    assert events == []


def test_following_by_hand(client: Any, server: Server) -> None:
    server.answers["/1"] = redirect("/2")
    server.answers["/2"] = redirect("/3")
    first = client.get("/1", allow_redirects=False)
    followed = list(client.resolve_redirects(first, first.request))
    assert [response.url for response in followed] == [f"{server.url}/2", f"{server.url}/3"]
