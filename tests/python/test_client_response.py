"""A response is a `requests.Response`, whichever part of it a model looks at."""

from __future__ import annotations

import copy
import datetime
import gzip
import io
import pickle
import zlib
from typing import Any

import pytest
import requests
from client_harness import Server, answer, client, events, hook, redirect, server

__all__ = ["client", "events", "hook", "server"]

JSON_HEADER = "Content-Type: application/json"


def test_the_parts_of_a_response(client: Any, server: Server) -> None:
    server.answers["/x"] = answer("201 Made It", '{"a": 1}', JSON_HEADER, "X-One: 1", "X-Two: a", "x-two: b")
    response = client.get("/x?q=1")
    assert isinstance(response, requests.Response)
    assert (response.status_code, response.reason, response.ok) == (201, "Made It", True)
    assert bool(response) is True
    assert repr(response) == "<Response [201]>"
    assert response.url == f"{server.url}/x?q=1"
    assert (response.content, response.text, response.json()) == (b'{"a": 1}', '{"a": 1}', {"a": 1})
    assert response.encoding == "utf-8"
    assert response.headers["content-type"] == "application/json"
    assert response.headers.get("X-ONE") == "1"
    assert response.headers["X-Two"] == "a, b"
    assert "x-three" not in response.headers
    assert dict(response.headers)["X-One"] == "1"
    assert isinstance(response.elapsed, datetime.timedelta)
    assert 0 < response.elapsed.total_seconds() < 10
    assert (response.history, response.is_redirect, response.is_permanent_redirect) == ([], False, False)
    assert response.next is None
    assert response.links == {}
    assert response.error is None
    assert response.raise_for_status() is None
    response.close()


def test_the_request_of_a_response(client: Any, server: Server) -> None:
    client.cookies.set("c", "1")
    request = client.post("/x", params={"q": 1}, json={"a": 1}, headers={"X-A": "b"}).request
    assert isinstance(request, requests.PreparedRequest)
    assert (request.method, request.url) == ("POST", f"{server.url}/x?q=1")
    assert (request.path_url, request.body) == ("/x?q=1", b'{"a": 1}')
    assert request.headers["x-a"] == "b"
    assert request.headers["Content-Length"] == "8"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Cookie"] == "c=1"
    assert request.headers["User-Agent"].startswith("python-requests/")
    assert client.get("/y").request.body is None
    assert "Content-Length" not in client.get("/y").request.headers
    assert client.put("/y").request.headers["Content-Length"] == "0"
    assert client.post("/y", data={"a": "b"}).request.body == "a=b"
    assert client.post("/y", data="text").request.body == "text"
    assert client.get("/y#part").request.url == f"{server.url}/y#part"


def test_a_request_is_sent_again(client: Any, server: Server) -> None:
    response = client.post("/x", json=[1], headers={"X-A": "b"}, auth=("me", "pw"))
    for again in (client.send(response.request), response.connection.send(response.request)):
        assert (again.status_code, again.text) == (200, "ok")
    first, *others = server.sent
    for other in others:
        assert (first.method, first.target, first.body) == (other.method, other.target, other.body)
        assert dict(first.headers) == dict(other.headers)


@pytest.mark.parametrize(
    ("content_type", "encoding", "text"),
    [
        ("text/html; charset=utf-8", "utf-8", "grüße"),
        ("text/html; charset=ISO-8859-1", "ISO-8859-1", "grÃ¼Ã\x9fe"),
        ("text/html", "ISO-8859-1", "grÃ¼Ã\x9fe"),
        ("text/plain; charset='utf-8'", "utf-8", "grüße"),
        ("application/json", "utf-8", "grüße"),
        ("text/html; charset=nonsense", "nonsense", "grüße"),
    ],
)
def test_text_is_decoded_as_the_header_says(
    client: Any, server: Server, content_type: str, encoding: str | None, text: str
) -> None:
    server.answers["/"] = answer("200 OK", "grüße", f"Content-Type: {content_type}")
    response = client.get("/")
    assert (response.encoding, response.text) == (encoding, text)
    response.encoding = "utf-8"
    assert response.text == "grüße"


