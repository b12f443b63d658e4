"""Where the time of requests went, as the reports tell it: connecting, waiting, receiving."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import gevent
import pytest
from client_harness import Server, answer, redirect, server

import locust.stats
from locust import User
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.event import Events
from locust.html import get_html_report

__all__ = ["server"]

SLOW_MS = 60


class Customer(User):
    def work(self) -> None: ...

    tasks = [work]  # noqa: RUF012


@pytest.fixture
def environment() -> Any:
    environment = Environment(user_classes=[Customer], events=Events())
    environment.create_local_runner()
    yield environment
    environment.runner.quit()


@pytest.fixture(params=["requests", "fast"])
def client(request: Any, server: Server, environment: Any) -> Any:
    server.answers["/slow"] = slow
    if request.param == "fast":
        return FastHttpSession(server.url, environment.events.request, None)
    session = HttpSession(server.url, environment.events.request, None)
    session.trust_env = False
    return session


def slow(_: Any) -> bytes:
    gevent.sleep(SLOW_MS / 1000)
    return answer()


def test_the_phases_of_a_request_are_its_time(client: Any, environment: Any) -> None:
    for _ in range(3):
        client.get("/slow")
    stats = environment.stats
    entry = stats.get("/slow", "GET")
    requests, connecting, waiting, receiving = entry._core.phases
    assert requests == 3, "the first one, which makes the entry, too"
    assert connecting + waiting + receiving == pytest.approx(entry.total_response_time)
    assert waiting >= 3 * SLOW_MS * 0.9 and connecting < waiting and receiving < waiting
    assert stats.total._core.phases == entry._core.phases


def test_they_are_known_of_requests_that_listeners_and_verdicts_see(client: Any, environment: Any) -> None:
    environment.events.request.add_listener(lambda **_: None)
    client.get("/slow")
    with client.get("/slow", catch_response=True) as response:
        response.failure("no")
    assert environment.stats.get("/slow", "GET")._core.phases[0] == 2


def test_what_is_not_one_request_from_beginning_to_end_has_none(
    client: Any, environment: Any, server: Server
) -> None:
    server.answers["/from"] = redirect("/to")
    server.answers["/broken"] = b""
    client.get("/from", name="redirected")
    client.get("/broken", name="broken")
    with client.get("/slow", name="changed", catch_response=True) as response:
        response.request_meta["response_time"] = 1
    environment.events.request.fire(
        request_type="GET", name="own", response_time=1, response_length=1, exception=None, response=object()
    )
    counts = {name: entry._core.phases[0] for (name, _), entry in environment.stats.entries.items()}
    assert counts == {"redirected": 0, "broken": 0, "changed": 0, "own": 0}


def test_json_and_the_page_tell_them(client: Any, environment: Any) -> None:
    client.get("/slow")
    environment.events.request.fire(
        request_type="GET", name="own", response_time=1, response_length=1, exception=None
    )
    out = io.StringIO()
    with redirect_stdout(out):
        locust.stats.print_stats_json(environment.stats)
    measured, own = json.loads(out.getvalue())
    phases = measured["phases_ms"]
    assert list(phases) == ["requests", "connecting", "waiting", "receiving"]
    assert phases["requests"] == 1 and phases["waiting"] >= SLOW_MS * 0.9
    assert "phases_ms" not in own
    html = get_html_report(environment)
    table = html[html.index("<h2>Where the time went</h2>") :]
    rows = table[: table.index("</table>")].count("<tr>")
    assert rows == 3, "the heads, the one name of which phases are known, and the sums"


def test_they_begin_anew_with_the_statistics(client: Any, environment: Any) -> None:
    client.get("/slow")
    environment.stats.reset_all()
    assert environment.stats.total._core.phases == (0, 0, 0, 0)
    assert "Where the time went" not in get_html_report(environment)
