"""What FastHttpUser's session sends with: redirects, cookies and retries, by the rules of geventhttpclient."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from http.cookiejar import CookieJar
from stat import S_ISREG
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from requests.cookies import extract_cookies_to_jar
from requests.models import RequestEncodingMixin
from requests.structures import CaseInsensitiveDict
from requests.utils import requote_uri

from nest_engine import Exchange, HttpClient, take_cookies

from .adapter import connection_settings, shared_client
from .cookies import own_header
from .fast_failures import (
    TIMEOUTS,
    BadStatusCode,
    RetriesExceeded,
    UnrewoundBodyError,
    UnsupportedRedirectSchemeError,
    failure_of,
)
from .fast_response import (
    ErrorResponse,
    FastRequest,
    FastResponse,
    Headers,
    ResponseContextManager,
    StreamedResponse,
)
from .fast_sockets import SocketExchange, make_pools
from .multipart import encode_multipart, held_files
from .network import client_of
from .parts import add_parts
from .response import SentRequest
from .timings import timings_of
from .uploads import UNKNOWN_LENGTH, held_in_memory, is_read, open_exchange
from .urls import is_unix

_ONCE = "payload cannot be rewound and resent after a redirect"
_IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
USER_AGENT = "python/gevent-http-client-2.6.1"
ACCEPT_ENCODING = "gzip, deflate, br"

_UNSEEN_IN_URLS = dict.fromkeys(map(ord, "\t\r\n"))
_is_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch

# What is neither bytes nor text is read while it is sent.
Body = Any


class LocustBadStatusCode(BadStatusCode):
    """A status that counts as a failure; its repr leaves out the URL, so that failures group."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kw_text})"


class ClientPool:
    """The connections of one user, or of all that are given the same pool."""

    def __init__(self, engine: HttpClient | None = None, **_: Any) -> None:
        self.engine = engine or client_of(None)

    def close(self) -> None:
        """Close the idle connections; the next request opens new ones."""
        self.engine.close()


