"""HTTPS: whose certificates are believed, by both clients."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import requests
from client_harness import DEADLINE_S, Server, answer, certificate, client, events, hook
from gevent.server import StreamServer

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook

__all__ = ["certificate", "client", "events", "hook"]


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[Server]:
    server = Server()
    made, key = certificate
    server._listener = StreamServer(("127.0.0.1", 0), server._serve, certfile=str(made), keyfile=str(key))
    server._listener.start()
    server.url = f"https://localhost:{server._listener.server_port}"
    with gevent.Timeout(DEADLINE_S):
        yield server
    server.stop()


def test_an_unknown_certificate_is_refused(client: Any, events: list[dict[str, Any]]) -> None:
    response = client.get("/")
    assert response.status_code == 0
    assert isinstance(response.error, requests.exceptions.SSLError)
    assert "CERTIFICATE_VERIFY_FAILED" in str(events[0]["exception"])


def test_a_certificate_of_another_name_is_refused(
    client: Any, server: Server, events: list[dict[str, Any]], certificate: tuple[Path, Path]
) -> None:
    client.base_url = server.url.replace("localhost", "127.0.0.1")
    response = client.get("/", verify=str(certificate[0]))
    assert isinstance(response.error, requests.exceptions.SSLError)
    assert "SSLCertVerificationError" in repr(events[0]["exception"])
    assert "IP address mismatch, certificate is not valid for '127.0.0.1'." in str(events[0]["exception"])


@pytest.mark.parametrize("keyword", ["verify", "cert"])
def test_a_certificate_that_is_not_there_raises(
    client: Any, server: Server, events: list[dict[str, Any]], keyword: str
) -> None:
    with pytest.raises(OSError, match="Could not find"):
        client.get(server.url, **{keyword: "/no/such/file.pem"})
    assert events == []


def test_what_verify_says_is_done(client: Any, server: Server, certificate: tuple[Path, Path]) -> None:
    assert client.get("/", verify=False).status_code == 200
    assert client.get("/", verify=str(certificate[0])).status_code == 200
    assert client.get("/").status_code == 0
    client.verify = False
    assert client.get("/").status_code == 200
    assert client.get("/", verify=True).status_code == 0
    client.verify = str(certificate[0])
    assert client.get("/").status_code == 200
    assert client.get(server.url.replace("localhost", "127.0.0.1")).status_code == 0
    assert {sent.method for sent in server.sent} == {"GET"}


def test_a_bundle_that_is_not_there_raises_whoever_says_so(
    client: Any, certificate: tuple[Path, Path]
) -> None:
    client.verify = str(certificate[0])
    assert client.get("/").status_code == 200
    client.verify = "/no/such/file.pem"
    with pytest.raises(OSError, match="Could not find"):
        client.get("/")
    client.verify = False
    assert client.get("/").status_code == 200


def test_a_long_body_arrives_whole_although_its_reader_pauses(client: Any, server: Server) -> None:
    body = b"".join(b"%d " % number for number in range(1_000_000))
    server.answers["/"] = answer("200 OK", body)
    parts = []
    for part in client.get("/", stream=True, verify=False).iter_content(300_000):
        parts.append(part)
        gevent.sleep(0.005)
    assert b"".join(parts) == body


def test_the_fast_client_believes_everything_unless_told_not_to(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    assert FastHttpSession(server.url, hook, None).get("/").status_code == 200
    assert FastHttpSession(server.url, hook, None).get("/", stream=True).content == b"ok"
    assert FastHttpSession(server.url, hook, None, insecure=False).get("/").status_code == 0
    kinds = [type(event["exception"]).__name__ for event in events]
    assert kinds == ["NoneType", "NoneType", "SSLCertVerificationError"]


def test_a_tls_context_of_the_model(server: Server, hook: EventHook, certificate: tuple[Path, Path]) -> None:
    from gevent.ssl import create_default_context

    made: list[Any] = []

    def trusting() -> Any:
        made.append(create_default_context(cafile=str(certificate[0])))
        return made[-1]

    session = FastHttpSession(server.url, hook, None, insecure=False, ssl_context_factory=trusting)
    assert session.get("/").text == "ok"
    assert session.post("/x", json=[1]).status_code == 200
    assert server.last.body == b"[1]"
    assert len(made) == 1


@pytest.mark.parametrize("insecure", [False, True])
def test_a_tls_context_of_the_model_compares_names_unless_told_not_to(
    server: Server,
    hook: EventHook,
    events: list[dict[str, Any]],
    certificate: tuple[Path, Path],
    insecure: bool,
) -> None:
    from gevent.ssl import create_default_context

    url = server.url.replace("localhost", "127.0.0.1")
    for authority in (str(certificate[0]), None):
        session = FastHttpSession(
            url,
            hook,
            None,
            insecure=insecure,
            ssl_context_factory=lambda authority=authority: create_default_context(cafile=authority),
        )
        session.get("/")
    known, unknown = (event["exception"] for event in events)
    assert isinstance(unknown, ssl.SSLCertVerificationError)
    if insecure:
        assert known is None
    else:
        assert "not valid for '127.0.0.1'" in str(known)


def test_a_context_that_verifies_nothing_does_not_make_a_session_insecure(
    server: Server, hook: EventHook
) -> None:
    from locust.contrib.fasthttp import insecure_ssl_context_factory

    for insecure, status in ((True, 200), (False, 0)):
        session = FastHttpSession(
            server.url, hook, None, insecure=insecure, ssl_context_factory=insecure_ssl_context_factory
        )
        assert session.get("/").status_code == status


def test_users_do_not_share_connections(server: Server, hook: EventHook) -> None:
    for _ in range(3):
        session = HttpSession(server.url, hook, None)
        for _ in range(2):
            session.get("/", verify=False)
    assert server.connections == 3


def test_a_connection_serves_only_the_settings_it_was_made_with(
    client: Any, server: Server, certificate: tuple[Path, Path]
) -> None:
    made, key = map(str, certificate)
    for _ in range(2):
        assert client.get("/", verify=False).status_code == 200
        assert client.get("/", verify=made).status_code == 200
        assert client.get("/", verify=made, cert=(made, key)).status_code == 200
    assert server.connections == 3
