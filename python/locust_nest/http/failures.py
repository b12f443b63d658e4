"""The exceptions that `requests` raises for what the engine reports as a failed exchange."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import zlib
from typing import Any
from urllib.parse import urlsplit

import urllib3.exceptions as urllib3
from requests import PreparedRequest, exceptions

from nest_engine import Exchange

from .urls import path_of

# What is peeled off before an exception is recorded, so that failures group by their cause.
_WRAPPERS = (
    exceptions.ConnectionError,
    urllib3.ProtocolError,
    urllib3.MaxRetryError,
    urllib3.NewConnectionError,
)


# From urllib3 2 on.
_NameResolutionError: Any = getattr(urllib3, "NameResolutionError", None)


class _Peer:
    """Stands for the connection pool in urllib3's messages."""

    def __init__(self, url: str, kind: str, scheme: str | None = None) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._text = f"{scheme or parts.scheme.upper()}{kind}(host={self.host!r}, port={port})"

    def __str__(self) -> str:
        return self._text


def request_error(
    exchange: Exchange,
    request: PreparedRequest,
    connect_timeout: float | None,
    read_timeout: float | None,
    proxy: str = "",
    cause: Exception | None = None,
) -> Exception:
    """The exception for a failed exchange, with its causes chained as `requests` would have them.

    `cause` is what plain_cause() has made of it before, if it was asked. All are RequestExceptions but one, which
    urllib3 lets through: LocationParseError.
    """
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    url = exchange.url
    if kind == "invalid_url":
        return exceptions.InvalidURL(f"Failed to parse: {url}", request=request)
    pool = _Peer(url, "ConnectionPool")
    if kind == "name_resolution" and not proxy and (invalid := _invalid_name(pool.host)):
        return invalid
    if kind in ("refused", "unreachable", "name_resolution", "connect_timeout"):
        return _not_connected(exchange.failure, url, proxy, connect_timeout, request, cause)
    if exchange.status and kind != "http2":
        return _broken_body(body_error(exchange, exchange.body_length), request)
    if kind == "send_timeout":
        return aborted(TimeoutError("timed out"), request)
    if kind == "read_timeout":
        slow = urllib3.ReadTimeoutError(pool, path_of(url), f"Read timed out. (read timeout={read_timeout})")  # type: ignore[arg-type]
        return exceptions.ReadTimeout(slow, request=request)
    if kind == "tls":
        broken = urllib3.SSLError(tls_error(message, pool.host))
        retries = urllib3.MaxRetryError(pool, path_of(url), broken)  # type: ignore[arg-type]
        return _chained(exceptions.SSLError(retries, request=request), retries, broken)
    if kind == "proxy":
        return _unwilling_proxy(OSError(_tunnel_failure(message)), pool, path_of(url), request)
    if kind == "bad_response" and message == "several lengths":
        return exceptions.InvalidHeader(_unequal_lengths(exchange), request=request)
    cause = cause or _why_no_response(exchange)
    if kind == "connection_closed" and proxy and url.startswith("http:"):
        return _unwilling_proxy(cause, _Peer(proxy, "ConnectionPool"), url, request)
    return aborted(cause, request)


def plain_cause(exchange: Exchange) -> Exception | None:
    """What `unwrap` would find in the exception of the commonest failures, without making that; None for others.

    For exchanges without a proxy.
    """
    assert exchange.failure is not None
    kind, errno, _ = exchange.failure
    if exchange.status:
        return None
    if kind in ("refused", "unreachable"):
        return OSError(errno, os.strerror(errno))
    return _why_no_response(exchange) if kind in ("connection_closed", "connection_reset") else None


def _why_no_response(exchange: Exchange) -> Exception:
    """What http.client would have raised."""
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    if version := re.search(r"HTTP version \((.*)\)", message):
        return http.client.UnknownProtocol(f"HTTP/{version[1]}")
    if kind == "bad_response" and (exchange.body or message.startswith(("Unsupported", "CONNECT"))):
        line, end, _ = exchange.body.partition(b"\n")
        return http.client.BadStatusLine((line + end).decode("latin-1") or message)
    if kind == "truncated":
        return http.client.HTTPException("Response ended within its header")
    return _interruption(kind, errno, message)