def test_text_without_a_type_is_guessed(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", "Müllers Kühe, Müllers Rinder".encode())
    response = client.get("/")
    assert response.encoding is None
    assert response.apparent_encoding.lower() == "utf-8"
    assert response.text == "Müllers Kühe, Müllers Rinder"


@pytest.mark.parametrize("body", ["", "<html>", "{'a': 1}"])
def test_json_that_is_none_raises(client: Any, server: Server, body: str) -> None:
    server.answers["/"] = answer("200 OK", body)
    response = client.get("/")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()
    with pytest.raises(ValueError):
        response.json()


@pytest.mark.parametrize(
    ("encoding", "compressed"),
    [
        ("gzip", gzip.compress(b"squeezed")),
        ("deflate", zlib.compress(b"squeezed")),
        ("GZIP", gzip.compress(b"squeezed")),
        ("identity", b"squeezed"),
    ],
)
def test_bodies_are_decompressed_and_counted_so(
    client: Any, server: Server, events: list[dict[str, Any]], encoding: str, compressed: bytes
) -> None:
    server.answers["/"] = answer("200 OK", compressed, f"Content-Encoding: {encoding}")
    response = client.get("/")
    assert response.text == "squeezed"
    assert response.headers["Content-Encoding"] == encoding
    assert response.headers["Content-Length"] == str(len(compressed))
    assert events[0]["response_length"] == 8


@pytest.mark.parametrize(
    "body",
    [
        answer("200 OK", b"3\r\none\r\n3;x=y\r\ntwo\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
        answer("200 OK", b"3\r\none\r\n3\r\ntwo\r\n0\r\nX-T: 1\r\n\r\n", "Transfer-Encoding: chunked", length=False),
        answer("200 OK", b"onetwo", "Connection: close", length=False),
        answer("100 Continue", b"", length=False) + answer("200 OK", b"onetwo"),
    ],
    ids=["chunks", "chunks and a trailer", "until the end", "after a hundred"],
)  # fmt: skip
def test_the_ways_a_body_may_come(client: Any, server: Server, body: bytes) -> None:
    server.answers["/"] = body
    for _ in range(2):
        response = client.get("/")
        assert (response.status_code, response.text) == (200, "onetwo")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_responses_that_have_no_body(client: Any, server: Server, status: str) -> None:
    server.answers["/"] = answer(status, b"", length=False)
    response = client.get("/")
    assert (response.status_code, response.content, response.text) == (int(status[:3]), b"", "")
    assert client.head("/x").content == b""
    assert client.get("/x").text == "ok"
    assert server.connections == 1


@pytest.mark.parametrize(
    ("line", "reason"), [("200 OK", "OK"), ("200", ""), ("200 ", ""), ("200 Not \xe5 Word", "Not \xe5 Word")]
)
def test_the_reason(client: Any, server: Server, line: str, reason: str) -> None:
    server.answers["/"] = answer(line).decode().encode("latin-1")
    response = client.get("/")
    assert (response.status_code, response.reason) == (200, reason)


def test_the_body_in_pieces(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", "one\ntwo\r\nthree", "Content-Type: text/plain; charset=utf-8")
    response = client.get("/")
    assert list(response.iter_lines()) == [b"one", b"two", b"three"]
    assert list(response.iter_lines(decode_unicode=True)) == ["one", "two", "three"]
    assert list(response.iter_content(4)) == [b"one\n", b"two\r", b"\nthr", b"ee"]
    assert b"".join(response) == response.content
    assert response.raw.status == 200
    assert response.raw.headers["content-length"] == "14"
    assert response.raw.version == 11


@pytest.mark.parametrize("stream", [False, True])
def test_the_headers_of_the_raw_response_tell_apart_those_that_came_twice(
    client: Any, server: Server, stream: bool
) -> None:
    server.answers["/"] = answer("200 OK", "", "Set-Cookie: a=1", "X-One: 1", "set-cookie: b=2")
    headers = client.get("/", stream=stream).raw.headers
    assert headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert (headers["Set-Cookie"], headers["x-one"], headers.getlist("none")) == ("a=1, b=2", "1", [])
    assert list(headers) == ["Set-Cookie", "X-One", "Content-Length"]


def test_a_streamed_body(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/"] = answer("200 OK", "one\ntwo\nthree")
    with client.get("/", stream=True, catch_response=True) as response:
        assert next(response.iter_lines()) == b"one"
        response.success()
    assert events[0]["response_length"] == 13
    assert client.get("/", stream=True).text == "one\ntwo\nthree"
    assert client.get("/", stream=True).raw.read(3) == b"one"
    client.stream = True
    assert b"".join(client.get("/").iter_content(2)) == b"one\ntwo\nthree"


def test_a_session_that_streams_does_not_keep_a_response_from_being_read(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/"] = answer(
        "200 OK", b"4\r\nbody\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False
    )
    client.stream = True
    response = client.get("/")
    assert events[0]["response_length"] == 4
    assert (response.raw.read(), response.content) == (b"", b"body")


def test_a_streamed_body_without_length_counts_nothing(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/"] = answer(
        "200 OK", b"3\r\none\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False
    )
    response = client.get("/", stream=True)
    assert events[0]["response_length"] == 0
    assert response.content == b"one"


def test_links_of_a_response(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", "", 'Link: </2>; rel="next", </9>; rel="last"')
    assert client.get("/").links["next"]["url"] == "/2"


def test_a_response_is_kept_copied_and_pickled(client: Any, server: Server) -> None:
    server.answers["/"] = answer("404 Not Found", '{"a": 1}', JSON_HEADER, "Set-Cookie: a=1")
    response = client.get("/")
    for kept in (pickle.loads(pickle.dumps(response)), copy.copy(response), copy.deepcopy(response)):
        assert kept.status_code == 404
        assert kept.json() == {"a": 1}
        assert kept.headers["Content-Type"] == "application/json"
        assert kept.cookies.get_dict() == {"a": "1"}
        assert kept.url == response.url
        assert kept.reason == "Not Found"
        assert not kept.ok


def test_a_response_takes_attributes_of_the_model(client: Any, server: Server) -> None:
    response = client.get("/")
    response.user_id = 17
    response.status_code = 500
    response._content = b"changed"
    assert (response.user_id, response.ok, response.text) == (17, False, "changed")
    with pytest.raises(AttributeError):
        _ = response.no_such_thing


def test_a_response_made_by_hand_is_possible(client: Any, server: Server) -> None:
    made = requests.Response()
    made.status_code = 200
    made.raw = io.BytesIO(b"made")
    assert made.content == b"made"


def test_what_the_response_was_compared_with_exists_in_both(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to")
    response = client.get("/from")
    assert set(requests.Response.__attrs__) <= set(dir(requests.Response())) | set(vars(response)) | {
        name for name in requests.Response.__attrs__ if hasattr(response, name)
    }
