"""FastHttpUser: the API of Locust's user of geventhttpclient, on this program's engine."""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from time import time
from typing import Any, Unpack
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from gevent.ssl import SSLContext
from requests.auth import _basic_auth_str

from locust.exception import CatchResponseError, LocustError, ResponseError, StopTest
from locust.user.legacy import Locust
from locust.user.users import NO_HOST, User
from locust_nest.http.fast_agent import (
    ACCEPT_ENCODING,
    ClientPool,
    LocustBadStatusCode,
    LocustUserAgent,
    encode_payload,
)
from locust_nest.http.fast_failures import (
    FAILURE_EXCEPTIONS,
    BadStatusCode,
    ConnectionError,
    HTTPConnectionClosed,
    HTTPParseError,
    RetriesExceeded,
)
from locust_nest.http.fast_response import (
    ErrorResponse,
    FastRequest,
    FastResponse,
    Headers,
    ResponseContextManager,
)
from locust_nest.http.fast_sockets import insecure_ssl_context_factory
from locust_nest.http.json_text import encoder_like
from locust_nest.http.keywords import FastKeywords, FastPostKeywords, FastPutKeywords
from locust_nest.http.network import client_of
from locust_nest.http.renaming import Renaming
from locust_nest.http.rest import RestMixin
from locust_nest.http.urls import is_absolute
from locust_nest.http.versions import ChoosesVersion
from nest_engine import Exchange, FastRequestMethod, describe_fast_sessions

__all__ = [
    "BadStatusCode",
    "CatchResponseError",
    "ClientPool",
    "ConnectionError",
    "ErrorResponse",
    "FAILURE_EXCEPTIONS",
    "FastHttpLocust",
    "FastHttpSession",
    "FastHttpUser",
    "FastRequest",
    "FastResponse",
    "HTTPConnectionClosed",
    "HTTPParseError",
    "Headers",
    "LocustBadStatusCode",
    "LocustError",
    "LocustUserAgent",
    "ResponseContextManager",
    "ResponseError",
    "RestMixin",
    "RestResponseContextManager",
    "RetriesExceeded",
    "StopTest",
    "User",
    "absolute_http_url_regexp",
    "insecure_ssl_context_factory",
]

absolute_http_url_regexp = re.compile(r"^https?://", re.I)


class RestResponseContextManager(ResponseContextManager):
    """What `rest()` gives, for annotations: a response with the decoded body in `js`."""

    js: Any