def body_error(exchange: Exchange, received: int) -> urllib3.HTTPError:
    """What urllib3 raises where a body breaks off after so many bytes."""
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    if kind == "read_timeout":
        return urllib3.ReadTimeoutError(_Peer(exchange.url, "ConnectionPool"), None, "Read timed out.")  # type: ignore[arg-type]
    if kind == "bad_encoding":
        encoding = exchange.header("content-encoding") or ""
        return decode_error(encoding, undecodable(encoding, message))
    if kind == "tls":
        return urllib3.SSLError(tls_error(message, urlsplit(exchange.url).hostname or ""))
    if kind == "truncated":
        missing = re.search(r"with (\d+) bytes remaining", message)
        if missing is None:  # between chunks, or in one: libcurl does not say
            return urllib3.ProtocolError("Response ended prematurely")
        cut = urllib3.IncompleteRead(received, int(missing[1]))
        return _caused_by(cut, urllib3.ProtocolError(f"Connection broken: {cut}", cut))
    cause = _interruption(kind, errno, message)
    return _caused_by(cause, urllib3.ProtocolError(f"Connection broken: {cause!r}", cause))


def undecodable(encoding: str, message: str) -> zlib.error:
    """What the decoder would have said, as far as libcurl's message tells."""
    if encoding == "br":
        return zlib.error("brotli: decoder failed")
    if message.startswith("Fail"):
        message = "more data than the encoding has"
    return zlib.error(f"Error -3 while decompressing data: {message.rpartition(': ')[2]}")


def decode_error(encoding: str, cause: Exception) -> urllib3.DecodeError:
    return urllib3.DecodeError(
        f"Received response with content-encoding: {encoding}, but failed to decode it.", cause
    )


def _broken_body(error: urllib3.HTTPError, request: PreparedRequest) -> exceptions.RequestException:
    """What `requests` makes of that when it reads a body."""
    if isinstance(error, urllib3.ProtocolError):
        return _chained(exceptions.ChunkedEncodingError(error, request=request), error)
    if isinstance(error, urllib3.DecodeError):
        return exceptions.ContentDecodingError(error, request=request)
    if isinstance(error, urllib3.SSLError):
        return _chained(exceptions.SSLError(error, request=request), error)
    return _chained(exceptions.ConnectionError(error, request=request), error)


def _interruption(kind: str, errno: int, message: str) -> Exception:
    """How the connection broke."""
    if kind == "header_too_large":
        if message == "header":
            return http.client.HTTPException("got too many headers")
        return http.client.LineTooLong(message)
    if kind == "connection_closed":
        return http.client.RemoteDisconnected("Remote end closed connection without response")
    if kind == "connection_reset":
        errno = errno or 104
        return OSError(errno, os.strerror(errno))
    return http.client.HTTPException(message)  # bad_chunk, http2 and whatever libcurl has no better word for


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


def _unequal_lengths(exchange: Exchange) -> urllib3.InvalidHeader:
    lengths = exchange.header("content-length")
    return urllib3.InvalidHeader(f"Content-Length contained multiple unmatching values ({lengths})")


def _tunnel_failure(message: str) -> str:
    status = re.search(r"response (\d+)", message)
    if status is None:
        return message
    reason = http.client.responses.get(int(status[1]), "")
    return f"Tunnel connection failed: {status[1]} {reason}".rstrip()


def _unwilling_proxy(
    cause: Exception, pool: _Peer, target: str, request: PreparedRequest
) -> exceptions.RequestException:
    unwilling = urllib3.ProxyError("Unable to connect to proxy", cause)
    retries = urllib3.MaxRetryError(pool, target, unwilling)  # type: ignore[arg-type]
    return _chained(exceptions.ProxyError(retries, request=request), retries, cause)