class LocustUserAgent:
    """Sends requests on one pool of connections and follows redirects.

    `headers` go with every request; times in seconds; a `ssl_context_factory` of the model's own makes the
    connections of HTTPS, which then do not go through the engine. `max_body_size` is how many bytes of a response's
    body are kept (None: all).
    """

    # Made when it is first needed.
    cookiejar: CookieJar

    response_type = FastResponse
    request_type = FastRequest
    valid_response_codes = frozenset([*range(200, 209), 226, 301, 302, 303, 304, 307, 308])
    redirect_response_codes = frozenset([301, 302, 303, 307, 308])

    def __init__(
        self,
        client_pool: Any = None,
        max_redirects: int = 3,
        max_retries: int = 3,
        retry_delay: float = 0,
        cookiejar: CookieJar | None = None,
        headers: Mapping[str, str] | None = None,
        insecure: bool = False,
        network_timeout: float = 5.0,
        connection_timeout: float = 5.0,
        proxy_host: str | None = None,
        proxy_port: int | None = None,
        ssl_context_factory: Callable[[], ssl.SSLContext] | None = None,
        max_body_size: int | None = None,
        **_: Any,
    ) -> None:
        if client_pool is None:
            client_pool = ClientPool()
        elif not isinstance(client_pool, ClientPool):
            client_pool = ClientPool(shared_client(client_pool))  # geventhttpclient's own, for instance
        self.clientpool: ClientPool = client_pool
        client_pool.engine.awaits_continue = True
        self.max_redirects = max_redirects
        self.max_retries = max_retries
        self.retry_delay = retry_delay
        self.default_headers: dict[str, str] = dict(headers or {})
        if not any(name.lower() == "user-agent" for name in self.default_headers):
            self.default_headers["User-Agent"] = USER_AGENT
        self.network_timeout = network_timeout
        self.connection_timeout = connection_timeout
        self.max_body_size = max_body_size
        self._insecure = insecure
        self._proxy = f"http://{proxy_host}:{proxy_port}" if proxy_host else ""
        self._settings = (
            connection_settings(not insecure, None, self._proxy) if insecure or proxy_host else None
        )
        self._ssl_context_factory = ssl_context_factory
        self._sockets: urllib3.PoolManager | None = None
        if cookiejar is not None:
            self.cookiejar = cookiejar

    def close(self) -> None:
        self.clientpool.close()
        if self._sockets is not None:
            self._sockets.clear()

    def urlopen(
        self,
        url: str,
        method: str = "GET",
        headers: Mapping[str, Any] | None = None,
        payload: Any = None,
        files: Any = None,
        params: Any = None,
        **extra: Any,
    ) -> FastResponse:
        """Send a request and return its response; raises what went wrong."""
        body, content_type = encode_payload(payload, files)
        response, _ = self.send(
            method, url, body, content_type, headers, params=params, extra=extra, catching=False
        )
        response.raise_for_status()
        return response

    def send(
        self,
        method: str,
        url: str,
        body: Body = None,
        content_type: str | None = None,
        headers: Mapping[str, Any] | None = None,
        *,
        accept: str | None = None,
        authorization: str | None = None,
        params: Any = None,
        extra: Mapping[str, Any] | None = None,
        follow: bool = True,
        stream: bool = False,
        catching: bool,
        answer: Exchange | None = None,
    ) -> tuple[FastResponse, float]:
        """The response, which is an ErrorResponse if there is none, and the milliseconds that the server took.

        `answer` is what has become of the request itself, if it was already sent.
        """
        sent_url = with_params(url, params, extra) if params or extra else url
        on_sockets = self._ssl_context_factory is not None and sent_url.startswith("https")
        send = self._perform_on_sockets if on_sockets else self._perform
        base = _base_headers(tuple(self.default_headers.items()), accept)
        make = StreamedResponse if stream else ResponseContextManager if catching else FastResponse
        history: list[FastResponse] = []
        taken = 0.0
        first_url = url
        while True:
            exchange, error, ms = send(
                stream, method, sent_url, base, headers, body, content_type, authorization, answer
            )
            answer = None
            taken += ms
            if error is not None and not exchange.status:
                return _failed(exchange, url, error, body), taken
            response = make(exchange, url)
            if is_read(body):
                response.request = _request(exchange, url, body)
            if error is not None:
                response._broken = error
                if exchange.failure[0] == "bad_encoding":
                    response.content = b""
            if exchange.has_set_cookie and not take_cookies(self.cookiejar, exchange, False):
                raw = exchange.raw if on_sockets else response.stream
                request = SentRequest(exchange)
                request.headers.pop("Host", None)  # it is the URL that counts
                extract_cookies_to_jar(self.cookiejar, request, raw)  # type: ignore[arg-type]
            status = exchange.status
            if follow and status in self.redirect_response_codes and response.headers.get("Location"):
                if len(history) >= self.max_redirects:
                    limit = RetriesExceeded(first_url, f"Redirection limit reached ({self.max_redirects})")
                    return _failed(exchange, first_url, limit, body), taken
                history.append(response)
                here = url
                sent_url = url = urljoin(url, response.headers["Location"])
                if not (url.startswith(("http:", "https:")) or (is_unix(url) and is_unix(here))):
                    scheme = url.partition(":")[0]
                    refused = UnsupportedRedirectSchemeError(
                        here, f"refusing to follow redirect to {scheme!r} URL"
                    )
                    return _failed(exchange, here, refused, body), taken
                if status in (301, 302, 303):
                    method = "HEAD" if method == "HEAD" else "GET"
                    body = content_type = None
                    headers = _without(headers, "content-type", "content-length", "content-encoding")
                elif is_read(body) and not _rewound(body):
                    return _failed(exchange, here, UnrewoundBodyError(here, _ONCE), body), taken
                headers = _without(headers, "cookie", "cookie2")
                if _origin(here) != _origin(url):
                    authorization = None
                    headers = _without(headers, "authorization", "host")
                continue
            if history:
                response.history = history
            if status not in self.valid_response_codes:
                response.error = LocustBadStatusCode(url, code=status)
                response.error.response = response  # type: ignore[attr-defined]
            return response, taken

    def _perform(
        self,
        stream: bool,
        method: str,
        url: str,
        base: Mapping[str, str],
        headers: Any,
        body: Body,
        content_type: str | None,
        authorization: str | None,
        answer: Exchange | None,
    ) -> tuple[Any, Exception | None, float]:
        """The engine's exchange, what went wrong with it, and milliseconds. `answer` is that of the first attempt."""
        jar = self.__dict__.get("cookiejar")
        cookie = None if jar is None else own_header(jar, url)
        limits = (self.connection_timeout or None, self.network_timeout or None)
        engine = self.clientpool.engine
        perform: Any = engine.perform
        comes_later = is_read(body)
        if comes_later:
            headers, length = _framed(headers, body)
            perform = partial(open_exchange, engine, stream=stream, body=body, length=length)
        elif stream:
            perform = partial(open_exchange, engine, stream=True)
        whole = None if comes_later else body
        rest = (
            whole, *limits, self._settings, content_type, authorization, cookie, self.max_body_size,
        )  # fmt: skip
        taken = 0.0
        retries = 0
        while True:
            exchange: Any = NotImplemented
            if answer is not None:
                exchange, answer = answer, None
            elif not comes_later:  # whose length is a header that has to be looked at
                exchange = perform(method, url, False, base, headers, *rest)
            if exchange is NotImplemented:
                exchange = perform(method, quoted(url), True, None, _prepared(base, headers), *rest)
            taken += exchange.response_time_ms
            failure = exchange.failure
            if failure is None or stream and exchange.has_header:
                return exchange, None, taken
            may_retry = method in _IDEMPOTENT and retries < self.max_retries
            if failure[0] not in TIMEOUTS or exchange.status or not may_retry:
                return exchange, failure_of(exchange, url, self.max_retries), taken
            retries += 1
            sleep(self.retry_delay)

    def _perform_on_sockets(
        self,
        stream: bool,
        method: str,
        url: str,
        base: Mapping[str, str],
        headers: Any,
        body: Body,
        content_type: str | None,
        authorization: str | None,
        _: Exchange | None,
    ) -> tuple[Any, Exception | None, float]:
        """The same over urllib3, whose sockets cooperate with other users, as soon as the header is there."""
        all_headers: CaseInsensitiveDict[Any] = CaseInsensitiveDict(base)
        length = None
        if is_read(body):
            headers, length = _framed(headers, body)
        all_headers.update(headers or {})
        jar = self.__dict__.get("cookiejar")
        cookie = None if jar is None else own_header(jar, url)
        if content_type:
            all_headers.setdefault("Content-Type", content_type)
        if authorization:
            all_headers["Authorization"] = authorization
        if cookie:
            all_headers.setdefault("Cookie", cookie)
        if self._sockets is None:
            assert self._ssl_context_factory is not None
            self._sockets = make_pools(
                self._proxy, self._insecure, self._ssl_context_factory, self.clientpool.engine.local_address
            )
        exchange = SocketExchange(method, quoted(url), all_headers, body, self.max_body_size)
        started = perf_counter()
        in_chunks = length == UNKNOWN_LENGTH
        error = exchange.send(self._sockets, self.connection_timeout, self.network_timeout, in_chunks)
        return exchange, error, (perf_counter() - started) * 1000


