"""The HTTP client of users: a `requests.Session` whose requests the engine sends."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from http.cookiejar import CookieJar
from time import perf_counter, time
from typing import Any, Self, Unpack
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.auth import HTTPBasicAuth, _basic_auth_str
from requests.compat import basestring  # type: ignore[attr-defined]
from requests.compat import json as complexjson  # type: ignore[attr-defined]
from requests.cookies import RequestsCookieJar
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException
from requests.hooks import default_hooks
from requests.models import RequestEncodingMixin
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, default_headers
from urllib3.exceptions import LocationParseError

from locust_nest.http.adapter import (
    EngineAdapter,
    LocustHttpAdapter,
    Timeout,
    checked_method,
    connection_settings,
    shared_client,
    split_timeout,
)
from locust_nest.http.cookies import cookies_of, keep_cookies, sent_cookies
from locust_nest.http.failures import plain_cause, request_error, unwrap
from locust_nest.http.json_text import encoder_like
from locust_nest.http.keywords import (
    PostKeywords,
    PutKeywords,
    RequestKeywords,
    SendKeywords,
    tell_of_body,
)
from locust_nest.http.multipart import encode_multipart, held_files
from locust_nest.http.network import client_of
from locust_nest.http.parts import add_parts
from locust_nest.http.redirects import PlainRedirects, Replayed, is_redirect
from locust_nest.http.renaming import Renaming
from locust_nest.http.response import EngineResponse
from locust_nest.http.urls import is_absolute, is_unix, path_of
from locust_nest.http.verdict import JudgedResponse
from locust_nest.http.versions import ChoosesVersion
from nest_engine import Exchange, NativeMethod, RequestMethod, describe_responses, describe_sessions

from .event import CONTROL_FLOW, EventHook, report_broken_listener
from .exception import CatchResponseError, LocustError, ResponseError
from .stats import StatsListener
from .stats import _record as record_request

__all__ = [
    "CatchResponseError",
    "DEFAULT_CA_BUNDLE_PATH",
    "EventHook",
    "HttpSession",
    "LocustError",
    "LocustHttpAdapter",
    "LocustResponse",
    "ResponseContextManager",
    "ResponseError",
    "RestResponseContextManager",
    "absolute_http_url_regexp",
    "basestring",
]

absolute_http_url_regexp = re.compile(r"^https?://", re.I)

logger = logging.getLogger(__name__)

_prepared_by_requests = 0

_DEFAULT_HEADERS: CaseInsensitiveDict[str] = default_headers()
_FORM = "application/x-www-form-urlencoded"

# A mistake of the model's, which is raised; all else that goes wrong is a failed request.
_UNUSABLE_URL = (MissingSchema, InvalidSchema, InvalidURL, LocationParseError)
# The kinds of failures among which they are.
_OF_THE_URL = ("invalid_url", "name_resolution")
# Keywords of a request that the engine takes as they are; any other lets `requests` prepare the request.
_NATIVE_KEYWORDS = frozenset(
    ("headers", "data", "json", "params", "files", "timeout", "allow_redirects", "verify", "auth", "cookies")
)
# Those that it takes as long as they say nothing.
_EXOTIC_KEYWORDS = frozenset(("stream", "proxies", "cert", "hooks"))
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
# Attributes of a session that, once they hold something, concern `requests`.
_EXOTIC_ATTRIBUTES = frozenset(("params", "proxies", "cert", "stream", "hooks", "_mounted"))


# Methods by which `requests` sends a request: a session that replaces one is sent by `requests`.
_STEPS_OF_REQUESTS = frozenset(("send", "prepare_request", "get_adapter", "merge_environment_settings"))


def _replaces_steps(session_class: type) -> bool:
    return any(getattr(session_class, step) is not _ORIGINAL_STEPS[step] for step in _STEPS_OF_REQUESTS)


def _refuse_verdict(self: requests.Response, *args: Any) -> None:
    raise LocustError(
        "success() and failure() belong to responses of self.client that were asked for with catch_response=True"
    )


# For responses of `requests` itself, so that a model's mistake is named.
requests.Response.success = requests.Response.failure = _refuse_verdict  # type: ignore[attr-defined]


class ResponseContextManager(JudgedResponse, EngineResponse):  # type: ignore[misc]
    """What every request of a model returns: a `requests.Response` that takes a verdict.

    With `catch_response=True` it is used in a `with` block, in which `success()` or `failure()` overrule what the
    status code says. Without a verdict a status of 400 or more is a failure.

    >>> with self.client.get("/", catch_response=True) as response:
    ...     if "error" in response.text:
    ...         response.failure("got an error page")
    """

    _streamed = False
    # Of a failed request that `requests` did not prepare: the limits of connecting and reading, and what is known
    # of the cause.
    _limits: tuple[float | None, float | None] | None = None
    _cause: Exception | None = None

    def _recorded_length(self) -> int:
        if self._streamed:
            return int(self.headers.get("content-length") or 0)
        exchange = self._exchange
        if exchange is None or self._is_read:
            return len(self.content or b"")
        return exchange.body_length

    def __enter__(self) -> Self:
        if self._report is None and not self._is_legacy:
            # The request is already recorded. Locust let this pass until it refused it in its 2.x; so do we.
            _warn_about_plain_with(self.request_meta["name"])
        return super().__enter__()

    def raise_for_status(self) -> None:
        """Raise `HTTPError`, or what kept the request from a response; after a verdict, what that says."""
        if self._verdict is True:
            return
        if isinstance(self._verdict, BaseException):
            raise self._verdict
        if self.error is not None:
            raise self.error
        super().raise_for_status()

    @classmethod
    def wrap_response(
        cls,
        response: requests.Response,
        request_event: EventHook,
        request_meta: dict[str, Any],
        catch_response: bool,
    ) -> Self:
        """Let a response from elsewhere take a verdict: `request_event` is fired at the end of its with-block.

        The event's keywords are those of `request_meta`. Without `catch_response` nothing is fired.
        """
        response.__class__ = cls
        assert isinstance(response, cls)
        vars(response)["request_meta"] = request_meta
        if catch_response:
            response._report = request_event.fire
        return response

    def _adapter(self) -> Any:
        return None if self._exchange is None else self._recorded[0].get_adapter(self._exchange.url)

    def _next_request(self) -> requests.PreparedRequest | None:
        if not self.is_redirect:
            return None
        return next(self._recorded[0].resolve_redirects(self, self.request, yield_requests=True), None)

    def _made_error(self) -> Exception | None:
        exchange, limits = self._failed_exchange, self._limits
        if exchange is None or limits is None:
            return None
        return request_error(exchange, self.request, *limits, cause=self._cause)

    def _default_failure(self, name: str) -> BaseException | None:
        if self._limits is not None and not self._is_legacy and "error" not in vars(self):
            # The wrappers are made for those who look.
            assert self._failed_exchange is not None
            self._cause = self._cause or plain_cause(self._failed_exchange)
            if self._cause is not None:
                return self._cause
        if self.error is not None:
            return self.error if self._is_legacy else unwrap(self.error)
        if self.status_code < 400 or self.status_code >= 600:
            return None
        # The message names the entry, not the URL, so that failures group; until 0.14 only one with a `name=`, and
        # not at the end of a with-block.
        if self._is_legacy:
            name = (self._report is None and self._given_name) or self.url
        kind = "Client" if self.status_code < 500 else "Server"
        reason = self.reason.decode("utf-8", "replace") if isinstance(self.reason, bytes) else self.reason
        return self._status_failure(f"{self.status_code} {kind} Error: {reason} for url: {name}")

    def _status_failure(self, text: str) -> BaseException:
        return requests.HTTPError(text, response=self)


_STEPS = {"__enter__": "enter block", "__exit__": "leave block", "success": "success", "failure": "failure"}
for _name, _step in _STEPS.items():
    setattr(ResponseContextManager, _name, NativeMethod(getattr(ResponseContextManager, _name), _step))
describe_responses(ResponseContextManager, CatchResponseError, ResponseError, True)

# The class of responses to which there was no answer, until 0.14.
LocustResponse = ResponseContextManager


class RestResponseContextManager(ResponseContextManager):
    """What `rest()` gives, for annotations: a response with the decoded body in `js`."""

    js: Any


@lru_cache(maxsize=1)
def _warn_once(message: str) -> None:
    logger.warning(message)


def _warn_about_plain_with(name: str | None) -> None:
    _warn_once(
        f"A response is used in a with-block without catch_response=True (first seen for {name!r}): "
        "its success() and failure() come too late to count"
    )


class HttpSession(requests.Session, ChoosesVersion):
    """A `requests.Session` that resolves URLs against `base_url` and records each request.

    Everything a `requests.Session` has is there, made when it is first touched. Requests that say nothing
    unusual are handed to the engine directly; for the others `requests` itself prepares them.

    Parameters: `base_url` goes before every URL that is not absolute (credentials in it become basic
    authentication); `request_event` is fired for each request (default: `locust.events.request`); `user` gives the
    context of those events; sessions with the same `pool_manager` share connections. With the two events of versions
    until 1.4 instead, `locust.events.request` is fired, which tells their listeners.
    """

    auth: Any = None
    cert: Any = None
    max_redirects = 30
    stream = False
    trust_env = True
    verify: bool | str = True
    request_name: str | None = None
    # Bytes of a response's body that are kept; what exceeds them is received and counted. None: all.
    max_body_size: int | None = None
    # Of a user of the API until 0.14, or made as there with a `base_url` alone: its responses are those of that time.
    _is_legacy = False

    def __init__(
        self,
        base_url: str,
        request_event: EventHook | None = None,
        user: Any = None,
        *args: Any,
        pool_manager: Any = None,
        request_success: EventHook | None = None,
        request_failure: EventHook | None = None,
        **kwargs: Any,
    ) -> None:
        classes = type(self).__mro__
        if args or kwargs or classes[classes.index(HttpSession) + 1] is not requests.Session:
            super().__init__(*args, **kwargs)
        # Else not Session.__init__: whatever is missing is made when it is touched.
        self.base_url = base_url
        if getattr(user, "_is_legacy", request_event is None and request_success is None):
            self._is_legacy = True
        if isinstance(user, EventHook):  # until 1.4: base_url, request_success, request_failure
            request_event, user = None, None
        if request_event is None:
            from . import events

            request_event = events.request
        self.request_event = request_event
        self.user = user
        if (most := getattr(user, "max_body_size", None)) is not None:
            self.max_body_size = most
        self._engine = client_of(user) if pool_manager is None else shared_client(pool_manager)
        self._speak_as(user)
        if base_url and "@" in base_url:
            self._take_credentials(base_url)

    def _take_credentials(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.username and parts.password:
            self.auth = HTTPBasicAuth(unquote(parts.username), unquote(parts.password))
            host = parts.netloc.rpartition("@")[2]
            self.base_url = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__attrs__}

    def mount(self, prefix: str | bytes, adapter: Any) -> None:
        self._mounted = True
        super().mount(prefix, adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        response = super().send(request, **kwargs)
        if vars(response).get("_exchange") is not None:
            # It is by Python's clock, which waits for other users: the exchange knows better.
            vars(response).pop("elapsed", None)
        return response

    def get_adapter(self, url: str | bytes) -> Any:
        try:
            return super().get_adapter(url)  # type: ignore[arg-type]
        except InvalidSchema:
            if not is_unix(str(url)):
                raise
            return EngineAdapter(self._engine, self)

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._engine.close()
        for adapter in self.__dict__.get("adapters", {}).values():
            adapter.close()

    def rename_request(self, name: str) -> AbstractContextManager[None]:
        """Within the block, requests without a name of their own are recorded as `name`."""
        return Renaming(self, name)

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        name: str | None = None,
        catch_response: bool = False,
        context: Mapping[str, Any] | None = None,
        **kwargs: Unpack[SendKeywords],
    ) -> ResponseContextManager:
        """Send a request and return its response when it is complete; other users run meanwhile.

        `name` is what it is recorded as (default: path and query); with `catch_response` the response is a context
        manager that takes the verdict; `context` is passed on to listeners. All else as in `requests`. A request
        that got no response does not raise: status 0 and the exception in `error`. A URL that is none raises.
        """
        base_url = self.base_url
        if base_url and (url[:1] == "/" or not is_absolute(url)):
            url = f"{base_url}{url}"
        start_time = time()
        if kwargs.get("files"):
            kwargs["files"] = held_files(kwargs["files"])
        sent = self._send_natively(method, url, kwargs) or self._send_through_requests(method, url, **kwargs)
        return self._record(sent, method, name, catch_response, context, start_time)

    def _record(
        self,
        sent: _Sent,
        method: str,
        name: str | None,
        catch_response: bool,
        context: Mapping[str, Any] | None,
        start_time: float,
    ) -> ResponseContextManager:
        response, response_time, full_url = sent
        if self._is_legacy:
            response._is_legacy, response._given_name = True, name
        if not name:
            name = self.request_name or _path_url(full_url)
        return response._record(
            self, catch_response, method, name, response_time, context, start_time, full_url
        )

    def get(self, url: str, **kwargs: Unpack[RequestKeywords]) -> ResponseContextManager:  # type: ignore[override]
        return self.request("GET", url, **kwargs)

    def options(self, url: str, **kwargs: Unpack[RequestKeywords]) -> ResponseContextManager:  # type: ignore[override]
        return self.request("OPTIONS", url, **kwargs)

    def head(self, url: str, **kwargs: Unpack[RequestKeywords]) -> ResponseContextManager:  # type: ignore[override]
        kwargs.setdefault("allow_redirects", False)
        return self.request("HEAD", url, **kwargs)

    def post(  # type: ignore[override]
        self, url: str, data: Any = None, json: Any = None, **kwargs: Unpack[PostKeywords]
    ) -> ResponseContextManager:
        return self.request("POST", url, data=data, json=json, **kwargs)

    def put(  # type: ignore[override]
        self, url: str, data: Any = None, **kwargs: Unpack[PutKeywords]
    ) -> ResponseContextManager:
        return self.request("PUT", url, data=data, **kwargs)

    def patch(  # type: ignore[override]
        self, url: str, data: Any = None, **kwargs: Unpack[PutKeywords]
    ) -> ResponseContextManager:
        return self.request("PATCH", url, data=data, **kwargs)

    def delete(self, url: str, **kwargs: Unpack[RequestKeywords]) -> ResponseContextManager:  # type: ignore[override]
        return self.request("DELETE", url, **kwargs)

    # What subclasses call that time and report requests themselves, as Locust's own method does.
    def _build_url(self, path: str) -> str:
        return path if is_absolute(path) else f"{self.base_url}{path}"

    def _send_request_safe_mode(
        self, method: str, url: str, **kwargs: Unpack[SendKeywords]
    ) -> requests.Response:
        """The response; one with status 0 and an `error` if there is none."""
        sent = self._send_natively(method, url, kwargs) or self._send_through_requests(method, url, **kwargs)
        return sent[0]

    def _send_natively(self, method: str, url: str, kwargs: SendKeywords) -> _Sent | None:
        """Hand the request to the engine as it stands; None if something about it is for `requests` to judge."""
        own = self.__dict__
        if self.trust_env or not _STEPS_OF_REQUESTS.isdisjoint(own) or _replaces_steps(type(self)):
            return None
        if not _EXOTIC_ATTRIBUTES.isdisjoint(own) and any(
            _says_something(own[name]) for name in _EXOTIC_ATTRIBUTES.intersection(own)
        ):
            return None
        get = kwargs.get
        if kwargs:
            if not kwargs.keys() <= _NATIVE_KEYWORDS:
                others = kwargs.keys() - _NATIVE_KEYWORDS
                if not others <= _EXOTIC_KEYWORDS or any(kwargs[name] for name in others):  # type: ignore[literal-required]
                    return None
            said = _native_parts(url, get)
            if said is None:
                return None
            url, headers, body, content_type, limits = said
        else:
            headers = body = content_type = None
            limits = _NO_LIMITS
        auth = get("auth")
        if auth is None:
            auth = self.auth
        authorization = None
        if auth:
            if type(auth) is HTTPBasicAuth:
                authorization = _basic_auth_str(auth.username, auth.password)
            elif type(auth) is tuple and len(auth) == 2:
                authorization = _basic_auth_str(*auth)
            else:
                return None
        settings = None
        verify: Any = get("verify")
        if verify is None:
            verify = self.verify
        if verify is not True and url.startswith("https"):
            settings = connection_settings(verify, None, "")
        jar, own_cookies = own.get("cookies"), get("cookies") or None
        if not isinstance(jar, CookieJar | None) or not isinstance(own_cookies, dict | CookieJar | None):
            return None
        cookies = jar if own_cookies is None else (jar, own_cookies)
        base_headers = own.get("headers", _DEFAULT_HEADERS)
        upper = method if method in _VERBS else checked_method(method.upper())
        perform = self._engine.perform
        rest = (
            base_headers, headers, body, *limits, settings, content_type, authorization, cookies,
            self.max_body_size,
        )  # fmt: skip
        try:
            exchange = perform(upper, url, False, *rest)
        except UnicodeEncodeError:  # half a character in the URL, which `requests` escapes
            exchange = NotImplemented
        if exchange is NotImplemented:
            url = _normalized(url)
            exchange = perform(upper, url.partition("#")[0], True, *rest)
            if exchange is NotImplemented:
                return None
        return self._answer(exchange, url, limits, verify, kwargs.get("allow_redirects", True), own_cookies)

    def _conclude(
        self,
        exchange: Exchange,
        method: str,
        url: str,
        name: str,
        catch_response: bool,
        context: Mapping[str, Any] | None,
        start_time: float,
        timeout: Timeout,
        allow_redirects: bool,
        verify: bool | str | None,
        cookies: Any,
    ) -> ResponseContextManager:
        """What a `RequestMethod` leaves to be done: the request failed, or the answer is no end in itself."""
        limits = split_timeout(timeout)
        assert limits is not None  # or it would not have sent the request
        if verify is None:
            verify = self.verify
        sent = self._answer(exchange, url, limits, verify, allow_redirects, cookies)
        return self._record(sent, method, name, catch_response, context, start_time)

    def _answer(
        self,
        exchange: Exchange,
        url: str,
        limits: _Limits,
        verify: bool | str,
        allow_redirects: bool,
        cookies: Any,
    ) -> _Sent:
        response = ResponseContextManager(exchange)
        if exchange.failure is not None:
            response._limits = limits
            if exchange.failure[0] in _OF_THE_URL and isinstance(response.error, _UNUSABLE_URL):
                raise response.error
            return response, exchange.response_time_ms, url
        if "#" in url:
            response.url = response.request.url = url
        leads_on = is_redirect(exchange)
        if leads_on and cookies:  # as they were sent
            response.request._cookies = sent_cookies(self.cookies, cookies)  # type: ignore[attr-defined]
        elif leads_on and allow_redirects and "cookies" in self.__dict__:
            response.request.session_cookies = cookies_of(self.cookies)  # type: ignore[attr-defined]
        if exchange.has_set_cookie:
            keep_cookies(self.cookies, exchange, response)
        if leads_on and allow_redirects:
            return self._follow(response, limits, verify, cookies)
        return response, exchange.response_time_ms, url

    def _follow(
        self, first: ResponseContextManager, limits: _Limits, verify: bool | str, cookies: Any
    ) -> _Sent:
        """Follow redirects by the rules of `requests`, from a response that the engine already has."""
        hops: list[Any] = [first]
        first._next = None  # type: ignore[attr-defined] # it is followed
        try:
            if not cookies:  # of the request itself, which all that follow have too
                _plain_redirects.follow(self, hops, limits, verify)
            if is_redirect(hops[-1]._exchange):
                resolve: Any = self.resolve_redirects
                if len(hops) > 1:
                    replayed: Any = Replayed(self, hops[1:])
                    resolve = partial(requests.Session.resolve_redirects, replayed)
                    del hops[1:]
                hops.extend(resolve(first, first.request, timeout=limits, verify=verify))
        except _UNUSABLE_URL:
            raise
        except RequestException as error:
            return self._failed(error), _hops_time(hops, error), first.request.url or ""
        last = hops.pop()
        last.history = hops
        last.__class__ = ResponseContextManager
        return last, _hops_time([*hops, last]), first.request.url or ""

    def _send_through_requests(self, method: str, url: str, **kwargs: Unpack[SendKeywords]) -> _Sent:
        """Let `requests` prepare and send; what it sends reaches the engine through the adapter."""
        global _prepared_by_requests
        _prepared_by_requests += 1
        if _prepared_by_requests.bit_count() == 1:  # 1, 2, 4, 8 ...
            logger.debug("%d requests so far did not take the native path", _prepared_by_requests)
        started = perf_counter()
        try:
            response: Any = super().request(method, url, **kwargs)
        except _UNUSABLE_URL:
            raise
        except RequestException as error:
            exchange = vars(error).get("exchange")
            taken = exchange.response_time_ms if exchange is not None else (perf_counter() - started) * 1000
            full_url = error.request.url if error.request is not None else url
            return self._failed(error), taken, full_url or url
        hops = [*response.history, response]
        if all(vars(hop).get("_exchange") is not None for hop in hops):
            taken = _hops_time(hops)
        else:
            taken = (perf_counter() - started) * 1000
        response.__class__ = ResponseContextManager
        response._streamed = bool(
            kwargs.get("stream")
        )  # what the session says does not keep it from being read
        return response, taken, hops[0].request.url or url

    @staticmethod
    def _failed(error: RequestException) -> ResponseContextManager:
        response = ResponseContextManager(vars(error).get("exchange"))
        response.error = error
        if error.request is not None:
            response.request = error.request  # type: ignore[assignment]
        return response


_plain_redirects = PlainRedirects(HttpSession)

_ORIGINAL_STEPS = {step: getattr(HttpSession, step) for step in _STEPS_OF_REQUESTS}

# All that are called without a body more often than not.
for _verb in ("request", "get", "options", "head", "put", "patch", "delete"):
    tell_of_body(getattr(HttpSession, _verb))


# Of connecting and reading, in seconds.
_Limits = tuple[float | None, float | None]
_NO_LIMITS = (None, None)
# URL with its query, headers, body, content type, and the limits.
_Parts = tuple[str, Any, bytes | str | None, str | None, _Limits]

# A response, its time in milliseconds, and the full URL of the first request.
_Sent = tuple[ResponseContextManager, float, str]

_SESSION_PARTS: dict[str, Callable[[HttpSession], Any]] = {
    "adapters": lambda session: _engine_adapters(session),
    "cookies": lambda session: RequestsCookieJar(),
    "headers": lambda session: default_headers(),
    "hooks": lambda session: default_hooks(),
    "params": lambda session: {},
    "proxies": lambda session: {},
}
add_parts(HttpSession, _SESSION_PARTS)

# Which the engine carries out itself where nothing unusual is said.
for _verb in ("request", "get", "options", "head", "post", "put", "patch", "delete"):
    _method = None if _verb == "request" else _verb.upper()
    setattr(HttpSession, _verb, RequestMethod(vars(HttpSession)[_verb], _method, _verb != "head"))


def _engine_adapters(session: HttpSession) -> OrderedDict[str, Any]:
    adapter = EngineAdapter(session._engine, session)
    return OrderedDict((("https://", adapter), ("http://", adapter)))


def _says_something(setting: Any) -> bool:
    return any(setting.values()) if isinstance(setting, dict) else bool(setting)


def _native_parts(url: str, get: Callable[[str], Any]) -> _Parts | None:
    """What the keywords of a request say; None if `requests` has to look at one of them."""
    body: bytes | str | None = None
    content_type = None
    if files := get("files"):
        if get("json") is not None or get("data") and not isinstance(get("data"), (dict, list, tuple)):
            return None
        body, content_type = encode_multipart(files, get("data"))
    elif get("data") or get("json") is not None:
        encoded = _encode_body(get("data"), get("json"))
        if encoded is None:
            return None
        body, content_type = encoded
    params = get("params")
    if params:
        if "#" in url:
            return None
        query = RequestEncodingMixin._encode_params(params)  # type: ignore[attr-defined]
        if not isinstance(query, str):
            return None
        _, mark, own = url.partition("?")
        url = f"{url}{'&' if own else '' if mark else '?'}{query}"
    limits = split_timeout(get("timeout"))
    return None if limits is None else (url, get("headers"), body, content_type, limits)


def _encode_body(data: Any, json: Any) -> tuple[bytes | str, str | None] | None:
    """(body, content type) as `requests` would send them; None for bodies that it must look at itself."""
    if not data:
        try:
            return complexjson.dumps(json, allow_nan=False).encode(), "application/json"
        except ValueError:
            return None
    if isinstance(data, (str, bytes)):
        return data, None
    if isinstance(data, (dict, list, tuple)):
        encoded = RequestEncodingMixin._encode_params(data)  # type: ignore[attr-defined]
        return (encoded, _FORM) if isinstance(encoded, str) else None
    return None


@lru_cache(maxsize=4096)
def _normalized(url: str) -> str:
    """`url` as `requests` puts it on the wire; raises what it raises for one that cannot be."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    assert request.url is not None
    if not is_absolute(request.url):
        raise InvalidSchema(f"No connection adapters were found for {request.url!r}")
    return request.url


def _path_url(url: str) -> str:
    """Path and query of an absolute URL."""
    path = path_of(url)
    return path.partition("#")[0] if "#" in path else path


def _hops_time(hops: list[Any], error: RequestException | None = None) -> float:
    """Milliseconds of the requests alone, without what happened between them."""
    exchanges = [vars(hop).get("_exchange") for hop in hops]
    if error is not None:
        exchanges.append(vars(error).get("exchange"))
    return sum(exchange.response_time_ms for exchange in exchanges if exchange is not None)


describe_sessions(
    HttpSession,
    ResponseContextManager,
    StatsListener,
    EventHook,
    CONTROL_FLOW,
    report_broken_listener,
    _DEFAULT_HEADERS,
    encoder_like(complexjson.JSONEncoder(allow_nan=False)),
    record_request,
    connection_settings,
    _normalized,
    HTTPBasicAuth,
    requests.HTTPError,
)