def _invalid_name(host: str) -> Exception | None:
    """What requests and urllib3 have against a name before they look it up."""
    if host.startswith("."):
        return exceptions.InvalidURL("URL has an invalid label.")
    try:
        host.encode("idna")
    except UnicodeError:
        return urllib3.LocationParseError(f"'{host}', label empty or too long")
    return None


def _caused_by(cause: BaseException, error: urllib3.HTTPError) -> urllib3.HTTPError:
    error.__context__ = cause
    return error


def _not_connected(
    failure: tuple[str, int, str],
    url: str,
    proxy: str,
    limit: float | None,
    request: PreparedRequest,
    cause: Exception | None,
) -> exceptions.RequestException:
    kind, errno, message = failure
    tunnelled = bool(proxy) and url.startswith("https")
    pool = _Peer(url if tunnelled or not proxy else proxy, "ConnectionPool")
    connection = _Peer(proxy or url, "Connection", "HTTPS" if tunnelled else None)
    failed: urllib3.HTTPError
    if kind == "connect_timeout":
        failed = urllib3.ConnectTimeoutError(
            f"{connection}: Connection to {connection.host} timed out. (connect timeout={limit})"
        )
        causes: tuple[Exception, ...] = ()
        kind_of: type[exceptions.RequestException] = exceptions.ConnectTimeout
    else:
        if cause is None:
            unknown = kind == "name_resolution"
            cause = unresolved(errno, message) if unknown else OSError(errno, os.strerror(errno))
        assert isinstance(cause, OSError)
        if isinstance(cause, socket.gaierror) and _NameResolutionError is not None:
            failed = _NameResolutionError(connection.host, connection, cause)
        else:
            failed = urllib3.NewConnectionError(
                connection,  # type: ignore[arg-type]
                f"Failed to establish a new connection: [Errno {cause.errno}] {cause.strerror}",
            )
        causes = (cause,)
        kind_of = exceptions.ConnectionError
    reason: urllib3.HTTPError = failed
    if proxy:
        kind_of = exceptions.ProxyError
        reason = urllib3.ProxyError("Unable to connect to proxy", failed)
    target = url if proxy and not tunnelled else path_of(url)
    retries = urllib3.MaxRetryError(pool, target, reason)  # type: ignore[arg-type]
    return _chained(kind_of(retries, request=request), retries, failed, *causes)


def aborted(cause: Exception, request: PreparedRequest) -> exceptions.RequestException:
    """What `requests` makes of trouble before there is a response."""
    aborted = urllib3.ProtocolError("Connection aborted.", cause)
    return _chained(exceptions.ConnectionError(aborted, request=request), aborted, cause)


def unresolved(code: int, message: str) -> OSError:
    """What Python's `getaddrinfo` raises; `code` is one of EAI_..., or an errno."""
    if code > 0:
        return OSError(code, message)
    return socket.gaierror(code or socket.EAI_NONAME, message if code else "Name or service not known")


def tls_error(message: str, host: str) -> ssl.SSLError:
    """What Python's ssl would have said, as far as libcurl's or urllib3's message tells."""
    certificate = message.partition("SSL certificate problem: ")[2]
    if "subject name matches" in message or message.startswith("hostname "):
        kind = "IP address" if re.fullmatch(r"[\d.]+|.*:.*", host) else "Hostname"
        certificate = f"{kind} mismatch, certificate is not valid for '{host}'."
    if certificate:
        return ssl.SSLCertVerificationError(
            1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {certificate}"
        )
    if "SSL_ERROR_SYSCALL" in message or "unexpected eof" in message:
        return ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF)")
    if told := re.search(r"error:\w+:SSL routines:\w*:(.+)", message):
        return ssl.SSLError(1, f"[SSL: {told[1].upper().replace(' ', '_')}] {told[1]}")
    return ssl.SSLError(1, re.sub(r" in connection to \S+\s*$", "", message))
