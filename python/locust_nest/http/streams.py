"""Bodies of responses that are read while they arrive."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from urllib3.response import DeflateDecoder, GzipDecoder

from nest_engine import StreamedExchange

from .failures import body_error, decode_error
from .response import describe_raw

_ALL = 1 << 62  # more bytes than any body has
_AT_ONCE = 16384  # encoded bytes, which may become a thousand times as many


class StreamedBody(io.RawIOBase):
    """`response.raw` of a response with `stream=True`: its body as a file, with what urllib3's has.

    Reading waits for the server while other users run; what nobody reads stays with the server. A body in gzip or
    deflate is decoded if `decode_content` says so, all others come decoded.
    """

    decode_content = False
    status: int
    headers: Any

    def __init__(self, exchange: StreamedExchange) -> None:
        describe_raw(self, exchange)
        self._exchange = exchange
        self._in_pieces = "chunked" in self.headers.get("transfer-encoding", "").lower()
        self._decoder: Any = None
        self._unread = b""
        self._received = 0
        self._ended = False
        self._complained = False

    def readable(self) -> bool:
        return True

    @property
    def closed(self) -> bool:
        return (self._ended and not self._unread) or super().closed

    def isclosed(self) -> bool:
        return self.closed

    def close(self) -> None:
        """Stop the transfer, unless it is complete; there is nothing more to be read."""
        if not super().closed:
            self._exchange.close()
            self._unread = b""
            self._complained = True
        super().close()

    def read(self, amt: int | None = -1, decode_content: bool | None = None, **_: Any) -> bytes:
        """So many bytes, fewer only at the end; None or -1 for all."""
        wanted = _ALL if amt is None or amt < 0 else amt
        parts = []
        size = 0
        while size < wanted and (piece := self._next(wanted - size, decode_content)):
            parts.append(piece)
            size += len(piece)
        if size < wanted:
            self._raise_failure()
        return b"".join(parts)

    def read1(self, amt: int | None = -1, decode_content: bool | None = None) -> bytes:
        """The next piece as it arrives, of at most so many bytes."""
        data = self._next(_ALL if amt is None or amt < 0 else amt, decode_content)
        if not data and amt != 0:
            self._raise_failure()
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readline(self, limit: int | None = -1) -> bytes:  # type: ignore[override]
        wanted = _ALL if limit is None or limit < 0 else limit
        line = b""
        while len(line) < wanted and not line.endswith(b"\n") and (piece := self.read1(wanted - len(line))):
            end = piece.find(b"\n") + 1 or len(piece)
            line += piece[:end]
            self._unread = piece[end:] + self._unread
        return line

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        while line := self.readline():
            yield line

    def stream(self, amt: int | None = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        """The body in parts of so many bytes; one that is sent in chunks: as it arrives, of at most so many."""
        read = self.read1 if self._in_pieces else self.read
        try:
            while data := read(amt, decode_content):
                yield data
        except GeneratorExit:
            if self._in_pieces:  # the middle of a chunk is no place to read on from
                self.close()
            raise

    @cached_property
    def data(self) -> bytes:
        """All that is left of it when this is first asked for."""
        return self.read()

    def tell(self) -> int:
        """How many bytes have been read, of those that were sent."""
        return self._received if self._decoder else self._received - len(self._unread)

    def getheaders(self) -> list[tuple[str, str]]:
        return list(self.headers.items())

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return self.headers.get(name, default)

    def release_conn(self) -> None:
        """The connection goes back when the body is complete."""

    def drain_conn(self) -> None:
        """Read what is left, so that the connection can be used again."""
        while self._receive(_ALL):
            pass

    def _next(self, limit: int, decode_content: bool | None) -> bytes:
        """At least one byte and at most so many; none at the end, however it came."""
        decode = self.decode_content if decode_content is None else decode_content
        while limit and not self._unread and not self._ended:
            if not (decode and self._exchange.is_encoded):
                return self._receive(limit)
            self._unread = self._decoded(self._receive(_AT_ONCE))
        data, self._unread = self._unread[:limit], self._unread[limit:]
        return data

    def _receive(self, limit: int) -> bytes:
        data = self._exchange.read(limit)
        self._received += len(data)
        self._ended = not data
        return data

    def _decoded(self, data: bytes) -> bytes:
        if self._decoder is None:
            deflated = self.headers["content-encoding"].lower() == "deflate"
            self._decoder = DeflateDecoder() if deflated else GzipDecoder()
        try:
            return self._decoder.decompress(data) if data else self._decoder.flush()
        except zlib.error as error:
            self.close()
            raise self._undecodable(error) from error

    def _raise_failure(self) -> None:
        """Raise once what the body broke off with; after that it looks as if it had just ended."""
        if not self._complained and self._exchange.failure is not None:
            self._complained = True
            raise self._failure()

    def _failure(self) -> Exception:
        """What the body broke off with."""
        return body_error(self._exchange, self._received)

    def _undecodable(self, error: zlib.error) -> Exception:
        return decode_error(self.headers["content-encoding"], error)
