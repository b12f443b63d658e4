"""Bodies of requests that are read while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nest_engine import StreamedExchange

UNKNOWN_LENGTH = -1  # sent in chunks
_AT_ONCE = 65536  # bytes or characters that are asked of an object with read()


def is_read(body: Any) -> bool:
    """Whether a body is read while it is sent, once `held_in_memory` has seen it."""
    return not isinstance(body, (bytes, str, type(None)))


def held_in_memory(body: Any) -> Any:
    """`body`, in bytes if it has them all as an array does; as it is what is to be read."""
    if not is_read(body):
        return body
    try:
        return bytes(memoryview(body))
    except TypeError:
        return body


def pieces_of(body: Any) -> Iterator[bytes]:
    """What a file, or whatever else can read(), or an iterable gives piece by piece; text as UTF-8.

    Raises what reading raises, and TypeError for pieces of something else.
    """
    for piece in _read_through(body) if hasattr(body, "read") else body:
        yield piece.encode() if isinstance(piece, str) else bytes(memoryview(piece))


def _read_through(body: Any) -> Iterator[Any]:
    while piece := body.read(_AT_ONCE):
        yield piece


def open_exchange(
    client: Any, *request: Any, stream: bool, body: Any = None, length: int = UNKNOWN_LENGTH
) -> Any:
    """What `start` of an `HttpClient` returns, once the response or (with `stream`) its header is there, or the request
    has failed.

    With `body` it is read, which may take as long as it likes, and sent meanwhile. What reading raises is raised: then
    the connection is closed, so that what was sent cannot be taken for all. Where requests share a connection (HTTP/2)
    a body without a length is read before anything is sent: see docs/decisions/0011-bodies-over-http2.md.
    """
    if body is not None and length == UNKNOWN_LENGTH and client.http_version != 11:
        method, url, is_normalized, base, headers, _, *rest = request
        request = (method, url, is_normalized, base, headers, b"".join(pieces_of(body)), *rest)
        body = None
    exchange = client.start(*request, stream, None if body is None else length)
    if exchange is not NotImplemented:
        if body is not None:
            _send(exchange, body)
        exchange.wait()
    return exchange


def _send(exchange: StreamedExchange, body: Any) -> None:
    try:
        for piece in pieces_of(body):
            if not exchange.send(piece):
                return
    except BaseException:
        exchange.close()
        raise
    exchange.end_body()
