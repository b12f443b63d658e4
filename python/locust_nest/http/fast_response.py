"""The responses of FastHttpUser, over an exchange of the engine; their parts are made when they are touched."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from json import JSONDecoder, loads
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests.compat import chardet  # type: ignore[attr-defined]
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from locust.exception import CatchResponseError, LocustError, ResponseError
from nest_engine import Exchange, NativeMethod, describe_responses

from .fast_failures import BadStatusCode, failure_of
from .fast_sockets import SocketExchange
from .parts import add_parts
from .response import UNDECODED, RawBody, decoded_json, encoding_named
from .streams import StreamedBody
from .timings import Timings, timings_of
from .verdict import JudgedResponse


class Headers(CaseInsensitiveDict[Any]):
    """Headers by name whatever the case; one that came more than once is a list. Names are listed in lower case."""

    def __init__(self, items: Any = ()) -> None:
        super().__init__()
        for name, value in items.items() if hasattr(items, "items") else items:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        before = self.get(name)
        if before is None:
            self[name] = value
        else:
            self[name] = [*before, value] if isinstance(before, list) else [before, value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._store)  # type: ignore[attr-defined]

    def items(self) -> Any:
        """Names as they came, with each of their values."""
        return [
            (name, one)
            for name, value in self._store.values()  # type: ignore[attr-defined]
            for one in (value if isinstance(value, list) else [value])
        ]

    def getlist(self, name: str) -> list[Any]:
        """Every value of the header; an empty list if there is none."""
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]

    getheaders = get_all = getlist

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self._store.values())})"  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return "".join(f"{name}: {value}\r\n" for name, value in self.items())


class FastRequest:
    """What was asked for: `url` as it is given, `selector` with the `params` behind it."""

    payload: Any

    def __init__(
        self, url: str, method: str = "GET", headers: Any = None, payload: Any = None, params: Any = None
    ) -> None:
        self.url = self.full_url = url
        self.method = method
        self.headers = headers if headers is not None else Headers()
        self.payload = payload
        parts = urlsplit(url)
        self.type, self.host = parts.scheme, parts.netloc
        query = "&".join(filter(None, (parts.query, urlencode(params or {}, doseq=True))))
        self.selector = (parts.path or "/") + (f"?{query}" if query else "")

    @property
    def body(self) -> Any:
        return self.payload

    @property
    def data(self) -> Any:
        return self.payload

    def get_method(self) -> str:
        return self.method

    def get_full_url(self) -> str:
        return self.url


def _sent_request(response: FastResponse) -> FastRequest:
    exchange = response._exchange
    return FastRequest(
        response.url, exchange.method, Headers(exchange.request_headers), exchange.request_body
    )


def _guessed_encoding(content: bytes) -> str | None:
    if content.isascii():
        return "ascii"
    try:
        content.decode()
    except UnicodeDecodeError:
        return chardet.detect(content)["encoding"]
    return "utf-8"


_PARTS: dict[str, Callable[[Any], Any]] = {
    "content": lambda response: response._exchange.body,
    "elapsed": lambda response: timedelta(milliseconds=response._exchange.elapsed_ms),
    "headers": lambda response: Headers(response._exchange.headers),
    "history": lambda response: [],
    "request": _sent_request,
    "stream": lambda response: RawBody(response._exchange),
    "text": lambda response: response._decoded(),
    "timings": lambda response: timings_of(response._exchange),
}


# What makes the text of a response another one than that of its exchange, or is it.
_TOUCHED = frozenset(("content", "encoding", "headers", "text"))
_scan_json = JSONDecoder().scan_once  # type: ignore[attr-defined]

_NOT_CAUGHT = "If you want to change the state of the request, you must pass catch_response=True."


class FastResponse(JudgedResponse):
    """A response to `FastHttpSession`."""

    # What is wrong with it, by its status.
    error: Exception | None = None
    # Known once `text` was looked at.
    encoding: str | None = None
    # What is wrong with its body.
    _broken: Exception | None = None
    content: Any
    elapsed: timedelta
    headers: Any
    history: list[FastResponse]
    request: FastRequest
    status_code: int
    stream: Any
    text: Any
    timings: Timings | None
    """Where the time went; None if the engine did not send the request. Each response of `history` has its own."""
    url: str

    def __init__(self, exchange: Any, url: str) -> None:
        self._exchange = exchange
        self.status_code = exchange.status
        self.url = url

    @property
    def _known_failure(self) -> BaseException | None:  # type: ignore[override]
        return self.error or self._broken

    def _default_failure(self, name: str) -> BaseException | None:
        return self._known_failure

    def _recorded_length(self) -> int:
        return 0 if self._broken else self._exchange.body_length

    def _become_legacy(self) -> None:
        self._is_legacy = True
        if isinstance(self.error, BadStatusCode):
            self.error = self.error.with_its_url()

    def _declared_encoding(self) -> str | None:
        if "headers" in self.__dict__ or type(self._exchange) is not Exchange:
            return get_encoding_from_headers(self.headers)
        content_type = self._exchange.header("content-type")
        if content_type is not None and "," in content_type:  # it may have come twice
            return get_encoding_from_headers(self.headers)
        return encoding_named(content_type)

    def _decoded(self) -> str | None:
        if self.content is None:
            return None
        if not self.content:
            self.encoding = self.encoding or self._declared_encoding() or "utf-8"
            return ""
        self.encoding = self.encoding or self._declared_encoding() or _guessed_encoding(self.content)
        if self.encoding is None:
            return None
        try:
            return self.content.decode(self.encoding, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    @property
    def is_cut(self) -> bool:
        """Whether `content` is only the first part of the body, because of the session's `max_body_size`."""
        return bool(self._exchange.is_cut)

    @property
    def status(self) -> str:
        return str(self.status_code)

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def data(self) -> bytes:
        return self.content

    def json(self) -> Any:
        own = self.__dict__
        exchange = own.get("_exchange")
        if type(exchange) is Exchange and _TOUCHED.isdisjoint(own):
            encoding = encoding_named(exchange.header("content-type"))
            if encoding is not None:
                try:
                    return decoded_json(exchange, encoding, _scan_json)
                except UNDECODED:
                    pass  # for json.loads() to describe
        return loads(self.text)

    def raise_for_status(self) -> None:
        """Raise what is wrong with the response, after a verdict what that says."""
        if self._verdict is True:
            return
        if isinstance(self._verdict, BaseException):
            raise self._verdict
        if self.error is not None:
            raise self.error

    def iter_content(self, chunk_size: int = 1024, decode_content: bool = True) -> Iterator[str]:
        """The body as text, in pieces of so many bytes as they arrive."""
        decoder = codecs.getincrementaldecoder(get_encoding_from_headers(self.headers) or "utf-8")("replace")
        for chunk in self.stream.stream(chunk_size):
            yield decoder.decode(chunk)
        if rest := decoder.decode(b"", True):
            yield rest

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.stream)

    def __len__(self) -> int:
        return len(self.content or b"")

    def __bool__(self) -> bool:
        return True

    def read(self, n: int | None = None) -> bytes:
        return self.stream.read(n)

    def readline(self) -> bytes:
        return self.stream.readline()

    def info(self) -> Headers:
        return self.headers

    def isclosed(self) -> bool:
        return True

    def release(self) -> None:
        """The connection went back when the body was complete."""

    def success(self) -> None:
        raise LocustError(_NOT_CAUGHT)

    def failure(self, exc: Any) -> None:
        raise LocustError(_NOT_CAUGHT)


