"""Python that runs in the midst of native code may change what that code looks at, or raise."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from client_harness import Server, client, events, hook, server
from gevent import GreenletExit
from requests.structures import CaseInsensitiveDict

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.event import EventHook, Events

__all__ = ["client", "events", "hook", "server"]


class MadeAnew(CaseInsensitiveDict[str]):
    """Headers of which nobody but who asks for them has the dictionary."""

    @property
    def _store(self) -> Any:
        return OrderedDict(vars(self)["store"])

    @_store.setter
    def _store(self, store: Any) -> None:
        vars(self)["store"] = store

    def __setitem__(self, name: str, value: str) -> None:
        vars(self)["store"][name.lower()] = (name, value)


def test_headers_may_be_made_for_the_one_who_asks(client: HttpSession, server: Server) -> None:
    headers = {f"X-Number-{number}": f"value {number}" for number in range(50)}
    client.headers = MadeAnew(headers)
    for _ in range(3):
        client.get("/")
        assert {name: server.last[name] for name in headers} == headers


def test_what_is_asked_whether_it_is_true_may_take_itself_away(client: HttpSession, server: Server) -> None:
    class Fleeting:
        def __bool__(self) -> bool:
            vars(client).pop("params", None)
            return False

    client.params = {number: Fleeting() for number in range(100)}
    client.get("/")
    assert server.targets == ["GET /"]


def test_a_context_that_cannot_tell_whether_it_is_empty_raises_that(server: Server, hook: EventHook) -> None:
    class Unsure(dict[str, Any]):
        def __bool__(self) -> bool:
            raise ArithmeticError("on purpose")

    session = HttpSession(server.url, hook, None)
    session.trust_env = False
    for _ in range(2):
        with pytest.raises(ArithmeticError, match="on purpose"):
            session.get("/", context=Unsure())


def test_a_time_may_clear_the_statistics_while_it_is_counted() -> None:
    environment = Environment(events=Events())
    environment.create_local_runner()

    class Clearing:
        """A number of milliseconds."""

        def __float__(self) -> float:
            environment.stats.clear_all()
            return 5.0

    def fire(response_time: Any) -> None:
        environment.events.request.fire(
            request_type="GET",
            name="/",
            response_time=response_time,
            response_length=0,
            exception=None,
            context={},
        )

    fire(1.0)
    fire(Clearing())
    fire(1.0)
    assert environment.stats.total.num_requests == 2


@pytest.mark.parametrize("session_class", [HttpSession, FastHttpSession])
def test_what_ends_the_user_while_its_body_is_encoded_is_raised(
    session_class: type, server: Server, hook: EventHook
) -> None:
    class Killing(dict[str, Any]):
        def items(self) -> Any:
            if not killed:
                killed.append(True)
                raise GreenletExit()
            return super().items()

    killed: list[bool] = []
    session = session_class(server.url, hook, None)
    session.trust_env = False
    with pytest.raises(GreenletExit):
        session.post("/", json=Killing(a=1))
    assert killed and server.targets == []
