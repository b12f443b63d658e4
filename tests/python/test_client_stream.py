"""Responses that are read while they arrive, by both clients."""

from __future__ import annotations

import contextlib
import gc
import gzip
import hashlib
import io
import json
import pickle
import socket
import struct
import zlib
from collections.abc import Callable
from time import perf_counter
from typing import Any

import gevent
import pytest
import requests
import urllib3
from client_harness import Server, answer, client, events, fast, hook, read_head, redirect, server
from client_harness import serve as serve_connection
from gevent.event import Event

from locust.contrib.fasthttp import HTTPParseError
from locust.event import EventHook

__all__ = ["client", "events", "fast", "hook", "serve_connection", "server"]

LONG = 64 << 20  # more than all socket buffers take
BUFFERS = 40 << 20

# What a server does with a connection after each request's header; it is closed when that returns True.
Script = Callable[[Any], object]


@pytest.fixture
def serve(serve_connection: Callable[[Any], str]) -> Callable[[Script], str]:
    """Starts a server; its URL."""

    def start(script: Script) -> str:
        def talk(file: Any, connection: Any) -> None:
            while file.readline():
                read_head(file)
                if script(connection):
                    break

        return serve_connection(talk)

    return start


def header(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def sends(data: bytes) -> Script:
    """Answers with this and closes."""

    def script(connection: Any) -> bool:
        connection.sendall(data)
        return True

    return script


def sends_and_waits(data: bytes, end: Event) -> Script:
    def script(connection: Any) -> bool:
        connection.sendall(data)
        end.wait()
        return True

    return script


def closes(connection: Any) -> bool:
    """Whether the client closes the connection, before the test's deadline."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(1000):
            pass
    return True


def reset(connection: Any) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("which", ["client", "fast"])
def test_the_call_returns_when_the_header_is_there(
    request: Any, serve: Any, events: list[dict[str, Any]], which: str
) -> None:
    go_on = Event()

    def script(connection: Any) -> bool:
        connection.sendall(header("Content-Length: 8", "X-Test: yes"))
        go_on.wait()
        gevent.sleep(0.1)
        connection.sendall(b"one two.")
        return True

    before = perf_counter()
    response = request.getfixturevalue(which).get(serve(script), stream=True, name="stream")
    assert response.status_code == 200
    assert response.headers["x-test"] == "yes"
    assert [(event["name"], event["response_length"], event["exception"]) for event in events] == [
        ("stream", 8, None)
    ]
    go_on.set()
    assert response.content == b"one two."
    assert response.content == b"one two."
    assert response.text == "one two."
    assert events[0]["response_time"] < (perf_counter() - before - 0.1) * 1000


@pytest.mark.parametrize("which", ["client", "fast"])
def test_other_users_run_while_one_waits_for_more(request: Any, serve: Any, which: str) -> None:
    go_on = Event()

    def script(connection: Any) -> bool:
        connection.sendall(header("Content-Length: 6") + b"one")
        go_on.wait()
        connection.sendall(b"two")
        return True

    response = request.getfixturevalue(which).get(serve(script), stream=True)
    gevent.spawn_later(0.01, go_on.set)
    assert response.content == b"onetwo"


def test_a_body_with_a_length_comes_in_parts_of_the_size_asked_for(client: Any, serve: Any) -> None:
    def script(connection: Any) -> None:
        connection.sendall(header("Content-Length: 10"))
        for part in (b"01", b"23456", b"789"):
            connection.sendall(part)
            gevent.sleep(0.01)

    url = serve(script)
    assert list(client.get(url, stream=True).iter_content(4)) == [b"0123", b"4567", b"89"]
    raw = client.get(url, stream=True).raw
    assert [raw.read(3), raw.read(5), raw.read(5), raw.read(5)] == [b"012", b"34567", b"89", b""]
    assert raw.read() == b""
    raw = client.get(url, stream=True).raw
    assert raw.read() == b"0123456789"
    assert raw.closed


def test_chunks_come_as_they_arrive(client: Any, serve: Any) -> None:
    written: list[bytes] = []

    def script(connection: Any) -> None:
        connection.sendall(header("Transfer-Encoding: chunked"))
        for line in (b"one\n", b"two\n", b"three\n"):
            written.append(line)
            connection.sendall(chunk(line))
            gevent.sleep(0.05)
        connection.sendall(b"0\r\n\r\n")

    url = serve(script)
    lines = client.get(url, stream=True).iter_lines()
    assert next(lines) == b"one"
    assert written == [b"one\n"]
    assert list(lines) == [b"two", b"three"]
    assert list(client.get(url, stream=True).iter_content(None)) == [b"one\n", b"two\n", b"three\n"]
    assert list(client.get(url, stream=True).iter_content(4)) == [b"one\n", b"two\n", b"thre", b"e\n"]
    assert client.get(url, stream=True).raw.read(6) == b"one\ntw"


def test_the_body_as_a_file(client: Any, serve: Any) -> None:
    text = b"one\ntwo\n\nthree"
    url = serve(sends(header(f"Content-Length: {len(text)}") + text))
    assert list(client.get(url, stream=True).raw) == [b"one\n", b"two\n", b"\n", b"three"]
    raw = client.get(url, stream=True).raw
    assert raw.readable()
    assert [raw.readline(), raw.tell(), raw.read(2), raw.readline()] == [b"one\n", 4, b"tw", b"o\n"]
    with io.TextIOWrapper(client.get(url, stream=True).raw) as file:
        assert file.read() == text.decode()
    buffer = bytearray(20)
    assert client.get(url, stream=True).raw.readinto(buffer) > 0
    assert buffer.startswith(b"one")


def test_json_text_and_pickles(client: Any, server: Server) -> None:
    server.answers["/"] = answer(
        "200 OK", json.dumps({"a": "ü"}), "Content-Type: application/json", "Set-Cookie: a=1"
    )
    assert client.get("/", stream=True).json() == {"a": "ü"}
    assert client.get("/", stream=True).text == '{"a": "\\u00fc"}'
    assert client.cookies["a"] == "1"
    assert pickle.loads(pickle.dumps(client.get("/", stream=True))).json() == {"a": "ü"}
    response = client.get("/", stream=True)
    assert list(response.iter_content(100)) == [b'{"a": "\\u00fc"}']
    with pytest.raises(requests.exceptions.StreamConsumedError):
        list(response.iter_content(100))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_encoded_bodies_are_decoded(client: Any, serve: Any, encoding: str) -> None:
    text = b"".join(b"%d " % number for number in range(400_000))
    encoded = gzip.compress(text) if encoding == "gzip" else zlib.compress(text)
    url = serve(sends(header(f"Content-Encoding: {encoding}", f"Content-Length: {len(encoded)}") + encoded))
    assert client.get(url, stream=True).content == text
    parts = []
    for part in client.get(url, stream=True).iter_content(100_000):
        parts.append(part)
        gevent.sleep(0)
    assert b"".join(parts) == text


def test_the_raw_body_is_what_was_sent(client: Any, server: Server) -> None:
    sent = gzip.compress(b"content")
    server.answers["/"] = answer("200 OK", sent, "Content-Encoding: gzip")
    assert client.get("/", stream=True).raw.read() == sent
    assert gzip.GzipFile(fileobj=client.get("/", stream=True).raw).read() == b"content"
    raw = client.get("/", stream=True).raw
    assert raw.read(decode_content=True) == b"content"
    assert raw.tell() == len(sent)
    raw = client.get("/", stream=True).raw
    raw.decode_content = True
    assert [raw.read(3), raw.read(30)] == [b"con", b"tent"]


def test_the_data_of_a_raw_body_is_there_again(client: Any, server: Server) -> None:
    sent = gzip.compress(b"content")
    server.answers["/"] = answer("200 OK", sent, "Content-Encoding: gzip")
    raw = client.get("/", stream=True).raw
    assert [raw.data, raw.data] == [sent, sent]
    raw = client.get("/", stream=True).raw
    raw.decode_content = True
    assert [raw.data, raw.data] == [b"content", b"content"]


@pytest.mark.parametrize("by", ["content", "lines"])
def test_who_stops_reading_chunks_closes_the_connection(client: Any, serve: Any, by: str) -> None:
    closed = Event()

    def script(connection: Any) -> bool:
        connection.sendall(header("Transfer-Encoding: chunked") + chunk(b"one\ntwo\n"))
        closes(connection)
        closed.set()
        return True

    response = client.get(serve(script), stream=True)
    pieces = response.iter_content(3) if by == "content" else response.iter_lines()
    for piece in pieces:
        assert piece == b"one"
        break
    assert not response.raw.closed
    pieces.close()
    assert response.raw.closed
    assert closed.wait(5), "the connection stayed open"
    response.close()


def test_bodies_that_are_encoded_twice_or_in_parts_are_decoded(client: Any, serve: Any) -> None:
    twice = gzip.compress(gzip.compress(b"content"))
    url = serve(sends(header("Content-Encoding: gzip, gzip", f"Content-Length: {len(twice)}") + twice))
    assert client.get(url, stream=True).content == b"content"
    parts = gzip.compress(b"con") + gzip.compress(b"tent")
    url = serve(sends(header("Content-Encoding: GZIP", f"Content-Length: {len(parts)}") + parts))
    assert client.get(url, stream=True).content == b"content"


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_reader_that_pauses_stops_the_server(request: Any, serve: Any, which: str) -> None:
    sent = 0
    finished = Event()

    def script(connection: Any) -> bool:
        nonlocal sent
        connection.sendall(header(f"Content-Length: {LONG}"))
        part = b"x" * 65536
        while sent < LONG:
            connection.sendall(part)
            sent += len(part)
        finished.set()
        return closes(connection)

    response = request.getfixturevalue(which).get(serve(script), stream=True)
    assert not finished.wait(0.5)
    assert sent < BUFFERS
    if which == "client":
        assert sum(len(part) for part in response.iter_content(1 << 20)) == LONG
    else:
        assert sum(map(len, iter(lambda: response.read(1 << 20), b""))) == LONG
    assert sent == LONG


def test_memory_stays_flat_however_long_the_body_is(client: Any, serve: Any) -> None:
    length = 200 << 20

    def script(connection: Any) -> bool:
        connection.sendall(header(f"Content-Length: {length}"))
        part = bytes(1 << 20)
        for _ in range(length // len(part)):
            connection.sendall(part)
        return True

    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    response = client.get(serve(script), stream=True)
    read = 0
    most = before = resident()
    for part in response.iter_content(1 << 18):
        if read < 10 << 18:
            gevent.sleep(0.05)  # in which the server could send a lot
        read += len(part)
        most = max(most, resident())
    assert read == length
    assert most - before < 32 << 20


@pytest.mark.parametrize("end", ["close", "forget", "with", "kill"])
def test_a_response_that_is_given_up_closes_its_connection(
    client: Any, serve: Any, events: list[dict[str, Any]], end: str
) -> None:
    closed = Event()

    def script(connection: Any) -> bool:
        connection.sendall(header(f"Content-Length: {LONG}") + b"x" * 1000)
        closes(connection)
        closed.set()
        return True

    url = serve(script)
    if end == "close":
        response = client.get(url, stream=True)
        assert response.raw.read(3) == b"xxx"
        response.close()
        assert response.raw.closed
    elif end == "forget":
        client.get(url, stream=True)
        events.clear()  # which have it, too
        gc.collect()
    elif end == "with":
        with contextlib.closing(client.get(url, stream=True)) as response:
            assert next(response.iter_content(10)) == b"x" * 10
    else:
        reader = gevent.spawn(lambda: client.get(url, stream=True).content)
        gevent.sleep(0.1)
        assert not reader.ready()
        reader.kill(timeout=5)
        del reader
    assert closed.wait(5), "the connection stayed open"


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_response_that_was_read_gives_its_connection_back(request: Any, server: Server, which: str) -> None:
    session = request.getfixturevalue(which)
    session.get("/")
    for _ in range(3):
        assert session.get("/", stream=True).content == b"ok"
    session.get("/")
    assert server.connections == 1


def test_a_block_judges_the_response(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/"] = answer("200 OK", "error")
    with client.get("/", stream=True, catch_response=True) as response:
        assert events == []
        if response.text == "error":
            response.failure("as it says")
    assert str(events[0]["exception"]) == "as it says"
    server.answers["/404"] = answer("404 Not Found", "missing")
    assert client.get("/404", stream=True).text == "missing"
    assert isinstance(events[1]["exception"], requests.HTTPError)


@pytest.mark.parametrize("which", ["client", "fast"])
def test_redirects_are_followed(
    request: Any, server: Server, events: list[dict[str, Any]], which: str
) -> None:
    server.answers["/from"] = redirect("/to")
    server.answers["/to"] = answer("200 OK", "there")
    response = request.getfixturevalue(which).get("/from", stream=True)
    assert response.content == b"there"
    assert [hop.status_code for hop in response.history] == [302]
    assert server.targets == ["GET /from", "GET /to"]
    assert events[0]["name"] == "/from"
    assert server.connections == 1


@pytest.mark.parametrize("which", ["client", "fast"])
def test_without_a_body_there_is_nothing_to_read(request: Any, server: Server, which: str) -> None:
    session = request.getfixturevalue(which)
    server.answers["/204"] = answer("204 No Content", "", length=False)
    assert session.get("/204", stream=True).content == b""
    assert session.head("/", stream=True).content == b""
    assert server.connections == 1


CUT = header("Content-Length: 9") + b"abc"
CUT_CHUNKS = header("Transfer-Encoding: chunked") + chunk(b"abc")
NO_CHUNK = header("Transfer-Encoding: chunked") + chunk(b"abc") + b"zz\r\n"
NO_GZIP = header("Content-Encoding: gzip", "Content-Length: 3") + b"abc"


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (CUT, "ChunkedEncodingError", r"IncompleteRead\(3 bytes read, 6 more expected\)"),
        (CUT_CHUNKS, "ChunkedEncodingError", "Response ended prematurely"),
        (NO_CHUNK, "ChunkedEncodingError", "Connection broken"),
        (NO_GZIP, "ContentDecodingError", "content-encoding: gzip, but failed to decode it"),
    ],
)
def test_a_body_that_breaks_off(
    client: Any, serve: Any, events: list[dict[str, Any]], data: bytes, error: str, text: str
) -> None:
    url = serve(sends(data))
    expected = getattr(requests.exceptions, error)
    for read in (lambda r: r.content, lambda r: r.text, lambda r: list(r.iter_content(2))):
        response = client.get(url, stream=True)
        with pytest.raises(expected, match=text) as caught:
            read(response)
        assert isinstance(
            caught.value.args[0], (urllib3.exceptions.ProtocolError, urllib3.exceptions.DecodeError)
        )
    assert [event["exception"] for event in events] == [None] * 3


def test_a_connection_that_breaks_while_the_body_is_read(client: Any, fast: Any, serve: Any) -> None:
    def script(connection: Any) -> bool:
        connection.sendall(CUT)
        gevent.sleep(0.1)
        reset(connection)
        return True

    url = serve(script)
    parts = []
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="Connection reset by peer"):
        for part in client.get(url, stream=True).iter_content(2):
            parts.append(part)
    assert parts == [b"ab"]
    with pytest.raises(urllib3.exceptions.ProtocolError, match="Connection reset by peer"):
        client.get(url, stream=True).raw.read()
    with pytest.raises(ConnectionResetError):
        _ = fast.get(url, stream=True).content


@pytest.mark.parametrize(
    ("data", "error"), [(CUT, HTTPParseError), (CUT_CHUNKS, HTTPParseError), (NO_GZIP, zlib.error)]
)
def test_a_body_of_the_fast_client_that_breaks_off(
    fast: Any, serve: Any, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _ = fast.get(serve(sends(data)), stream=True).content


def test_a_server_that_falls_silent(client: Any, fast: Any, serve: Any, events: list[dict[str, Any]]) -> None:
    end = Event()
    url = serve(sends_and_waits(CUT, end))
    response = client.get(url, stream=True, timeout=(5, 0.1))
    with pytest.raises(requests.exceptions.ConnectionError, match="Read timed out") as caught:
        _ = response.content
    assert isinstance(caught.value.args[0], urllib3.exceptions.ReadTimeoutError)
    with pytest.raises(TimeoutError):
        _ = fast.get(url, stream=True).content
    with pytest.raises(TimeoutError):
        list(fast.iter_lines(url))
    assert [event["exception"] for event in events] == [None] * 3
    end.set()


@pytest.mark.parametrize("length", [9, LONG])
def test_a_reader_that_is_slow_itself_does_not_time_out(client: Any, serve: Any, length: int) -> None:
    def script(connection: Any) -> None:
        connection.sendall(header(f"Content-Length: {length}") + b"abc")
        gevent.sleep(0.3)
        for position in range(3, length, 1 << 20):
            connection.sendall(b"x" * min(1 << 20, length - position))

    response = client.get(serve(script), stream=True, timeout=0.1)
    gevent.sleep(0.6)
    read = response.raw.read(6)
    gevent.sleep(0.3)
    assert len(read + response.raw.read()) == length


def test_waiting_for_more_is_given_up_by_a_time_limit(client: Any, serve: Any) -> None:
    closed = Event()

    def script(connection: Any) -> bool:
        connection.sendall(CUT)
        closes(connection)
        closed.set()
        return True

    response = client.get(serve(script), stream=True)
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.05):
        response.raw.read(9)
    assert closed.wait(5)


def test_many_streams_at_once(serve: Any, hook: EventHook) -> None:
    from locust.clients import HttpSession

    text = b"".join(b"%d," % number for number in range(100_000))
    expected = hashlib.sha256(text).hexdigest()

    def script(connection: Any) -> None:
        connection.sendall(header("Transfer-Encoding: chunked"))
        for position in range(0, len(text), 30_000):
            connection.sendall(chunk(text[position : position + 30_000]))
            gevent.sleep(0)
        connection.sendall(b"0\r\n\r\n")

    url = serve(script)

    def read(number: int) -> str:
        session = HttpSession("", hook, None)
        session.trust_env = False
        digest = hashlib.sha256()
        for part in session.get(url, stream=True).iter_content(1000 + number * 977):
            digest.update(part)
            if number % 3 == 0:
                gevent.sleep(0)
        return digest.hexdigest()

    readers = [gevent.spawn(read, number) for number in range(20)]
    gevent.joinall(readers, raise_error=True)
    assert {reader.value for reader in readers} == {expected}