class FastHttpSession(ChoosesVersion):
    """Sends requests below `base_url` and records each of them.

    `request_event` is fired for each request; `user` gives the context of those events; `insecure` believes every
    certificate; `client_pool` shares connections with others; all other keywords are for the `LocustUserAgent`.
    """

    auth_header: str | None = None
    request_name: str | None = None
    # Of a user of the API until 0.14, or made as there with a `base_url` alone: its responses are those of that time.
    _is_legacy = False

    def __init__(
        self,
        base_url: str | None,
        request_event: Any = None,
        user: Any = None,
        insecure: bool = True,
        client_pool: Any = None,
        ssl_context_factory: Callable[[], SSLContext] | None = None,
        **kwargs: Any,
    ) -> None:
        self.base_url = base_url
        if getattr(user, "_is_legacy", request_event is None):
            self._is_legacy = True
        if request_event is None:
            from locust import events

            request_event = events.request
        self.request_event = request_event
        self.user = user
        if base_url and "@" in base_url:
            self._take_credentials(base_url)
        if insecure and ssl_context_factory is insecure_ssl_context_factory:
            ssl_context_factory = None  # the engine does the same
        if client_pool is None:
            client_pool = ClientPool(client_of(user))
        self.client = LocustUserAgent(
            client_pool, insecure=insecure, ssl_context_factory=ssl_context_factory, **kwargs
        )
        self._engine = self.client.clientpool.engine
        self._speak_as(user)

    def _take_credentials(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.username and parts.password:
            self.auth_header = _basic_auth_str(unquote(parts.username), unquote(parts.password))
            host = parts.netloc.rpartition("@")[2]
            self.base_url = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))

    @property
    def max_body_size(self) -> int | None:
        """Bytes of a response's body that are kept; what exceeds them is received and counted. None: all."""
        return self.client.max_body_size

    @max_body_size.setter
    def max_body_size(self, size: int | None) -> None:
        self.client.max_body_size = size

    @property
    def cookiejar(self) -> Any:
        return self.client.cookiejar

    @cookiejar.setter
    def cookiejar(self, jar: Any) -> None:
        self.client.cookiejar = jar

    def rename_request(self, name: str) -> AbstractContextManager[None]:
        """Within the block, requests without a name of their own are recorded as `name`."""
        return Renaming(self, name)

    def request(
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        catch_response: bool = False,
        stream: bool = False,
        headers: Mapping[str, Any] | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        json: Any = None,
        allow_redirects: bool = True,
        context: Mapping[str, Any] | None = None,
        *,
        params: Any = None,
        files: Any = None,
        debug_stream: Any = None,
        **extra: Any,
    ) -> ResponseContextManager:
        """Send a request and return its response; a failed one does not raise, but has an `error`.

        `name` is what it is recorded as (default: `url` as given). With `catch_response` the response takes a verdict
        in a with-block. With `stream` it is returned as soon as its header is there. `data` is text, bytes or a form;
        `json` is encoded; other keywords become parameters of the URL.
        """
        full_url = url if is_absolute(url) else f"{self.base_url or ''}{url}"
        body = content_type = accept = None
        if data or files:
            body, content_type = encode_payload(data, files)
        elif json is not None:
            body, content_type, accept = json_module.dumps(json), "application/json", "application/json"
        if headers and not isinstance(headers, Mapping):
            headers = dict(headers)
        start_time = time()
        sent = self.client.send(
            method.upper(),
            full_url,
            body,
            content_type,
            headers,
            accept=accept,
            authorization=_basic_auth_str(*auth) if auth else self.auth_header,
            params=params,
            extra=extra,
            follow=allow_redirects,
            stream=stream,
            catching=catch_response,
        )
        name = name or self.request_name or url
        # Declared as what catch_response gives: the others differ only in refusing a verdict.
        return self._record(sent, method, full_url, name, catch_response, context, start_time)  # type: ignore[return-value]

    def _record(
        self,
        sent: tuple[FastResponse, float],
        method: str,
        url: str,
        name: str,
        catch_response: bool,
        context: Mapping[str, Any] | None,
        start_time: float,
    ) -> FastResponse:
        response, response_time = sent
        if self._is_legacy:
            response._become_legacy()
        return response._record(self, catch_response, method, name, response_time, context, start_time, url)

    def _conclude(
        self,
        exchange: Exchange,
        method: str,
        url: str,
        body: str | bytes | None,
        content_type: str | None,
        accept: str | None,
        headers: Mapping[str, Any] | None,
        auth: tuple[str | bytes, str | bytes] | None,
        params: Any,
        allow_redirects: bool,
        name: str,
        catch_response: bool,
        context: Mapping[str, Any] | None,
        start_time: float,
    ) -> FastResponse:
        """What a `FastRequestMethod` leaves to be done: the request failed, or the answer is no end in itself."""
        sent = self.client.send(
            method,
            url,
            body,
            content_type,
            headers,
            accept=accept,
            authorization=_basic_auth_str(*auth) if auth else self.auth_header,
            params=params,
            follow=allow_redirects,
            catching=catch_response,
            answer=exchange,
        )
        return self._record(sent, method, url, name, catch_response, context, start_time)

    def get(self, url: str, **kwargs: Unpack[FastKeywords]) -> ResponseContextManager:
        return self.request("GET", url, **kwargs)

    def head(self, url: str, **kwargs: Unpack[FastKeywords]) -> ResponseContextManager:
        return self.request("HEAD", url, **kwargs)

    def options(self, url: str, **kwargs: Unpack[FastKeywords]) -> ResponseContextManager:
        return self.request("OPTIONS", url, **kwargs)

    def delete(self, url: str, **kwargs: Unpack[FastKeywords]) -> ResponseContextManager:
        return self.request("DELETE", url, **kwargs)

    def patch(self, url: str, data: Any = None, **kwargs: Unpack[FastPutKeywords]) -> ResponseContextManager:
        return self.request("PATCH", url, data=data, **kwargs)

    def post(
        self, url: str, data: Any = None, json: Any = None, **kwargs: Unpack[FastPostKeywords]
    ) -> ResponseContextManager:
        return self.request("POST", url, data=data, json=json, **kwargs)

    def put(self, url: str, data: Any = None, **kwargs: Unpack[FastPutKeywords]) -> ResponseContextManager:
        return self.request("PUT", url, data=data, **kwargs)

    def iter_lines(self, url: str, method: str = "GET", **kwargs: Any) -> Iterator[str]:
        """The lines of a response as they arrive. It is recorded when its header is there; a failed one raises."""
        response = self.request(method, url, stream=True, **kwargs)
        response.raise_for_status()
        unfinished = ""
        for piece in response.iter_content():
            *lines, unfinished = (unfinished + piece).split("\n")
            for line in lines:
                yield line.removesuffix("\r")
        if unfinished:
            yield unfinished


