"""SOCKS proxies, for which Locust needs PySocks, and what is this program's own about others."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from client_harness import Server, client, events, hook, server
from proxies import SocksProxy

from locust_nest.http import adapter, network

__all__ = ["client", "events", "hook", "server"]


@pytest.fixture
def socks() -> Iterator[SocksProxy]:
    proxy = SocksProxy()
    proxy.start()
    proxy.answers_for["target.test"] = "127.0.0.1"
    yield proxy
    proxy.stop()


@pytest.mark.parametrize("scheme", ["socks5h", "socks5"])
def test_a_socks_proxy_leads_to_the_server(
    client: Any, server: Server, socks: SocksProxy, scheme: str
) -> None:
    client.proxies = {"http": f"{scheme}://{socks.netloc}"}
    for _ in range(2):
        assert client.get("/x").status_code == 200
    assert socks.asked == [(f"number 127.0.0.1:{server.port}", None)]
    assert server.targets == ["GET /x"] * 2


def test_with_socks5h_the_proxy_looks_the_name_up(client: Any, server: Server, socks: SocksProxy) -> None:
    client.base_url = f"http://target.test:{server.port}"
    assert client.get("/x", proxies={"http": f"socks5h://{socks.netloc}"}).status_code == 200
    assert socks.asked == [(f"name target.test:{server.port}", None)]


def test_with_socks5_we_do(client: Any, server: Server, socks: SocksProxy) -> None:
    options = {
        "dns_ttl": 60.0,
        "dns_addresses": "first",
        "local_address": [],
        "io_threads": None,
        "http_transport": "direct",
    }
    client.base_url = f"http://elsewhere.test:{server.port}"
    network.use_options(Namespace(**options, resolve=[("elsewhere.test", 0, ["127.0.0.1"])]))
    try:
        assert client.get("/x", proxies={"http": f"socks5://{socks.netloc}"}).status_code == 200
    finally:
        network.use_options(Namespace(**options, resolve=[]))
    assert socks.asked == [(f"number 127.0.0.1:{server.port}", None)]


def test_a_name_that_does_not_resolve_for_a_socks_proxy(
    client: Any, socks: SocksProxy, events: list[dict[str, Any]]
) -> None:
    client.get("http://nowhere.invalid/x", proxies={"http": f"socks5://{socks.netloc}"})
    assert repr(events[0]["exception"]) == "gaierror(-2, 'Name or service not known')"
    assert socks.asked == []


@pytest.mark.parametrize("password", ["secret", "wrong"])
def test_a_socks_proxy_may_want_credentials(
    client: Any, server: Server, events: list[dict[str, Any]], password: str
) -> None:
    proxy = SocksProxy(credentials="user:secret")
    proxy.start()
    try:
        response = client.get("/x", proxies={"http": f"socks5h://user:{password}@{proxy.netloc}"})
    finally:
        proxy.stop()
    assert (response.status_code == 200) == (password == "secret")
    if password == "wrong":
        assert isinstance(response.error, requests.exceptions.ProxyError)
        assert "rejected" in str(response.error)
        assert server.sent == []


def test_a_socks_proxy_that_refuses(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    proxy = SocksProxy(refuses=True)
    proxy.start()
    try:
        response = client.get("/x", proxies={"http": f"socks5h://{proxy.netloc}"})
    finally:
        proxy.stop()
    assert isinstance(response.error, requests.exceptions.ProxyError)
    assert server.sent == []


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("proxy.test", "http://proxy.test:80"),
        ("http://user:secret@proxy.test", "http://user:secret@proxy.test:80"),
        ("http://proxy.test:/", "http://proxy.test:80/"),
        ("https://proxy.test", "https://proxy.test:443"),
        ("http://[::1]", "http://[::1]:80"),
        ("proxy.test:3128", "http://proxy.test:3128"),
        ("socks5h://proxy.test", "socks5h://proxy.test"),
    ],
)
def test_a_proxy_without_a_port_has_that_of_its_scheme(given: str, meant: str) -> None:
    assert adapter._proxy_url(given) == meant
