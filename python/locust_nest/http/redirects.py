"""Redirects within a server that say nothing unusual, followed as `requests` would, without its many copies."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import Any

import requests
from requests.cookies import RequestsCookieJar
from requests.models import REDIRECT_STATI

from nest_engine import Exchange

from .adapter import connection_settings
from .cookies import cookies_of, keep_cookies
from .failures import request_error
from .response import EngineResponse, SentRequest

# What decides where a redirect leads and how; a session with one of its own is left to `requests`.
_DECIDING = (
    "resolve_redirects",
    "get_redirect_target",
    "rebuild_method",
    "rebuild_auth",
    "rebuild_proxies",
    "should_strip_auth",
    "send",
    "get_adapter",
)
_deciding_of = attrgetter(*_DECIDING)
# Without a fragment, credentials, or anything to quote or to resolve.
_PLAIN_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:-]+(?=/)")
_PLAIN_TARGET = re.compile(
    r"/(?![/.])(?:[\w~!$&'()*+,=:@.-]|/(?!\.))*(?:\?[\w~!$&'()*+,;=:@./?-]+)?", re.ASCII
)
# Headers of the first request that the next one does not have.
_LEFT_BEHIND = frozenset(("content-length", "content-type", "transfer-encoding", "cookie"))


class PlainRedirects:
    """Follows them for sessions that behave as `session_class` does now."""

    def __init__(self, session_class: type[requests.Session]) -> None:
        self._deciding = _deciding_of(session_class)

    def follow(
        self, session: Any, hops: list[Any], limits: tuple[float | None, float | None], verify: bool | str
    ) -> None:
        """Add the responses that come after `hops`, up to one that leads nowhere, or must be left to `requests`."""
        own = vars(session)
        if type(own.get("cookies")) not in (type(None), RequestsCookieJar) or "#" in vars(hops[0]).get(
            "url", ""
        ):
            return
        if _deciding_of(type(session)) != self._deciding or not own.keys().isdisjoint(_DECIDING):
            return
        while len(hops) <= session.max_redirects and (onward := _onward(hops[-1]._exchange)):
            hops.append(_ask(session, hops, *onward, limits, verify))


def is_redirect(exchange: Exchange) -> bool:
    """`Response.is_redirect`, without its headers."""
    return exchange.status in REDIRECT_STATI and exchange.header("location") is not None


def _onward(exchange: Exchange) -> tuple[str, str, list[tuple[str, str]]] | None:
    """Method, URL and headers of the request to which a response redirects; None for no redirect, or another."""
    status, method = exchange.status, exchange.method
    location = exchange.header("location") if status in REDIRECT_STATI else None
    if location is None:
        return None
    if method != "HEAD" and (status in (302, 303) or (status == 301 and method == "POST")):
        method = "GET"
    elif exchange.request_body is not None:
        return None
    origin = _PLAIN_ORIGIN.match(exchange.url)
    if method not in ("GET", "HEAD") or origin is None:
        return None
    path = location.removeprefix(origin[0])
    if not _PLAIN_TARGET.fullmatch(path):
        return None
    sent = {name.lower(): (name, value) for name, value in exchange.request_headers}
    if "host" in sent:  # which is that of the cookies too
        return None
    return method, origin[0] + path, [sent[name] for name in sent if name not in _LEFT_BEHIND]


def _ask(
    session: Any,
    hops: list[Any],
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    limits: tuple[float | None, float | None],
    verify: bool | str,
) -> EngineResponse:
    here, jar = hops[-1], vars(session).get("cookies")
    settings = None if verify is True else connection_settings(verify, None, "")
    cookies = () if jar is None else cookies_of(jar)
    sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    exchange = session._engine.perform(
        method, url, True, None, sent, None, *limits, settings, None, None, jar, session.max_body_size
    )
    request = SentRequest(exchange)
    request.session_cookies = cookies
    if len(hops) > 1:  # as `requests` leaves one that was sent and followed
        here.history, here.connection, here._next = hops[:-1], session.get_adapter(here.url), request
    if exchange.failure is not None:
        error = request_error(exchange, request, *limits)
        vars(error)["exchange"] = exchange  # for its times
        raise error
    response = EngineResponse(exchange)
    response.request = request
    if exchange.has_set_cookie:
        keep_cookies(session.cookies, exchange, response)
    return response


class Replayed:
    """A session some of whose responses to a chain of redirects are there already: it sends what comes after them."""

    def __init__(self, session: requests.Session, responses: list[EngineResponse]) -> None:
        self._session = session
        self._responses = responses

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def send(
        self, request: requests.PreparedRequest, allow_redirects: bool, **kwargs: Any
    ) -> requests.Response:
        session = self._session
        if not self._responses:
            return session.send(request, allow_redirects=allow_redirects, **kwargs)
        response: Any = self._responses.pop(0)  # and now as the session would have left it
        response.connection = session.get_adapter(response.url)
        leads_to: Any = session.resolve_redirects(response, response.request, yield_requests=True, **kwargs)
        response._next = next(leads_to, None)
        return response  # type: ignore[no-any-return]
