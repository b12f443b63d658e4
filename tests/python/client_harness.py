"""A server that remembers what it is sent, byte by byte, and sessions whose events are kept.

Nothing here or in the tests that use it belongs to this program, but for those in test_*_native.py: they pass with
the real Locust, too, which is where their expectations come from (`python -m pytest tests/python/test_client_*.py` in
an environment that has it).
"""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.server import StreamServer

from locust.clients import HttpSession, ResponseContextManager
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook

DEADLINE_S = 60

# What every request of a session has, whatever version of requests speaks.
DEFAULTS = dict(HttpSession("", EventHook(), None).headers)


@dataclass
class Sent:
    """A request as the server got it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int

    def __getitem__(self, name: str) -> str | None:
        """The header's value; None where there is none."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    def unusual_headers(self) -> dict[str, str | None]:
        """What differs from a plain GET: new or changed headers; None for those that are missing."""
        sent = dict(self.headers)
        assert len(sent) == len(self.headers), self.headers
        unusual: dict[str, str | None] = {
            name: value for name, value in sent.items() if DEFAULTS.get(name) != value and name != "Host"
        }
        unusual.update({name: None for name in DEFAULTS if name not in sent})
        return unusual


Answer = bytes | Callable[[Sent], bytes]


def answer(status: str = "200 OK", body: bytes | str = b"ok", *headers: str, length: bool = True) -> bytes:
    """A response ready for the wire."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def redirect(location: str, status: str = "302 Found", *headers: str) -> bytes:
    return answer(status, b"", f"Location: {location}", *headers)


@dataclass
class Server:
    """Answers by path (without the query) from `answers`; "ok" where there is nothing."""

    answers: dict[str, Answer] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    connections: int = 0

    def start(self) -> None:
        self._listener = StreamServer(("127.0.0.1", 0), self._serve)
        self._listener.start()
        self.port = self._listener.server_port
        self.netloc = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.netloc}"

    def stop(self) -> None:
        self._listener.stop(timeout=0)

    @property
    def last(self) -> Sent:
        return self.sent[-1]

    @property
    def targets(self) -> list[str]:
        return [f"{sent.method} {sent.target}" for sent in self.sent]

    def _serve(self, connection: Any, _: Any) -> None:
        self.connections += 1
        number = self.connections
        file = connection.makefile("rb")
        with contextlib.suppress(ConnectionError):
            while request := _read_request(file, number):
                self.sent.append(request)
                made = self.answers.get(request.target.partition("?")[0], answer())
                response = made(request) if callable(made) else made
                if request.method == "HEAD":
                    response = response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                connection.sendall(response)
                if b"\r\nConnection: close\r\n" in response or not response:
                    break
        connection.close()


def _read_request(file: Any, connection: int) -> Sent | None:
    line = file.readline().decode("latin-1")
    if not line:
        return None
    method, target, _ = line.split(" ")
    headers = []
    while line := file.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    sent = Sent(method, target, headers, b"", connection)
    if sent["Transfer-Encoding"] == "chunked":
        while size := int(file.readline(), 16):
            sent.body += file.read(size)
            file.readline()
        file.readline()
    else:
        sent.body = file.read(int(sent["Content-Length"] or 0))
    return sent


def without_boundary(sent: Sent) -> tuple[str | None, bytes]:
    """Content type and body of a multipart form with `B` as its boundary."""
    content_type = sent["Content-Type"] or ""
    found = re.search(r"boundary=(\S+)", content_type)
    assert found, content_type
    return content_type.replace(found[1], "B"), sent.body.replace(found[1].encode(), b"B")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of this test's own; the test hangs no longer than the deadline."""
    server = Server()
    server.start()
    with gevent.Timeout(DEADLINE_S):
        yield server
    server.stop()


def judge_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the with-blocks of responses, and the failure that a status makes, to Python functions."""
    from nest_engine import NativeMethod  # which the real Locust does not have

    status_failure = ResponseContextManager._status_failure
    monkeypatch.setattr(ResponseContextManager, "_status_failure", lambda *args: status_failure(*args))
    for name, method in list(vars(ResponseContextManager).items()):
        if isinstance(method, NativeMethod):
            monkeypatch.setattr(ResponseContextManager, name, method.__wrapped__)


@pytest.fixture
def events() -> list[dict[str, Any]]:
    """The keywords of each request event so far."""
    return []


@pytest.fixture
def hook(events: list[dict[str, Any]]) -> EventHook:
    hook = EventHook()
    hook.add_listener(lambda **keywords: events.append(keywords))
    return hook


@pytest.fixture
def client(server: Server, hook: EventHook) -> HttpSession:
    """What a user has as `self.client`."""
    session = HttpSession(server.url, hook, None)
    session.trust_env = False
    return session


@pytest.fixture
def fast(server: Server, hook: EventHook) -> FastHttpSession:
    return FastHttpSession(server.url, hook, None, network_timeout=0.5)


# What a server does with a connection, of which `file` reads.
Script = Callable[[Any, Any], object]


@pytest.fixture
def serve() -> Iterator[Callable[[Script], str]]:
    """Starts a server; its URL. A connection is closed when its script returns."""
    servers = []

    def start(script: Script) -> str:
        def talk(connection: Any, _: Any) -> None:
            with connection.makefile("rb") as file, contextlib.suppress(ConnectionError):
                script(file, connection)
            connection.close()

        server = StreamServer(("127.0.0.1", 0), talk)
        server.start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    with gevent.Timeout(DEADLINE_S):
        yield start
    for started in servers:
        started.stop(timeout=0)


def read_head(file: Any) -> None:
    while file.readline().strip():
        pass