@lru_cache(maxsize=256)
def _base_headers(defaults: tuple[tuple[str, str], ...], accept: str | None) -> Mapping[str, str]:
    """What goes with every request: for all users the same object, which the engine need not look through again."""
    base = CaseInsensitiveDict({**dict(defaults), "Accept-Encoding": ACCEPT_ENCODING})
    if accept is not None:
        base["Accept"] = accept
    return base


add_parts(LocustUserAgent, {"cookiejar": lambda agent: CookieJar()})


def encode_payload(payload: Any, files: Any = None) -> tuple[Body, str | None]:
    """(body, content type) of what a model gives as data."""
    if files:
        return encode_multipart(held_files(files), payload)
    if not payload:
        return None, None
    if isinstance(payload, str):
        return payload.encode(), "text/plain; charset=utf-8"
    if isinstance(payload, Mapping):
        return urlencode(payload).encode(), "application/x-www-form-urlencoded; charset=utf-8"
    if isinstance(payload, (list, tuple)):
        payload = b"".join(payload)
    return held_in_memory(payload), "application/octet-stream"


def _framed(headers: Mapping[str, Any] | None, body: Any) -> tuple[Mapping[str, Any], int]:
    """The headers with the length of a body that is read, or that it comes in chunks; and the length."""
    framed: CaseInsensitiveDict[Any] = CaseInsensitiveDict(headers or {})
    length = _length_left(body)
    if length is None or "chunked" in str(framed.get("Transfer-Encoding", "")).lower():
        framed.pop("Content-Length", None)
        if "chunked" not in str(framed.get("Transfer-Encoding", "")).lower():
            framed["Transfer-Encoding"] = "chunked"
        return framed, UNKNOWN_LENGTH
    framed.setdefault("Content-Length", str(length))
    return framed, length


