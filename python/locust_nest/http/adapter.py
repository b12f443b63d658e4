"""The adapter that lets `requests` itself prepare a request and the engine carry it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from functools import lru_cache, partial
from http.client import HTTPException
from math import isnan
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, ref

import certifi
import urllib3
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import InvalidProxyURL
from requests.utils import prepend_scheme_if_needed, select_proxy

import nest_engine
from nest_engine import ConnectionSettings, HttpClient

from .failures import aborted, request_error
from .network import client_of
from .response import EngineResponse
from .streams import StreamedBody
from .uploads import UNKNOWN_LENGTH, held_in_memory, is_read, open_exchange
from .urls import is_unix

# Objects that stand for connections which users share.
_shared: WeakKeyDictionary[Any, HttpClient] = WeakKeyDictionary()

_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_NO_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")

Timeout = float | tuple[float | None, float | None] | None


def use_certificates() -> None:
    """Trust what `requests` trusts, also where a request says nothing about it. Once, at start."""
    nest_engine.set_default_settings(ConnectionSettings(ca_path=certifi.where()))


def shared_client(pool_manager: Any) -> HttpClient:
    """The one client of all sessions that are given the same object; as long as that lives."""
    return _shared.setdefault(pool_manager, client_of(None))


@lru_cache(maxsize=256)
def connection_settings(
    verify: bool | str, cert: str | tuple[str, str] | None, proxy: str
) -> ConnectionSettings:
    """The engine's form of the keywords of `requests`; equal ones share connections."""
    certificate, key = cert if isinstance(cert, tuple) else (cert or "", "")
    for kind, path in (
        ("a suitable TLS CA certificate bundle", verify),
        ("the TLS certificate file", certificate),
        ("the TLS key file", key),
    ):
        if path and isinstance(path, str) and not os.path.exists(path):
            raise OSError(f"Could not find {kind}, invalid path: {path}")
    ca_path = verify if isinstance(verify, str) else certifi.where()
    return ConnectionSettings(
        verify=bool(verify), ca_path=ca_path, client_cert=certificate, client_key=key, proxy=proxy
    )


def split_timeout(timeout: Any) -> tuple[float | None, float | None] | None:
    """(connect, read) in seconds; None for what urllib3 must judge."""
    if timeout is None:
        return None, None
    if type(timeout) in (int, float) and timeout > 0:
        return timeout, timeout
    if type(timeout) is tuple and len(timeout) == 2 and all(_is_limit(limit) for limit in timeout):
        return timeout
    return None


def _judged_timeout(timeout: Any) -> tuple[float | None, float | None]:
    """The same for what `requests` and urllib3 have a word to say about: ValueError for most of it."""
    if isinstance(timeout, tuple):
        try:
            connect, read = timeout
            timeout = urllib3.Timeout(connect=connect, read=read)
        except ValueError:
            raise ValueError(
                f"Invalid timeout {timeout}. Pass a (connect, read) timeout tuple, or a single float to set both "
                "timeouts to the same value."
            ) from None
    elif not isinstance(timeout, urllib3.Timeout):
        timeout = urllib3.Timeout(connect=timeout, read=timeout)
    running = timeout.clone()
    running.start_connect()  # a limit for both together is known from then on
    return _seconds(timeout.connect_timeout), _seconds(running.read_timeout)


def _seconds(limit: Any) -> float | None:
    """None for what sets no limit: urllib3's own default, and NaN, which no clock reaches."""
    if limit is None or limit is urllib3.Timeout.DEFAULT_TIMEOUT:
        return None
    seconds = float(limit)
    return None if isnan(seconds) else seconds


def _is_limit(limit: Any) -> bool:
    return limit is None or type(limit) in (int, float) and limit > 0


def checked_method(method: str) -> str:
    """`method`, if it can stand in a request line; ValueError as in urllib3 if not."""
    if odd := _NO_TOKEN.search(method):
        raise ValueError(f"Method cannot contain non-token characters {method!r} (found at least {odd[0]!r})")
    return method