# Which the engine carries out itself where nothing unusual is said.
for _verb in ("request", "get", "head", "options", "delete", "patch", "post", "put"):
    _method = None if _verb == "request" else _verb.upper()
    setattr(FastHttpSession, _verb, FastRequestMethod(vars(FastHttpSession)[_verb], _method, True))
describe_fast_sessions(
    FastHttpSession,
    LocustUserAgent,
    FastResponse,
    ResponseContextManager,
    ACCEPT_ENCODING,
    encoder_like(json_module.JSONEncoder()),
    urlencode,
)


class _FastHttpSettings:
    """How the `client` of a user is set up. Times in seconds."""

    # How long the server may be silent, and how long a connection may take.
    network_timeout: float = 60.0
    connection_timeout: float = 60.0
    max_redirects: int = 30
    # How often a request is sent again whose server was silent for too long.
    max_retries: int = 0
    # Believe every certificate.
    insecure: bool = True
    # Sent with every request; may replace the User-Agent.
    default_headers: dict[str, str] | None = None
    # Has no effect here: a user has as many connections as it has requests under way.
    concurrency: int = 10
    proxy_host: str | None = None
    proxy_port: int | None = None
    # One `ClientPool` for several users lets them share connections.
    client_pool: Any = None
    # Bytes of a response's body that are kept; what exceeds them is received and counted. None: all.
    max_body_size: int | None = None
    # Speak a later version of HTTP; see `FastHttpSession.http2` and `http3`.
    http2: bool = False
    http3: bool = False
    # Makes the TLS context of HTTPS connections; they then go through Python's ssl and speak HTTP/1.1.
    ssl_context_factory: Callable[[], SSLContext] | None = None

    host: str | None
    environment: Any

    def _make_client(self) -> FastHttpSession:
        if self.host is None:
            raise StopTest(NO_HOST)
        return FastHttpSession(
            base_url=self.host,
            request_event=self.environment.events.request,
            user=self,
            insecure=self.insecure,
            client_pool=self.client_pool,
            # As a plain function: it is called without the user.
            ssl_context_factory=getattr(self.ssl_context_factory, "__func__", self.ssl_context_factory),
            headers=self.default_headers,
            network_timeout=self.network_timeout,
            connection_timeout=self.connection_timeout,
            max_redirects=self.max_redirects,
            max_retries=self.max_retries,
            max_body_size=self.max_body_size,
            proxy_host=self.proxy_host,
            proxy_port=self.proxy_port,
        )


class FastHttpUser(_FastHttpSettings, RestMixin[RestResponseContextManager], User):
    """A user whose `client` has the API of Locust's fast client.

    >>> class Visitor(FastHttpUser):
    ...     host = "http://localhost:8080"
    ...     @task
    ...     def index(self):
    ...         self.client.get("/")
    """

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.client: FastHttpSession = self._make_client()


class FastHttpLocust(_FastHttpSettings, Locust):
    """The same for the API until 0.14."""

    abstract = True

    def __init__(self, environment: Any = None) -> None:
        super().__init__(environment)
        self.client: FastHttpSession = self._make_client()