def _length_left(body: Any) -> int | None:
    """How many bytes a body gives that is read; None where that is not known beforehand."""
    try:
        return len(body)
    except TypeError:
        pass
    try:
        status = os.fstat(body.fileno())
        return status.st_size - body.tell() if S_ISREG(status.st_mode) and "b" in body.mode else None
    except (AttributeError, OSError, TypeError):
        return None


def _rewound(body: Any) -> bool:
    """Whether the body can be read from its beginning again."""
    try:
        body.seek(0)
    except (AttributeError, OSError):
        return False
    return True


def with_params(url: str, params: Any, extra: Mapping[str, Any] | None) -> str:
    """`url` with `params` and every unknown keyword in its query."""
    encode = RequestEncodingMixin._encode_params  # type: ignore[attr-defined]
    query = "&".join(filter(None, (encode(part) for part in (params, extra) if part)))
    url, mark, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{query}{mark}{fragment}"


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


@lru_cache(maxsize=4096)
def quoted(url: str) -> str:
    """`url` as it goes on the wire; unlike in `requests`, dot segments stay. ValueError for a broken one."""
    # Line ends of a file of URLs, say, are no part of them.
    parts = urlsplit(requote_uri(url.partition("#")[0].translate(_UNSEEN_IN_URLS)))
    _ = parts.port  # raises
    # Credentials would become a header.
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], path=parts.path or "/"))


def _prepared(base: Mapping[str, str], headers: Mapping[str, Any] | None) -> list[tuple[bytes, bytes]]:
    merged: CaseInsensitiveDict[Any] = CaseInsensitiveDict(base)
    merged.update(headers or {})
    lines = []
    for name, value in merged.items():
        if value is None:
            continue
        if not isinstance(name, str) or not _is_token(name):
            raise ValueError(f"invalid header field name {name!r}")
        try:
            text = value if isinstance(value, bytes) else str(value).encode("latin-1")
        except UnicodeEncodeError:
            raise ValueError(f"invalid value for header field {name!r}: {value!r}") from None
        if any(mark in text for mark in (b"\r", b"\n", b"\0")):
            raise ValueError(f"invalid value for header field {name!r}: {value!r}")
        lines.append((name.encode(), text))
    return lines


def _without(headers: Mapping[str, Any] | None, *names: str) -> Mapping[str, Any] | None:
    return headers and {name: value for name, value in headers.items() if name.lower() not in names}


def _request(exchange: Any, url: str, body: Body) -> FastRequest:
    payload = body if is_read(body) else exchange.request_body
    return FastRequest(url, exchange.method, Headers(exchange.request_headers), payload)


def _failed(exchange: Any, url: str, error: Exception, body: Body) -> ErrorResponse:
    return ErrorResponse(_request(exchange, url, body), error, timings_of(exchange))
