"""From which address users connect, and what becomes of host names: options and attributes of user classes."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from gevent.server import StreamServer

from locust import FastHttpUser, HttpUser
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.event import Events
from locust_nest.http import network


class Target:
    """Answers each connection's requests; remembers where connections came from."""

    def __init__(self) -> None:
        self.peers: list[str] = []
        self._listener = StreamServer(("127.0.0.1", 0), self._serve)
        self._listener.start()
        self.port = self._listener.server_port

    def stop(self) -> None:
        self._listener.stop(timeout=0)

    def _serve(self, connection: Any, address: tuple[str, int]) -> None:
        self.peers.append(address[0])
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.fixture
def target() -> Iterator[Target]:
    target = Target()
    with gevent.Timeout(60):
        yield target
    target.stop()


def use(**options: Any) -> None:
    given = {
        "dns_ttl": 60.0,
        "dns_addresses": "first",
        "resolve": [],
        "local_address": [],
        "io_threads": None,
        "http_transport": "direct",
        **options,
    }
    network.use_options(Namespace(**given))


@pytest.fixture(autouse=True)
def plain_options() -> Iterator[None]:
    yield
    use()


def make_users(cls: type, count: int, target: Target, **attributes: Any) -> list[Any]:
    host = f"http://127.0.0.1:{target.port}"
    user_class: Any = type(cls.__name__, (cls,), {"host": host, **attributes})
    environment = Environment(user_classes=[user_class], events=Events())
    return [user_class(environment) for _ in range(count)]


@pytest.mark.parametrize("cls", [HttpUser, FastHttpUser])
def test_users_take_the_given_addresses_in_turn_and_keep_them(cls: type, target: Target) -> None:
    use(local_address=[["127.0.0.2", "127.0.0.3"], ["127.0.0.4"]])
    users = make_users(cls, 4, target)
    for _ in range(2):
        for user in users:
            assert user.client.get("/").status_code == 200
    assert len(target.peers) == 4
    assert set(target.peers[:3]) == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}
    assert target.peers[3] == target.peers[0]
    for user in users:
        getattr(user.client, "client", user.client).close()  # FastHttpSession's closing is that of its agent
        user.client.get("/")
    assert target.peers[:4] == target.peers[4:]


def test_all_sessions_of_a_user_come_from_its_address(target: Target) -> None:
    use(local_address=[["127.0.0.2", "127.0.0.3", "127.0.0.4"]])
    user = make_users(HttpUser, 1, target)[0]
    events = user.environment.events
    sessions = [
        user.client,
        HttpSession(user.host, events.request, user),
        FastHttpSession(user.host, events.request, user),
    ]
    for session in sessions:
        session.get("/")
    assert len(set(target.peers)) == 1
    assert len(target.peers) == 3


def test_sessions_without_a_user_take_part(target: Target) -> None:
    use(local_address=[["127.0.0.5"]])
    HttpSession(f"http://127.0.0.1:{target.port}").get("/")
    assert target.peers == ["127.0.0.5"]


def test_a_class_may_have_addresses_of_its_own(target: Target) -> None:
    use(local_address=[["127.0.0.2"]])
    for said in ("127.0.0.6", ["127.0.0.6"], "127.0.0.6, 127.0.0.6"):
        make_users(HttpUser, 1, target, local_address=said)[0].client.get("/")
    assert target.peers == ["127.0.0.6"] * 3


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(ArgumentTypeError, match="192.0.2.1 is no address of this machine"):
        network.local_addresses("127.0.0.1,192.0.2.1")
    with pytest.raises(ArgumentTypeError, match="'here' is no IP address"):
        network.local_addresses("here")
    assert network.local_addresses("127.0.0.1, 127.0.0.2") == ["127.0.0.1", "127.0.0.2"]


def test_a_class_with_such_an_address_is_named(target: Target) -> None:
    wrong = type(make_users(HttpUser, 1, target, local_address="192.0.2.1")[0])
    right = type(make_users(HttpUser, 1, target, local_address="127.0.0.2", dns_ttl=0)[0])
    assert network.check_user_classes([right]) is None
    assert "HttpUser: 192.0.2.1 is no address of this machine" in str(
        network.check_user_classes([right, wrong])
    )
    odd = type(make_users(HttpUser, 1, target, dns_ttl=-1)[0])
    assert network.check_user_classes([odd]) == "HttpUser: '-1' is no number of seconds"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a.test:80:10.0.0.1", ("a.test", 80, ["10.0.0.1"])),
        ("a.test:*:10.0.0.1,10.0.0.2", ("a.test", 0, ["10.0.0.1", "10.0.0.2"])),
        ("a.test:80:[::1],10.0.0.1", ("a.test", 80, ["::1", "10.0.0.1"])),
        ("a.test:80:::1", ("a.test", 80, ["::1"])),
    ],
)
def test_overrides_are_written_as_for_curl(text: str, meant: network.Override) -> None:
    assert network.override(text) == meant


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a.test", "'a.test' is not of the form host:port:address[,address]"),
        ("a.test:80", "'a.test:80' is not of the form host:port:address[,address]"),
        (":80:10.0.0.1", "':80:10.0.0.1' is not of the form host:port:address[,address]"),
        ("a.test:http:10.0.0.1", "'http' in 'a.test:http:10.0.0.1' is no port: write a number or *"),
        ("a.test:0:10.0.0.1", "'0' in 'a.test:0:10.0.0.1' is no port: write a number or *"),
        ("a.test:80:b.test", "'b.test' is no IP address"),
        ("a.test:80:10.0.0.1,", "'' is no IP address"),
    ],
)
def test_an_override_that_is_none_is_named(text: str, complaint: str) -> None:
    with pytest.raises(ArgumentTypeError) as raised:
        network.override(text)
    assert str(raised.value) == complaint


@pytest.mark.parametrize("session", [HttpSession, FastHttpSession])
@pytest.mark.parametrize("for_all_ports", [False, True])
def test_an_override_leads_elsewhere(session: type, for_all_ports: bool, target: Target) -> None:
    use(resolve=[("Elsewhere.test", 0 if for_all_ports else target.port, ["127.0.0.1"])])
    response = session(f"http://elsewhere.test:{target.port}").get("/")
    assert response.status_code == 200
    assert target.peers == ["127.0.0.1"]


def test_seconds_are_a_number_from_0() -> None:
    assert network.duration("0") == 0
    assert network.duration("1.5") == 1.5
    for text in ("-1", "inf", "nan", "soon"):
        with pytest.raises(ArgumentTypeError, match="is no number of seconds"):
            network.duration(text)
