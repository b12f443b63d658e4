"""The exceptions that `requests` raises for what the engine reports as a failed exchange."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import zlib
from urllib.parse import urlsplit

import urllib3.exceptions as urllib3
from requests import PreparedRequest, exceptions

from nest_engine import Exchange

# What is peeled off before an exception is recorded, so that failures group by their cause.
_WRAPPERS = (
    exceptions.ConnectionError,
    urllib3.ProtocolError,
    urllib3.MaxRetryError,
    urllib3.NewConnectionError,
)


class _Peer:
    """Stands for the connection pool in urllib3's messages."""

    def __init__(self, url: str, kind: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._text = (
            f"{'HTTPS' if parts.scheme == 'https' else 'HTTP'}{kind}(host={self.host!r}, port={port})"
        )

    def __str__(self) -> str:
        return self._text


def request_error(
    exchange: Exchange, request: PreparedRequest, connect_timeout: float | None, read_timeout: float | None
) -> exceptions.RequestException:
    """The exception for a failed exchange, with its causes chained as `requests` would have them."""
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    url = exchange.url
    pool = _Peer(url, "ConnectionPool")
    connection = _Peer(url, "Connection")
    if kind in ("refused", "unreachable"):
        return _not_connected(OSError(errno, os.strerror(errno)), url, pool, connection, request)
    if kind == "name_resolution":
        cause = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return _not_connected(cause, url, pool, connection, request)
    if kind == "connect_timeout":
        late = urllib3.ConnectTimeoutError(
            f"{connection}: Connection to {connection.host} timed out. (connect timeout={connect_timeout})"
        )
        retries = urllib3.MaxRetryError(pool, _path(url), late)  # type: ignore[arg-type]
        return _chained(exceptions.ConnectTimeout(retries, request=request), retries, late)
    if kind == "read_timeout":
        if exchange.status:  # in the middle of the body
            slow = urllib3.ReadTimeoutError(pool, None, "Read timed out.")  # type: ignore[arg-type]
            return _chained(exceptions.ConnectionError(slow, request=request), slow)
        slow = urllib3.ReadTimeoutError(pool, _path(url), f"Read timed out. (read timeout={read_timeout})")  # type: ignore[arg-type]
        return exceptions.ReadTimeout(slow, request=request)
    if kind == "tls":
        broken = urllib3.SSLError(_tls_error(message))
        retries = urllib3.MaxRetryError(pool, _path(url), broken)  # type: ignore[arg-type]
        return _chained(exceptions.SSLError(retries, request=request), retries, broken)
    if kind == "proxy":
        unwilling = urllib3.ProxyError(message, OSError(message))
        retries = urllib3.MaxRetryError(pool, _path(url), unwilling)  # type: ignore[arg-type]
        return _chained(exceptions.ProxyError(retries, request=request), retries, unwilling)
    if kind == "bad_encoding":
        encoding = {name.lower(): value for name, value in exchange.headers}.get("content-encoding", "")
        return exceptions.ContentDecodingError(
            urllib3.DecodeError(
                f"Received response with content-encoding: {encoding}, but failed to decode it.",
                zlib.error(f"Error -3 while decompressing data: {message.rpartition(': ')[2]}"),
            ),
            request=request,
        )
    if kind == "invalid_url":
        return exceptions.InvalidURL(message, request=request)
    if kind == "bad_response" and not exchange.body:
        # Its header is beyond libcurl's limits, for a line or for all of them.
        return _aborted(http.client.LineTooLong("header line"), request)
    if kind == "bad_response":
        line = exchange.body.split(b"\n", 1)
        text = (line[0] + b"\n" * (len(line) > 1)).decode("latin-1")
        return _aborted(http.client.BadStatusLine(text or message), request)
    return _interrupted(exchange, kind, errno, message, request)


def _interrupted(
    exchange: Exchange, kind: str, errno: int, message: str, request: PreparedRequest
) -> exceptions.RequestException:
    """The connection broke: before the response, or in the middle of it."""
    cause: Exception
    if kind == "connection_closed":
        cause = http.client.RemoteDisconnected("Remote end closed connection without response")
    elif kind == "connection_reset":
        errno = errno or 104
        cause = OSError(errno, os.strerror(errno))
    elif kind == "truncated":
        missing = re.search(r"with (\d+) bytes remaining", message)
        if missing:
            cause = urllib3.IncompleteRead(exchange.body_length, int(missing[1]))
        else:  # between chunks, or in one: libcurl does not say
            return exceptions.ChunkedEncodingError(
                urllib3.ProtocolError("Response ended prematurely"), request=request
            )
    else:  # bad_chunk and whatever libcurl has no better word for
        cause = http.client.HTTPException(message)
    if exchange.status == 0:
        return _aborted(cause, request)
    text = cause if kind == "truncated" else repr(cause)
    return exceptions.ChunkedEncodingError(
        urllib3.ProtocolError(f"Connection broken: {text}", cause), request=request
    )


def unwrap(error: BaseException) -> BaseException:
    """The cause that is recorded: what the wrappers of `requests` and urllib3 are around."""
    while isinstance(error, _WRAPPERS) and error.__context__ is not None:
        error = error.__context__
    return error


def _chained(error: exceptions.RequestException, *causes: BaseException) -> exceptions.RequestException:
    outer: BaseException = error
    for cause in causes:
        outer.__context__ = cause
        outer = cause
    return error


def _not_connected(
    cause: OSError, url: str, pool: _Peer, connection: _Peer, request: PreparedRequest
) -> exceptions.RequestException:
    failed = urllib3.NewConnectionError(
        connection,  # type: ignore[arg-type]
        f"Failed to establish a new connection: [Errno {cause.errno}] {cause.strerror}",
    )
    retries = urllib3.MaxRetryError(pool, _path(url), failed)  # type: ignore[arg-type]
    return _chained(exceptions.ConnectionError(retries, request=request), retries, failed, cause)


def _aborted(cause: Exception, request: PreparedRequest) -> exceptions.RequestException:
    aborted = urllib3.ProtocolError("Connection aborted.", cause)
    return _chained(exceptions.ConnectionError(aborted, request=request), aborted, cause)


def _tls_error(message: str) -> ssl.SSLError:
    certificate = message.partition("SSL certificate problem: ")[2]
    if certificate:
        return ssl.SSLCertVerificationError(
            1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {certificate}"
        )
    return ssl.SSLError(1, re.sub(r" in connection to \S+\s*$", "", message))


def _path(url: str) -> str:
    return url[url.index("/", 8) :]