add_parts(FastResponse, _PARTS)


class ResponseContextManager(FastResponse):
    """What `catch_response=True` returns: a response that takes a verdict within a with-block."""

    def success(self) -> None:
        """Count the request as a success, whatever the status code; the last verdict counts."""
        JudgedResponse.success(self)

    def failure(self, exc: Any) -> None:
        """Count the request as a failure because of `exc`: an exception, or anything that describes one."""
        JudgedResponse.failure(self, exc)


_STEPS = {"__enter__": "enter block", "__exit__": "leave block", "success": "success", "failure": "failure"}
for _name, _step in _STEPS.items():
    setattr(ResponseContextManager, _name, NativeMethod(getattr(ResponseContextManager, _name), _step))
describe_responses(ResponseContextManager, CatchResponseError, ResponseError, False)


class FastBody(StreamedBody):
    """A body that is read while it arrives: decoded, and breaking off as geventhttpclient says it."""

    decode_content = True

    def _failure(self) -> Exception:
        return failure_of(self._exchange, self._exchange.url, 0)

    def _undecodable(self, error: zlib.error) -> Exception:
        return error


class StreamedResponse(ResponseContextManager):
    """A response whose body is read while it arrives."""

    def __init__(self, exchange: Any, url: str) -> None:
        super().__init__(exchange, url)
        if isinstance(exchange, SocketExchange):
            self.stream = exchange.raw
        else:
            self.stream = FastBody(exchange)

    @cached_property
    def content(self) -> bytes:
        return self.stream.read(decode_content=True)

    def _recorded_length(self) -> int:
        # Of one that came several times, the first; they are equal.
        length = "".join(self.headers.getlist("content-length")[:1]).partition(",")[0]
        return int(length) if length.isdigit() else 0

    def isclosed(self) -> bool:
        return bool(self.stream.closed)

    def release(self) -> None:
        self.stream.close()


class ErrorResponse(ResponseContextManager):
    """Stands for a response that did not come, because of `error`."""

    content = None
    headers = None
    is_cut = False
    text = None
    status_code = 0

    def __init__(self, request: FastRequest, error: Exception, timings: Timings | None = None) -> None:
        self.request = request
        self.url = request.url
        self.error = error
        self.timings = timings

    def _recorded_length(self) -> int:
        return 0

    def json(self) -> Any:
        return loads(None)  # type: ignore[arg-type]
