"""Requests as spans of OpenTelemetry. Whoever does not ask for it pays nothing: the sessions' methods are replaced."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession

# The place of `headers` among the arguments behind method and URL.
_HEADERS_OF_FAST = 4


def trace_sessions(tracer: Any) -> None:
    """Make a span of each request of a user's client, and tell the server of it in the header `traceparent`."""
    _replace_request(tracer, HttpSession, None)
    _replace_request(tracer, FastHttpSession, _HEADERS_OF_FAST)


def trace_other_clients() -> None:
    """The same for what models send by requests and urllib3 themselves, where the packages for that are installed."""
    for library, name, keywords in (
        ("requests", "RequestsInstrumentor", {"request_hook": _name_by_path}),
        ("urllib3", "URLLib3Instrumentor", {}),
    ):
        try:
            module = importlib.import_module(f"opentelemetry.instrumentation.{library}")
        except ImportError:
            continue
        getattr(module, name)().instrument(**keywords)


def _name_by_path(span: Any, request: PreparedRequest) -> None:
    span.update_name(f"{request.method} {urlsplit(str(request.url)).path}")


def _replace_request(tracer: Any, session_class: Any, headers_at: int | None) -> None:
    send: Callable[..., Any] = session_class.request

    @functools.wraps(send)
    def request(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        with _span_of(tracer, method) as (span, context_headers):
            if headers_at is not None and len(args) > headers_at:
                args = (
                    *args[:headers_at],
                    {**(args[headers_at] or {}), **context_headers},
                    *args[headers_at + 1 :],
                )
            else:
                kwargs["headers"] = {**(kwargs.get("headers") or {}), **context_headers}
            response = send(self, method, url, *args, **kwargs)
            given = kwargs.get("name") or (args and args[0]) or self.request_name
            _describe(span, method, given, response)
        return response

    session_class.request = request


@contextmanager
def _span_of(tracer: Any, method: str) -> Iterator[tuple[Any, Mapping[str, str]]]:
    from opentelemetry.propagate import inject
    from opentelemetry.trace import SpanKind

    with tracer.start_as_current_span(method, kind=SpanKind.CLIENT) as span, _not_traced_again():
        headers: dict[str, str] = {}
        inject(headers)
        yield span, headers


def _not_traced_again() -> Any:
    """While this lasts, the instruments of requests and urllib3 leave a request alone."""
    try:
        from opentelemetry.instrumentation.utils import suppress_http_instrumentation
    except ImportError:
        return nullcontext()
    return suppress_http_instrumentation()


def _describe(span: Any, method: str, name: str | None, response: Any) -> None:
    from opentelemetry.trace import Status, StatusCode

    url = response._recorded[-1]
    span.update_name(f"{method} {name or urlsplit(url).path}")
    span.set_attributes({"http.method": method, "http.url": url})
    if response.status_code:
        span.set_attribute("http.status_code", response.status_code)
    elif response.error is not None:
        span.set_attribute("error.type", type(response.error).__name__)
    if not 0 < response.status_code < 400:
        span.set_status(Status(StatusCode.ERROR))
