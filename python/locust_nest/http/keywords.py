"""The keywords of a request, for editors and type checkers: what `self.client.get(` completes.

One class for each verb that takes some of them in place of a keyword.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypedDict

from requests import PreparedRequest
from requests.cookies import RequestsCookieJar

Headers = Mapping[str, str | bytes | None]
Auth = tuple[str, str] | Callable[[PreparedRequest], PreparedRequest]
Timeout = float | tuple[float | None, float | None]


class _Sending(TypedDict, total=False):
    params: Any
    headers: Headers | None
    cookies: MutableMapping[str, str] | RequestsCookieJar | None
    files: Any
    auth: Auth | None
    # Seconds: for connecting and for each read, or a tuple of both.
    timeout: Timeout | None
    allow_redirects: bool
    proxies: MutableMapping[str, str] | None
    hooks: Mapping[str, Callable[..., Any] | Iterable[Callable[..., Any]]] | None
    stream: bool | None
    verify: bool | str | None
    cert: str | tuple[str, str] | None


class SendKeywords(_Sending, total=False):
    """Of `HttpSession.request()`, beside those it names."""

    data: Any
    json: Any


class PostKeywords(_Sending, total=False):
    """Of `HttpSession.post()`, whose data and json may stand without their names."""

    # What the request is recorded as; its path and query if not given.
    name: str | None
    # The response takes a verdict in a with-block.
    catch_response: bool
    # Passed on to listeners of the request event.
    context: Mapping[str, Any] | None


class PutKeywords(PostKeywords, total=False):
    """Of `HttpSession.put()` and `patch()`, whose data may stand without its name."""

    json: Any


class RequestKeywords(PutKeywords, total=False):
    """Of the other verbs."""

    data: Any


class _FastSending(TypedDict, total=False):
    name: str | None
    catch_response: bool
    stream: bool
    headers: Mapping[str, Any] | None
    auth: tuple[str | bytes, str | bytes] | None
    allow_redirects: bool
    context: Mapping[str, Any] | None
    params: Any
    files: Any


class FastPostKeywords(_FastSending, total=False):
    """Of `FastHttpSession.post()`."""


class FastPutKeywords(FastPostKeywords, total=False):
    """Of `FastHttpSession.put()` and `patch()`."""

    json: Any


class FastKeywords(FastPutKeywords, total=False):
    """Of the other verbs of `FastHttpSession`."""

    data: Any


def tell_of_body(verb: Any) -> None:
    """Add the keywords `data` and `json` to the signature of a verb that has them among its other keywords.

    As parameters they would cost every request that has no body.
    """
    *named, others = inspect.signature(verb).parameters.values()
    missing = [name for name in ("data", "json") if name not in (parameter.name for parameter in named)]
    body = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in missing]
    verb.__signature__ = inspect.signature(verb).replace(parameters=[*named, *body, others])
