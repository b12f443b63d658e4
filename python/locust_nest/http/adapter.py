"""The adapter that lets `requests` itself prepare a request and the engine carry it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import certifi
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import prepend_scheme_if_needed, select_proxy

import nest_engine
from nest_engine import ConnectionSettings, HttpClient

from .failures import request_error
from .response import EngineResponse

# Objects that stand for connections which users share.
_shared: WeakKeyDictionary[Any, HttpClient] = WeakKeyDictionary()

Timeout = float | tuple[float | None, float | None] | None


def use_certificates() -> None:
    """Trust what `requests` trusts, also where a request says nothing about it. Once, at start."""
    nest_engine.set_default_settings(ConnectionSettings(ca_path=certifi.where()))


def shared_client(pool_manager: Any) -> HttpClient:
    """The one client of all sessions that are given the same object; as long as that lives."""
    return _shared.setdefault(pool_manager, HttpClient())


@lru_cache(maxsize=256)
def connection_settings(
    verify: bool | str, cert: str | tuple[str, str] | None, proxy: str
) -> ConnectionSettings:
    """The engine's form of the keywords of `requests`; equal ones share connections."""
    certificate, key = cert if isinstance(cert, tuple) else (cert or "", "")
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


def _is_limit(limit: Any) -> bool:
    return limit is None or type(limit) in (int, float) and limit > 0


class EngineAdapter(BaseAdapter):
    """Sends prepared requests through the engine, on one user's connections.

    Bodies that are read while they are sent, and responses that are read while they arrive (`stream=True`),
    go through urllib3, whose sockets cooperate with the other users as everything that gevent patched.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client
        self._streaming: HTTPAdapter | None = None

    def send(  # type: ignore[override]
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        limits = split_timeout(timeout)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if stream or limits is None or not isinstance(body, (bytes, type(None))):
            return self._streaming_adapter().send(request, stream, timeout, verify, cert, proxies)
        assert request.method is not None and request.url is not None
        proxy = select_proxy(request.url, proxies)
        settings = None
        if proxy or cert or verify is not True:
            cert = tuple(cert) if isinstance(cert, list) else cert  # type: ignore[assignment]
            settings = connection_settings(
                verify, cert, prepend_scheme_if_needed(proxy, "http") if proxy else ""
            )
        url = request.url.partition("#")[0]
        exchange = self._client.perform(
            request.method, url, True, None, _header_list(request), body, *limits, settings, None, None, None
        )
        assert exchange is not NotImplemented
        if exchange.failure is not None:
            error = request_error(exchange, request, *limits)
            vars(error)["exchange"] = exchange  # for its times
            raise error
        response = EngineResponse(exchange)
        response.url = request.url
        response.request = request
        response.connection = self  # type: ignore[assignment]
        return response

    def close(self) -> None:
        self._client.close()
        if self._streaming is not None:
            self._streaming.close()

    def _streaming_adapter(self) -> HTTPAdapter:
        if self._streaming is None:
            self._streaming = HTTPAdapter()
        return self._streaming


def _header_list(request: PreparedRequest) -> list[tuple[bytes, bytes]]:
    return [(to_bytes(name), to_bytes(value)) for name, value in request.headers.items()]


def to_bytes(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")
