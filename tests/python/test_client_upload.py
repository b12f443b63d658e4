"""Request bodies that are read while they are sent, by both clients."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import requests
import urllib3
from client_harness import (
    Server,
    answer,
    client,
    events,
    fast,
    hook,
    read_head,
    redirect,
    serve,
    server,
)
from gevent.event import Event

from locust.contrib.fasthttp import FastHttpSession, HTTPConnectionClosed
from locust.event import EventHook

__all__ = ["client", "events", "fast", "hook", "serve", "server"]

LONG = 64 << 20  # more than all socket buffers take
BUFFERS = 40 << 20
OK = answer()


def read_chunk(file: Any) -> bytes:
    data: bytes = file.read(int(file.readline(), 16))
    file.readline()
    return data


def closes(file: Any) -> bytes:
    """What the client still sends until it closes the connection, before the test's deadline."""
    rest = b""
    with contextlib.suppress(ConnectionError):
        while data := file.read1(1000):
            rest += data
    return rest


def reset(connection: Any) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Reader:
    """Reads so many bytes, and remembers in which parts."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.read_so_far = 0
        self.asked: list[int] = []

    def read(self, amount: int = -1) -> bytes:
        self.asked.append(amount)
        amount = self.left if amount is None or amount < 0 else min(amount, self.left)
        self.left -= amount
        self.read_so_far += amount
        return b"s" * amount


class SizedReader(Reader):
    """What the encoders of requests-toolbelt look like."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.len = size


class Parts:
    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one ", b"two"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "body"
    path.write_bytes(b"0123456789" * 30_000)
    return path


CHUNKS = (None, "chunked")


def opened(path: Path, offset: int = 0) -> Any:
    file = path.open("rb")
    file.seek(offset)
    return file


@pytest.mark.parametrize(
    ("make", "body", "framing"),
    [
        (lambda path: opened(path), b"0123456789" * 30_000, ("300000", None)),
        (lambda path: opened(path, 299_990), b"0123456789", ("10", None)),
        (lambda path: path.open(), b"0123456789" * 30_000, ("300000", None)),
        (lambda path: io.BytesIO(b"in memory"), b"in memory", ("9", None)),
        (lambda path: io.StringIO("as text"), b"as text", ("7", None)),
        (lambda path: (b"%d," % number for number in range(3)), b"0,1,2,", CHUNKS),
        (lambda path: iter([b"one", b"", b"two"]), b"onetwo", CHUNKS),
        (lambda path: iter([b"one", "twö", bytearray(b"three")]), "onetwöthree".encode(), CHUNKS),
        (lambda path: Parts(), b"one two", CHUNKS),
        (lambda path: SizedReader(100_000), b"s" * 100_000, ("100000", None)),
        (lambda path: io.BytesIO(b""), b"", CHUNKS),
        (lambda path: iter([]), b"", CHUNKS),
        (lambda path: bytearray(b"an array"), b"an array", ("8", None)),
        (lambda path: iter([b"x" * 1_000_000]), b"x" * 1_000_000, CHUNKS),
    ],
    ids=lambda part: repr(part)[:20],
)
def test_what_is_sent(
    client: Any, server: Server, path: Path, make: Any, body: bytes, framing: tuple[str | None, str | None]
) -> None:
    for _ in range(2):
        data = make(path)
        response = client.post("/", data=data)
        assert response.status_code == 200
        assert server.last.body == body
        assert (server.last["Content-Length"], server.last["Transfer-Encoding"]) == framing
        assert server.last["Expect"] is None
        assert server.last["Content-Type"] is None
        assert response.request.body is data
    assert server.connections == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"])
def test_every_method_may_send_one(client: Any, server: Server, method: str) -> None:
    for _ in range(2):
        assert client.request(method, "/", data=iter([b"a", b"b"])).text == "ok"
        assert (server.last.method, server.last.body) == (method, b"ab")
    assert client.get("/").text == "ok"
    assert server.last["Transfer-Encoding"] is None
    assert server.connections == 1