class EngineAdapter(BaseAdapter):
    """Sends prepared requests through the engine, on one user's connections, within the limits of its session."""

    def __init__(self, client: HttpClient, session: Any) -> None:
        super().__init__()
        self._client = client
        self._session = ref(session)  # which has this adapter

    def send(  # type: ignore[override]
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        limits = split_timeout(timeout) or _judged_timeout(timeout)
        body = held_in_memory(request.body.encode() if isinstance(request.body, str) else request.body)
        assert request.method is not None and request.url is not None
        proxy = None if is_unix(request.url) else select_proxy(request.url, proxies)
        settings = None
        if proxy or cert or verify is not True:
            cert = tuple(cert) if isinstance(cert, list) else cert  # type: ignore[assignment]
            proxy = _proxy_url(proxy) if proxy else ""
            settings = connection_settings(verify, cert, proxy)
        url = _ESCAPE.sub(lambda escape: escape[0].upper(), request.url.partition("#")[0])  # as urllib3 does
        url = _without_credentials(url)
        perform: Any = self._client.perform
        whole = body
        if is_read(body):
            whole, length = None, _announced_length(request)
            perform = partial(open_exchange, self._client, stream=stream, body=body, length=length)
        elif stream:
            perform = partial(open_exchange, self._client, stream=True)
        method, headers = checked_method(request.method), _header_list(request)
        most = getattr(self._session(), "max_body_size", None)
        try:
            exchange = perform(
                method, url, True, None, headers, whole, *limits, settings, None, None, None, most
            )
        except (OSError, HTTPException) as trouble:  # of the body, which urllib3 takes for the connection's
            raise aborted(trouble, request) from trouble
        assert exchange is not NotImplemented
        if exchange.failure is not None and not (stream and exchange.has_header):
            error = request_error(exchange, request, *limits, proxy or "")
            vars(error)["exchange"] = exchange  # for its times
            raise error
        response = EngineResponse(exchange)
        if stream:
            response.read_from(StreamedBody(exchange))
        response.url = request.url
        response.request = request
        response.connection = self  # type: ignore[assignment]
        return response

    def close(self) -> None:
        self._client.close()


class LocustHttpAdapter(HTTPAdapter):
    """An adapter over urllib3 whose users share the connections of one `urllib3.PoolManager`.

    >>> session.mount("https://", LocustHttpAdapter(pool_manager))
    """

    def __init__(self, pool_manager: urllib3.PoolManager | None, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = pool_manager
        super().__init__(*args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self.poolmanager is None:
            super().init_poolmanager(*args, **kwargs)


def _announced_length(request: PreparedRequest) -> int:
    """The length that goes before a body that is read; unless there is one it is sent in chunks."""
    length = request.headers.get("Content-Length")
    return UNKNOWN_LENGTH if length is None else int(length) if length.isdecimal() else sys.maxsize


def _proxy_url(proxy: str) -> str:
    url = prepend_scheme_if_needed(proxy, "http")
    parts = urlsplit(url)
    if not parts.hostname:
        raise InvalidProxyURL("Please check proxy URL. It is malformed and could be missing the host.")
    # libcurl's port would be another one.
    port = {"http": 80, "https": 443}.get(parts.scheme)
    return (
        url
        if parts.port or not port
        else parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{port}").geturl()
    )


def _without_credentials(url: str) -> str:
    """They are in a header of the request, or not to be sent; libcurl would make one of them."""
    scheme, _, rest = url.partition("//")
    authority, slash, path = rest.partition("/")
    return f"{scheme}//{authority.rpartition('@')[2]}{slash}{path}" if "@" in authority else url


def _header_list(request: PreparedRequest) -> list[tuple[bytes, bytes]]:
    return [(_encoded(name, "ascii"), _encoded(value, "latin-1")) for name, value in request.headers.items()]


def _encoded(text: str | bytes, charset: str) -> bytes:
    """As http.client does; raises UnicodeEncodeError."""
    return text if isinstance(text, bytes) else text.encode(charset)
