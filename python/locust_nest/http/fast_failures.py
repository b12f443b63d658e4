"""The exceptions that FastHttpUser records, named and worded as geventhttpclient does."""

from __future__ import annotations

import os
import socket
import ssl
import zlib
from typing import Any

import urllib3.exceptions as urllib3
from gevent import Timeout

from nest_engine import Exchange


class ConnectionError(Exception):
    """A request without a usable response. `url`, `text`, and each keyword as an attribute."""

    def __init__(self, url: str, *args: Any, **details: Any) -> None:
        super().__init__(url, *args)
        self.url = url
        self.kw_text = ", ".join(f"{name}={value}" for name, value in details.items())
        self.text = ", ".join([*map(str, args), *([self.kw_text] if details else [])])
        self.__dict__.update(details)

    def __str__(self) -> str:
        return f"URL {self.url}: {self.text}"

    def __repr__(self) -> str:
        parts = [*map(repr, self.args), *([self.kw_text] if self.kw_text else [])]
        return f"{type(self).__name__}({', '.join(parts)})"


class RetriesExceeded(ConnectionError):
    """Too many redirects, or a server that kept silent; then `original` is the last time-out."""


class BadStatusCode(ConnectionError):
    """A status that counts as a failure, in `code`."""


class HTTPConnectionClosed(Exception):
    """The server closed the connection instead of answering."""


class HTTPParseError(Exception):
    """The server's answer is not HTTP, or is incomplete."""


FAILURE_EXCEPTIONS = (
    ConnectionError,
    ConnectionRefusedError,
    ConnectionResetError,
    OSError,
    ssl.SSLError,
    Timeout,
    HTTPConnectionClosed,
    HTTPParseError,
    zlib.error,
)

TIMEOUTS = ("connect_timeout", "read_timeout")


def failure_of(exchange: Exchange, url: str, retries: int) -> Exception:
    """The exception for a failed exchange that was tried again so many times."""
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    if kind in TIMEOUTS:
        return RetriesExceeded(url, retries, original=TimeoutError("timed out"))
    if kind == "refused":
        return ConnectionRefusedError(errno, os.strerror(errno))
    if kind == "connection_reset":
        return ConnectionResetError(104, os.strerror(104))
    if kind in ("name_resolution", "invalid_url"):
        return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if kind == "connection_closed":
        return HTTPConnectionClosed("connection closed.")
    if kind == "truncated":
        return HTTPParseError("Incomplete response.")
    if kind == "bad_response":
        return HTTPParseError("Expected HTTP/, RTSP/ or ICE/", 8)
    if kind == "bad_chunk":
        return HTTPParseError(message)
    if kind == "bad_encoding":
        return zlib.error(f"Error -3 while decompressing data: {message.rpartition(': ')[2]}")
    if kind == "tls":
        return ssl.SSLError(1, message)
    return OSError(errno, os.strerror(errno) if errno else message)


def from_urllib3(error: BaseException, url: str) -> Exception:
    """The same for what urllib3 raises, which carries streamed responses."""
    if isinstance(error, urllib3.TimeoutError) and not isinstance(error, urllib3.NewConnectionError):
        return RetriesExceeded(url, 0, original=TimeoutError("timed out"))
    if isinstance(error, urllib3.SSLError):
        return error.args[0] if isinstance(error.args[0], ssl.SSLError) else ssl.SSLError(1, str(error))
    if isinstance(error, urllib3.ProtocolError) and len(error.args) > 1:
        cause = error.args[1]
        if isinstance(cause, ConnectionResetError) and type(cause) is not ConnectionResetError:
            return HTTPConnectionClosed("connection closed.")  # http.client's RemoteDisconnected
        return cause if isinstance(cause, OSError) else HTTPParseError(str(cause))
    if isinstance(error.__context__, OSError):
        return error.__context__
    return ConnectionError(url, error)
