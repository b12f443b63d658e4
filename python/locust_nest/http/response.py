"""A `requests.Response` over an exchange of the engine, whose parts are made when they are touched."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from copy import copy
from datetime import timedelta
from functools import lru_cache
from http.client import HTTPMessage
from http.cookiejar import Cookie
from typing import Any

from requests import PreparedRequest, Response
from requests.compat import json as complexjson  # type: ignore[attr-defined]
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3._collections import HTTPHeaderDict

from nest_engine import Exchange

from .cookies import keep_cookies
from .parts import LazyPart, add_parts
from .timings import Timings, timings_of


class _OriginalResponse:
    """What cookie extraction and a few SDKs look at: the header as a message."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self.msg = HTTPMessage()
        for name, value in headers:
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


class RawBody(io.BytesIO):
    """`response.raw`: the decoded body as a file, with the attributes of urllib3's response that are used."""

    decode_content = True
    headers: HTTPHeaderDict

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.body)
        describe_raw(self, exchange)

    def read(self, amt: int | None = -1, decode_content: bool | None = None, **_: Any) -> bytes:  # type: ignore[override]
        return super().read(amt)

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk

    @property
    def data(self) -> bytes:
        return self.getvalue()

    def getheaders(self) -> list[tuple[str, str]]:
        return list(self.headers.items())

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return self.headers.get(name, default)

    def release_conn(self) -> None:
        """The connection went back when the body was complete."""


def describe_raw(raw: Any, exchange: Exchange) -> None:
    """Give `raw` what urllib3's response says of a response besides its body."""
    raw.status = exchange.status
    raw.version = exchange.version
    raw.reason = exchange.reason
    raw.headers = HTTPHeaderDict(exchange.headers)
    raw._original_response = _OriginalResponse(exchange.headers)


def joined_headers(exchange: Exchange) -> CaseInsensitiveDict[str]:
    """The headers by name; those that came more than once are joined by a comma."""
    # Not by its constructor, which files them one after the other.
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict.__new__(CaseInsensitiveDict)
    headers._store = exchange.headers_by_name  # type: ignore[attr-defined]
    return headers


def _headers(response: EngineResponse) -> CaseInsensitiveDict[str]:
    exchange = response._exchange
    return CaseInsensitiveDict() if exchange is None else joined_headers(exchange)


class SentRequest(PreparedRequest):
    """The request of an exchange as `requests` describes one that it prepared, whose parts are made when touched."""

    # Those of the session when the request was sent, once somebody has said so.
    session_cookies: tuple[Cookie, ...] = ()

    def __init__(self, exchange: Exchange) -> None:
        # Not PreparedRequest.__init__: whatever is missing is made when it is touched.
        self._exchange = exchange

    def __reduce__(self) -> Any:
        return PreparedRequest, (), {name: getattr(self, name) for name in _REQUEST_PARTS}


def _request_headers(request: SentRequest) -> CaseInsensitiveDict[str]:
    headers = CaseInsensitiveDict(request._exchange.request_headers)
    body = request._exchange.request_body
    if body is not None:
        headers["Content-Length"] = str(len(body.encode() if isinstance(body, str) else body))
    elif request._exchange.method not in ("GET", "HEAD"):
        headers["Content-Length"] = "0"
    return headers


def _request_cookies(request: SentRequest) -> RequestsCookieJar:
    jar = RequestsCookieJar()
    for cookie in request.session_cookies:
        jar.set_cookie(copy(cookie))
    return jar


_REQUEST_PARTS: dict[str, Callable[[Any], Any]] = {
    "method": lambda request: request._exchange.method,
    "url": lambda request: request._exchange.url,
    "headers": _request_headers,
    "_cookies": _request_cookies,
    "body": lambda request: request._exchange.request_body,
    "hooks": lambda request: default_hooks(),
    "_body_position": lambda request: None,
}
add_parts(SentRequest, _REQUEST_PARTS)


def _response_cookies(response: EngineResponse) -> RequestsCookieJar:
    jar = RequestsCookieJar()
    exchange = response.__dict__.get("_exchange")
    if exchange is not None and exchange.has_set_cookie:
        keep_cookies(jar, exchange, response)
    return jar


def _from_exchange(make: Callable[[Exchange], Any], otherwise: Any = None) -> Callable[[EngineResponse], Any]:
    """A part that comes from the exchange; a response that has none has `otherwise()` instead."""

    def part(response: EngineResponse) -> Any:
        exchange = response.__dict__.get("_exchange")
        if exchange is None:
            return otherwise() if callable(otherwise) else otherwise
        return make(exchange)

    return part