@pytest.mark.parametrize(
    ("data", "headers", "sent"),
    [
        (iter([b"12", b"34"]), {"Content-Length": "4"}, b"1234"),
        (iter([b"12", b"34"]), {"Content-Length": "3"}, b"1234"),
        (iter([b"12", b"34"]), {"Content-Length": "9"}, b"1234"),
        (iter([b"12", b"34"]), {"Content-Length": "many"}, b"1234"),
        (b"1234", {"Transfer-Encoding": "chunked"}, b"1234"),
        (io.BytesIO(b"1234"), {"Transfer-Encoding": "chunked"}, b"1234"),
        ({"a": "b"}, {"Transfer-Encoding": "gzip, chunked"}, b"a=b"),
        (b"1234", {"Transfer-Encoding": "identity"}, b"1234"),
        (iter([b"12", b"34"]), {"Transfer-Encoding": "gzip"}, b"2\r\n12\r\n2\r\n34\r\n0\r\n\r\n"),
        (None, {"Transfer-Encoding": "chunked"}, b""),
    ],
)
def test_a_body_with_a_length_is_not_sent_in_chunks(
    client: Any, serve: Any, data: Any, headers: dict[str, str], sent: bytes
) -> None:
    """Whatever other header says how it is to be sent."""
    bodies = []

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        body = b""
        connection.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            while len(body) <= len(sent):
                body += file.read1(1 << 16)
        bodies.append(body)
        connection.sendall(answer("200 OK", "ok", "Connection: close"))

    assert client.post(serve(script), data=data, headers=headers).text == "ok"
    assert bodies == [sent]


def test_a_body_is_read_in_parts(client: Any, server: Server) -> None:
    reader = SizedReader(3_000_000)
    client.post("/", data=reader)
    assert server.last.body == b"s" * 3_000_000
    assert all(0 < amount <= 65536 for amount in reader.asked)


def test_a_body_of_a_prepared_request(client: Any, server: Server) -> None:
    session = requests.Session()
    prepared = session.prepare_request(requests.Request("POST", server.url, data=iter([b"piece"])))
    assert client.send(prepared).text == "ok"
    assert server.last.body == b"piece"


@pytest.mark.parametrize("which", ["client", "fast"])
def test_pieces_go_as_they_are_made(request: Any, serve: Any, which: str) -> None:
    seen: list[bytes] = []
    came = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        while piece := read_chunk(file):
            seen.append(piece)
            came.set()
        connection.sendall(OK)

    def make() -> Iterator[bytes]:
        for number in range(3):
            yield b"%d" % number
            assert came.wait(5)
            came.clear()

    assert request.getfixturevalue(which).post(serve(script), data=make()).status_code == 200
    assert seen == [b"0", b"1", b"2"]


