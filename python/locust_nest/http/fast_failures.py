"""The exceptions that FastHttpUser records, named and worded as geventhttpclient does."""

from __future__ import annotations

import os
import socket
import ssl
import zlib
from typing import Any
from urllib.parse import urlsplit

import urllib3.exceptions as urllib3
from gevent import Timeout

from nest_engine import Exchange

from .failures import tls_error, undecodable, unresolved


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

    def with_its_url(self) -> BadStatusCode:
        """The same with the URL alone in its text, as until 0.14."""
        bare = BadStatusCode(self.url)
        bare.__dict__.update({name: value for name, value in vars(self).items() if name not in vars(bare)})
        return bare


class UnrewoundBodyError(ConnectionError):
    """A redirect asks for a body again that can be read only once."""


class UnsupportedRedirectSchemeError(ConnectionError):
    """A redirect to what is neither http nor https."""


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

TIMEOUTS = ("connect_timeout", "read_timeout", "send_timeout")


# What llhttp says and its number, by what libcurl and the engine say.
_PARSE_ERRORS: dict[str, tuple[str, int]] = {
    "the server's answer is not HTTP": ("Expected HTTP/, RTSP/ or ICE/", 8),
    "several lengths": ("Duplicate Content-Length", 4),
    "Unsupported HTTP version in response": ("Invalid status code", 13),
    "Unsupported HTTP version (": ("Invalid HTTP version", 9),
    "Unsupported response code": ("Invalid response status", 13),
    "a header that begins with a continuation": ("Unexpected space after start line", 30),
    "Header without colon": ("Invalid header token", 10),
    "Nul byte in header": ("Invalid header value char", 10),
    "Invalid Content-Length": ("Invalid character in Content-Length", 11),
    "Illegal or missing hexadecimal sequence in chunked-encoding": ("Invalid character in chunk size", 12),
    "Too long hexadecimal number in chunked-encoding": ("Chunk size overflow", 12),
    "Malformed encoding found in chunked-encoding": ("Expected LF after chunk data", 2),
}


def failure_of(exchange: Exchange, url: str, retries: int) -> Exception:
    """The exception for a failed exchange that was tried again so many times."""
    assert exchange.failure is not None
    kind, errno, message = exchange.failure
    if kind in TIMEOUTS and exchange.status:  # in the middle of the body
        return TimeoutError("timed out")
    if kind in TIMEOUTS:
        return RetriesExceeded(url, retries, original=TimeoutError("timed out"))
    if kind == "refused":
        return ConnectionRefusedError(errno, os.strerror(errno))
    if kind == "connection_reset" and exchange.headers:  # in the middle of the response
        return ConnectionResetError(104, os.strerror(104))
    if kind == "name_resolution":
        return unresolved(errno, message)
    if kind == "invalid_url":
        return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if kind in ("connection_closed", "connection_reset"):
        return HTTPConnectionClosed("connection closed.")
    if kind == "truncated" and not exchange.status:
        return HTTPParseError("Invalid EOF state", 14)
    if kind == "truncated":
        return HTTPParseError("Incomplete response.")
    if kind in ("bad_response", "bad_chunk"):
        known = (said for words, said in _PARSE_ERRORS.items() if message.startswith(words))
        return HTTPParseError(*next(known, (message,)))
    if kind == "header_too_large":
        return HTTPParseError(f"{message} too large")
    if kind == "http2":
        return HTTPParseError(message)
    if kind == "bad_encoding":
        return undecodable(exchange.header("content-encoding") or "", message)
    if kind == "tls":
        return tls_error(message, urlsplit(url).hostname or "")
    return OSError(errno, os.strerror(errno) if errno else message)


def from_urllib3(error: BaseException, url: str) -> Exception:
    """The same for what urllib3 raises, which carries streamed responses."""
    if isinstance(error, urllib3.TimeoutError) and not isinstance(error, urllib3.NewConnectionError):
        return RetriesExceeded(url, 0, original=TimeoutError("timed out"))
    if isinstance(error, urllib3.SSLError):
        cause = error.args[0]
        return (
            cause if isinstance(cause, ssl.SSLError) else tls_error(str(cause), urlsplit(url).hostname or "")
        )
    if isinstance(error, urllib3.ProtocolError) and len(error.args) > 1:
        cause = error.args[1]
        if isinstance(cause, ConnectionResetError):  # also http.client's RemoteDisconnected
            return HTTPConnectionClosed("connection closed.")
        return cause if isinstance(cause, OSError) else HTTPParseError(str(cause))
    if isinstance(error.__context__, OSError):
        return error.__context__
    return ConnectionError(url, error)