@lru_cache(maxsize=256)
def encoding_named(content_type: str | None) -> str | None:
    """What `requests` concludes from a Content-Type header, parsed once for each value that servers send."""
    return get_encoding_from_headers(
        CaseInsensitiveDict({} if content_type is None else {"content-type": content_type})
    )


# What json.loads() does after looking for blanks.
_scan_json = complexjson.JSONDecoder().scan_once
_JSON_BLANKS = " \t\n\r"
# What decoded_json() raises of a text that json.loads() may well read, or describe what is wrong with it.
UNDECODED = (ValueError, LookupError, StopIteration)


def decoded_json(exchange: Exchange, encoding: str, scan: Callable[[str, int], tuple[Any, int]]) -> Any:
    """What stands in the body of a response if it begins with JSON and has nothing but blanks behind."""
    text = exchange.text(encoding)
    value, end = scan(text, 0)
    if end != len(text) and text[end:].strip(_JSON_BLANKS):
        raise ValueError
    return value


def _encoding(response: EngineResponse) -> str | None:
    own = response.__dict__
    exchange = own.get("_exchange")
    if exchange is None or "headers" in own:
        return get_encoding_from_headers(response.headers)
    return encoding_named(exchange.header("content-type"))


def _request_of(exchange: Exchange | None) -> SentRequest | None:
    return None if exchange is None else SentRequest(exchange)


class _Error(LazyPart):
    """What kept a request from a response; no part of those that have none."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None or instance._failed_exchange is not None:
            return super().__get__(instance, owner)
        return None


_PARTS: dict[str, Callable[[Any], Any]] = {
    "_exchange": lambda response: None,
    "_content": _from_exchange(lambda exchange: exchange.body),
    "_content_consumed": lambda response: True,
    "_next": lambda response: response._next_request(),
    "connection": lambda response: response._adapter(),
    "cookies": _response_cookies,
    "elapsed": _from_exchange(lambda exchange: timedelta(milliseconds=exchange.elapsed_ms), timedelta),
    "encoding": _encoding,
    "headers": _headers,
    "history": lambda response: [],
    "raw": _from_exchange(RawBody),
    "reason": _from_exchange(lambda exchange: exchange.reason),
    "request": lambda response: _request_of(response._exchange or response._failed_exchange),
    "timings": lambda response: timings_of(response._exchange or response._failed_exchange),
    "url": _from_exchange(lambda exchange: exchange.url),
}


# What makes a response more than its exchange, if a model or `requests` set it.
_TOUCHED = frozenset(("_content", "encoding", "headers"))


class EngineResponse(Response):
    """Made from a finished exchange; a failed one gives status 0, no content and the exception in `error`."""

    error: Any = _Error(lambda response: response._made_error())
    status_code: int
    timings: Timings | None
    """Where the time went; None if the engine did not send the request. Each response of `history` has its own."""
    _exchange: Exchange | None
    _content_consumed: bool
    _failed_exchange: Exchange | None = None
    # The body comes from `raw`.
    _is_read = False

    def __init__(self, exchange: Exchange | None) -> None:
        # Not Response.__init__: whatever is missing is made when it is touched.
        if exchange is None or exchange.failure is not None:
            self.status_code = 0
            self._exchange = None
            self._failed_exchange = exchange
        else:
            self.status_code = exchange.status
            self._exchange = exchange

    def read_from(self, raw: Any) -> None:
        """The body is still to come: it is read from `raw` when it is asked for."""
        self.__dict__.update(raw=raw, _content=False, _content_consumed=False, _is_read=True)

    @property
    def is_cut(self) -> bool:
        """Whether `content` is only the first part of the body, because of the session's `max_body_size`."""
        return self._exchange is not None and self._exchange.is_cut

    def json(self, **kwargs: Any) -> Any:
        """The body as JSON; `requests.JSONDecodeError` if it is none."""
        own = self.__dict__
        exchange = own.get("_exchange")
        if exchange is not None and not kwargs and _TOUCHED.isdisjoint(own):
            encoding = encoding_named(exchange.header("content-type"))
            if encoding is not None:
                try:
                    return decoded_json(exchange, encoding, _scan_json)
                except UNDECODED:
                    pass  # which `requests` says in its way
        return super().json(**kwargs)

    def _adapter(self) -> Any:
        """What sends to the same server again."""
        return None

    def _made_error(self) -> Exception | None:
        """That of a failed exchange, if the response knows what belongs to it."""
        return None

    def _next_request(self) -> PreparedRequest | None:
        """Where a redirect leads that is not followed."""
        return None

    def __getstate__(self) -> dict[str, Any]:
        if not self._content_consumed:
            _ = self.content
        return {name: getattr(self, name) for name in self.__attrs__}


add_parts(EngineResponse, _PARTS)