def test_the_model_may_do_anything_while_it_makes_the_body(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    def make() -> Iterator[bytes]:
        for number in range(3):
            gevent.sleep(0.01)
            yield client.get(f"/{number}").content

    assert client.post("/to", data=make()).text == "ok"
    assert server.last.body == b"okokok"
    assert [event["url"].rpartition("/")[2] for event in events] == ["0", "1", "2", "to"]
    assert events[-1]["response_time"] >= 30


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_server_that_does_not_read_stops_the_model(request: Any, serve: Any, which: str) -> None:
    go_on = Event()
    received = 0
    made = 0

    def script(file: Any, connection: Any) -> None:
        nonlocal received
        read_head(file)
        go_on.wait()
        while piece := read_chunk(file):
            received += len(piece)
        connection.sendall(OK)

    def make() -> Iterator[bytes]:
        nonlocal made
        piece = b"x" * (1 << 20)
        for _ in range(LONG >> 20):
            made += len(piece)
            yield piece

    session = request.getfixturevalue(which)
    if which == "fast":
        session = FastHttpSession("", session.request_event, None, network_timeout=10)
    url = serve(script)
    sending = gevent.spawn(lambda: session.post(url, data=make()).status_code)
    before = -1
    while before != made:
        before = made
        gevent.sleep(0.2)
    assert made < BUFFERS
    go_on.set()
    assert sending.get() == 200
    assert received == made == LONG


def test_memory_stays_flat_however_long_the_body_is(client: Any, serve: Any) -> None:
    length = 200 << 20
    received = 0

    def script(file: Any, connection: Any) -> None:
        nonlocal received
        read_head(file)
        gevent.sleep(0.1)  # in which the client could make a lot
        while received < length and (data := file.read1(1 << 18)):
            received += len(data)
        connection.sendall(OK)

    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    reader = SizedReader(length)
    most = before = resident()

    def watch() -> None:
        nonlocal most
        while reader.left:
            most = max(most, resident())
            gevent.sleep(0)

    watching = gevent.spawn(watch)
    assert client.post(serve(script), data=reader).status_code == 200
    watching.get()
    assert received == length
    assert most - before < 32 << 20


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_file_is_sent_again_where_a_redirect_says_so(
    request: Any, server: Server, events: list[dict[str, Any]], path: Path, which: str
) -> None:
    session = request.getfixturevalue(which)
    server.answers["/to"] = answer("200 OK", "there")
    for status, method, body in (
        ("307 Again", "POST", path.read_bytes()),
        ("308 Again", "POST", path.read_bytes()),
        ("303 See", "GET", b""),
    ):
        server.answers["/from"] = redirect("/to", status)
        response = session.post("/from", data=opened(path))
        assert response.text == "there"
        assert (server.last.method, server.last.body) == (method, body)
    assert [event["exception"] for event in events] == [None] * 3
    assert server.connections == 1


def test_a_generator_that_is_redirected_has_nothing_more_to_give(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to", "307 Again")
    assert client.post("/from", data=iter([b"once"])).status_code == 200
    assert [(sent.target, sent.body) for sent in server.sent] == [("/from", b"once"), ("/to", b"")]


def test_what_cannot_be_read_again_is_not_redirected(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    class Pipe(io.BytesIO):
        def tell(self) -> int:
            raise OSError(29, "Illegal seek")

    server.answers["/from"] = redirect("/to", "307 Again")
    response = client.post("/from", data=Pipe(b"once"))
    assert response.status_code == 0
    assert isinstance(response.error, requests.exceptions.UnrewindableBodyError)
    assert [event["exception"] for event in events] == [response.error]
    assert server.targets == ["POST /from"]


def test_the_fast_client_does_not_redirect_it_either(
    fast: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/from"] = redirect("/to", "307 Again")
    response = fast.post("/from", data=iter([b"once"]))
    assert response.status_code == 0
    assert type(response.error).__name__ == "UnrewoundBodyError"
    assert "payload cannot be rewound" in str(response.error)
    assert [event["exception"] for event in events] == [response.error]


@pytest.mark.parametrize("which", ["client", "fast"])
def test_nobody_listens(request: Any, events: list[dict[str, Any]], which: str) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/"
        response = request.getfixturevalue(which).post(url, data=iter([b"x"]))
    assert response.status_code == 0
    assert isinstance(
        response.error, requests.ConnectionError if which == "client" else ConnectionRefusedError
    )
    assert len(events) == 1


def test_a_server_that_stops_reading(client: Any, serve: Any, events: list[dict[str, Any]]) -> None:
    end = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        end.wait()

    response = client.post(serve(script), data=SizedReader(LONG), timeout=0.3)
    end.set()
    assert type(response.error) is requests.ConnectionError
    assert isinstance(response.error.args[0], urllib3.exceptions.ProtocolError)
    assert isinstance(events[0]["exception"], TimeoutError)
    assert str(events[0]["exception"]) == "timed out"


def test_a_long_body_in_memory_to_a_server_that_stops_reading(
    client: Any, serve: Any, events: list[dict[str, Any]]
) -> None:
    end = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        end.wait()

    response = client.post(serve(script), data=b"x" * LONG, timeout=0.3)
    end.set()
    assert type(response.error) is requests.ConnectionError
    assert isinstance(events[0]["exception"], TimeoutError)


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_server_that_reads_all_and_keeps_silent(request: Any, serve: Any, which: str) -> None:
    end = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        while read_chunk(file):
            pass
        end.wait()

    url = serve(script)
    if which == "client":
        response = request.getfixturevalue(which).post(url, data=iter([b"x"]), timeout=0.2)
        assert type(response.error) is requests.ReadTimeout
    else:
        response = request.getfixturevalue(which).post(url, data=iter([b"x"]))
        assert type(response.error).__name__ == "RetriesExceeded"
    end.set()


def test_a_model_that_is_slow_itself_does_not_time_out(client: Any, server: Server) -> None:
    def make() -> Iterator[bytes]:
        yield b"one"
        gevent.sleep(0.5)
        yield b"two"

    assert client.post("/", data=make(), timeout=0.2).text == "ok"
    assert server.last.body == b"onetwo"


@pytest.mark.parametrize("which", ["client", "fast"])
@pytest.mark.parametrize("goes_on", [False, True])
def test_an_answer_before_the_body_is_sent(
    request: Any, serve: Any, events: list[dict[str, Any]], which: str, goes_on: bool
) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        read_chunk(file)
        connection.sendall(answer("413 Too Large", "big", "Connection: close"))
        connection.shutdown(socket.SHUT_WR)
        if goes_on:
            while read_chunk(file):
                pass

    def make() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000
            gevent.sleep(0.001)

    response = request.getfixturevalue(which).post(serve(script), data=make())
    assert response.status_code == 413
    assert response.text == "big"
    assert len(events) == 1
    assert "413" in str(events[0]["exception"])


@pytest.mark.parametrize("which", ["client", "fast"])
def test_a_server_that_closes_in_the_middle(
    request: Any, serve: Any, events: list[dict[str, Any]], which: str
) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        read_chunk(file)
        reset(connection)

    def make() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 10_000
            gevent.sleep(0.001)

    response = request.getfixturevalue(which).post(serve(script), data=make())
    assert response.status_code == 0
    expected: Any = requests.ConnectionError if which == "client" else (OSError, HTTPConnectionClosed)
    assert isinstance(response.error, expected)
    assert len(events) == 1


@pytest.mark.parametrize("error", [ValueError("a trouble of its own"), gevent.Timeout(7)])
def test_a_body_that_cannot_be_made(
    client: Any, serve: Any, events: list[dict[str, Any]], error: BaseException
) -> None:
    rest: list[bytes] = []
    begun = Event()
    closed = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        assert read_chunk(file) == b"begins"
        begun.set()
        rest.append(closes(file))
        closed.set()

    def make() -> Iterator[bytes]:
        yield b"begins"
        assert begun.wait(5)
        raise error

    with pytest.raises(type(error)) as caught:
        client.post(serve(script), data=make())
    assert caught.value is error
    assert events == []
    del caught  # and with it, in Locust, the connection
    assert closed.wait(5), "the connection stayed open"
    assert rest == [b""], "the body must not look complete"


def test_a_body_that_the_fast_client_cannot_make(fast: Any, serve: Any, events: list[dict[str, Any]]) -> None:
    def make() -> Iterator[bytes]:
        yield b"begins"
        raise ValueError("a trouble of its own")

    with pytest.raises(ValueError, match="a trouble of its own"):
        fast.post(serve(lambda file, connection: closes(file)), data=make())
    assert events == []


def test_a_file_that_cannot_be_read(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    class Broken(SizedReader):
        def read(self, amount: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    response = client.post("/", data=Broken(10))
    assert type(response.error) is requests.ConnectionError
    assert str(events[0]["exception"]) == "[Errno 5] Input/output error"


def test_a_body_of_something_else(client: Any, server: Server) -> None:
    with pytest.raises(TypeError):
        client.post("/", data=iter([1, 2]))
    assert client.get("/").text == "ok"


def test_a_block_judges_the_response(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/"] = lambda sent: answer("200 OK", sent.body)
    with client.put("/", data=iter([b"x", b"y"]), catch_response=True, name="judged") as response:
        assert events == []
        if response.text == "xy":
            response.failure("as it says")
    assert [(event["name"], str(event["exception"]), event["response_length"]) for event in events] == [
        ("judged", "as it says", 2)
    ]


def test_a_user_who_is_killed_closes_the_connection(
    client: Any, serve: Any, events: list[dict[str, Any]]
) -> None:
    begun = Event()
    closed = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        begun.set()
        gevent.sleep(0.1)
        closes(file)
        closed.set()

    for make in (lambda: SizedReader(LONG), lambda: iter(lambda: gevent.sleep(0.01) or b"x", None)):
        url = serve(script)
        user = gevent.spawn(lambda url=url, make=make: client.post(url, data=make()))
        assert begun.wait(5)
        gevent.sleep(0.05)
        assert not user.ready()
        user.kill(timeout=5)
        assert closed.wait(5), "the connection stayed open"
        begun.clear()
        closed.clear()
    assert events == []


@pytest.mark.parametrize("which", ["client", "fast"])
def test_both_bodies_are_streamed(request: Any, serve: Any, which: str) -> None:
    go_on = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        body = b""
        while piece := read_chunk(file):
            body += piece
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        go_on.wait()
        connection.sendall(body)

    response = request.getfixturevalue(which).post(
        serve(script), data=iter([b"to ", b"and fro"]), stream=True
    )
    assert response.status_code == 200
    go_on.set()
    assert response.content == b"to and fro"


def test_many_bodies_at_once(server: Server, hook: EventHook) -> None:
    from locust.clients import HttpSession

    server.answers["/"] = lambda sent: answer("200 OK", json.dumps([len(sent.body), sent.body.count(b"a")]))

    def send(number: int) -> Any:
        def make() -> Iterator[bytes]:
            for _ in range(50):
                yield b"a" + b"b" * 977 * number
                if number % 3 == 0:
                    gevent.sleep(0)

        session = HttpSession(server.url, hook, None)
        session.trust_env = False
        return session.post("/", data=make()).json()

    users = [gevent.spawn(send, number) for number in range(20)]
    gevent.joinall(users, raise_error=True)
    assert [user.value for user in users] == [[50 * (1 + 977 * number), 50] for number in range(20)]


@pytest.mark.parametrize(
    ("make", "body", "framing"),
    [
        (lambda path: opened(path), b"0123456789" * 30_000, ("300000", None)),
        (lambda path: io.BytesIO(b"in memory"), b"in memory", CHUNKS),
        (lambda path: io.StringIO("as text"), b"as text", CHUNKS),
        (lambda path: (b"%d," % number for number in range(3)), b"0,1,2,", CHUNKS),
        (lambda path: iter([b"one", b"", "twö", bytearray(b"three")]), "onetwöthree".encode(), CHUNKS),
        (lambda path: Parts(), b"one two", CHUNKS),
        (lambda path: Reader(100_000), b"s" * 100_000, CHUNKS),
        (lambda path: io.BytesIO(b""), b"", CHUNKS),
    ],
    ids=lambda part: repr(part)[:20],
)
def test_what_the_fast_client_sends(
    fast: Any, server: Server, path: Path, make: Any, body: bytes, framing: tuple[str | None, str | None]
) -> None:
    for _ in range(2):
        response = fast.post("/", data=make(path))
        assert response.status_code == 200
        assert server.last.body == body
        assert (server.last["Content-Length"], server.last["Transfer-Encoding"]) == framing
        assert server.last["Content-Type"] == "application/octet-stream"
    fast.put("/", data=io.BytesIO(b"typed"), headers={"content-type": "text/x"})
    assert server.last["Content-Type"] == "text/x"
    assert server.connections == 1
