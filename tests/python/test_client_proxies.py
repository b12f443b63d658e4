"""Requests that go through an HTTP proxy: who is asked, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from client_harness import Server, client, events, hook, server
from proxies import HttpProxy

__all__ = ["client", "events", "hook", "server"]

BASIC = "Basic dXNlcjpzZWNyZXQ="  # user:secret


@pytest.fixture
def proxy() -> Iterator[HttpProxy]:
    proxy = HttpProxy()
    proxy.start()
    yield proxy
    proxy.stop()


def test_credentials_are_for_the_proxy_alone(client: Any, server: Server, proxy: HttpProxy) -> None:
    response = client.get("/x", proxies={"http": f"http://user:secret@{proxy.netloc}"})
    assert response.status_code == 200
    assert proxy.asked == [(f"GET {server.url}/x", BASIC)]
    assert (server.last["Proxy-Authorization"], server.last["Authorization"]) == (None, None)


def test_credentials_are_unquoted(client: Any, proxy: HttpProxy) -> None:
    client.get("/x", proxies={"http": f"http://us%65r:s%65cret@{proxy.netloc}"})
    assert proxy.asked[0][1] == BASIC


def test_a_tunnel_asks_for_the_target_and_has_the_credentials(
    client: Any, server: Server, proxy: HttpProxy, events: list[dict[str, Any]]
) -> None:
    """The server speaks no TLS; until it is asked to, all is as ever."""
    url = server.url.replace("http:", "https:")
    response = client.get(f"{url}/x", proxies={"https": f"http://user:secret@{proxy.netloc}"}, timeout=0.5)
    assert response.status_code == 0
    assert proxy.asked == [(f"CONNECT {server.netloc}", BASIC)]


def test_no_proxy_counts_only_where_the_environment_is_trusted(
    client: Any, server: Server, proxy: HttpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{proxy.netloc}")
    client.get("/env-not-trusted")
    client.trust_env = True
    client.get("/through-the-proxy")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    client.get("/past-the-proxy")
    client.trust_env = False
    client.close()  # a proxy like this one serves one request of a connection
    client.get("/session", proxies={"http": f"http://{proxy.netloc}"})
    assert [asked.rpartition("/")[2] for asked, _ in proxy.asked] == ["through-the-proxy", "session"]
    assert len(server.sent) == 4


def test_the_sessions_proxies_hold_until_a_request_says_otherwise(
    client: Any, server: Server, proxy: HttpProxy
) -> None:
    client.proxies = {"http": f"http://{proxy.netloc}"}
    client.get("/one")
    client.get("/two", proxies={"http": None})
    client.close()
    client.get("/three", proxies={"https": "http://127.0.0.1:1"})
    assert [asked.rpartition("/")[2] for asked, _ in proxy.asked] == ["one", "three"]


def test_a_proxy_without_a_port_is_asked_at_port_80(client: Any, events: list[dict[str, Any]]) -> None:
    """Nothing listens at that address of this machine."""
    response = client.get("/", proxies={"http": "http://127.9.9.9"})
    assert isinstance(response.error, requests.exceptions.ProxyError)
    assert "host='127.9.9.9', port=80" in str(response.error)
    assert repr(events[0]["exception"]) == "ConnectionRefusedError(111, 'Connection refused')"
