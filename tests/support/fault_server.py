"""Servers that misbehave, one port for each way of doing so.

Run it as `python3 tests/support/fault_server.py`; the first line on stdout is a JSON object that maps each
fault to its port. `ANSWERS` has those that read a request's header, answer with some bytes and close; the functions
below do something else. Two have no function: connecting to the port of `refuse` is refused, and that of
`full_backlog` never answers.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
import sys
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

HOST = "127.0.0.1"
LONG_S = 3600.0

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
TLS_PROTOCOL_VERSION = b"\x15\x03\x01\x00\x02\x02\x46"  # a fatal alert
TLS_HANDSHAKE_FAILURE = b"\x15\x03\x01\x00\x02\x02\x28"


def sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"", body]
    return b"\r\n".join(lines)


def redirect(location: bytes) -> bytes:
    return sized(b"", b"Location: " + location, b"Connection: close", status=b"302 Found")


ANSWERS: dict[str, bytes] = {
    # no response, or not HTTP
    "close_without_response": b"",
    "close_in_status_line": b"HTTP/1.1 20",
    "close_in_header": OK + b"X-Cut: of",
    "garbage": b"this is no HTTP at all\r\nnot even close\r\n\r\n",
    "garbage_without_line_end": b"this is no HTTP at all",
    "http_0_9": b"<html>no header, as in 1991</html>\n",
    "empty_lines": b"\r\n\r\n\r\n",
    "other_protocol": b"RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "status_of_letters": b"HTTP/1.1 two OK\r\nContent-Length: 2\r\n\r\nok",
    "status_of_four_digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
    "status_of_two_digits": b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
    "status_without_code": b"HTTP/1.1\r\nContent-Length: 2\r\n\r\nok",
    "status_of_another_kind": b"HTTP/Upgrade:\r\nContent-Length: 2\r\n\r\nok",
    "version_of_the_future": b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok",
    # odd, but understood
    "empty_line_first": b"\r\n" + sized(b"ok"),
    "only_line_feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "no_reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "header_without_colon": OK + b"no colon here\r\nContent-Length: 2\r\n\r\nok",
    "blank_before_colon": OK + b"Content-Length : 2\r\n\r\nok",
    "folded_header": OK + b"X-Folded: one\r\n two\r\nContent-Length: 2\r\n\r\nok",
    "folded_header_first": OK + b" folded: one\r\nContent-Length: 2\r\n\r\nok",
    "null_in_header": OK + b"X-Null: a\x00b\r\nContent-Length: 2\r\n\r\nok",
    "some_interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + sized(b"ok"),
    "body_of_no_content": OK.replace(b"200 OK", b"204 No Content") + b"Content-Length: 2\r\n\r\nok",
    "status_599": sized(b"ok", status=b"599 Odd"),
    "status_999": sized(b"ok", status=b"999 Odder"),
    # headers without measure
    "huge_header": OK + b"X-Huge: " + b"h" * (128 * 1024) + b"\r\nContent-Length: 2\r\n\r\nok",
    "many_headers": OK
    + b"".join(b"X-Line-%d: v\r\n" % n for n in range(150))
    + b"Content-Length: 2\r\n\r\nok",
    # lengths
    "truncated_body": OK + b"Content-Length: 100\r\n\r\nonly these bytes",
    "body_that_never_came": OK + b"Content-Length: 100\r\n\r\n",
    "longer_than_its_length": OK + b"Content-Length: 2\r\n\r\nok, and more than it said",
    "length_of_letters": OK + b"Content-Length: two\r\n\r\nok",
    "negative_length": OK + b"Content-Length: -2\r\n\r\nok",
    "overlong_length": OK + b"Content-Length: 99999999999999999999999\r\n\r\nok",
    "two_equal_lengths": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "two_lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "list_of_lengths": OK + b"Content-Length: 2, 2\r\n\r\nok",
    "length_and_chunks": OK
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    + LAST_CHUNK,
    # chunks
    "bad_chunk": CHUNKED + b"not-hex\r\nabc\r\n" + LAST_CHUNK,
    "negative_chunk": CHUNKED + b"-2\r\nok\r\n" + LAST_CHUNK,
    "overlong_chunk": CHUNKED + b"f" * 40 + b"\r\nok\r\n" + LAST_CHUNK,
    "empty_chunk_size": CHUNKED + b"\r\nok\r\n" + LAST_CHUNK,
    "chunk_without_line_end": CHUNKED + b"2\r\nokno line end" + LAST_CHUNK,
    "truncated_chunk": CHUNKED + b"5\r\nhel",
    "truncated_chunks": CHUNKED + b"5\r\nhello\r\n",
    "truncated_chunk_size": CHUNKED + b"5\r\nhello\r\n1",
    "truncated_trailers": CHUNKED + b"2\r\nok\r\n0\r\nX-Trailer: a\r\n",
    "chunk_extensions": CHUNKED + b'2;name=value;other="quoted"\r\nok\r\n' + LAST_CHUNK,
    "trailers": CHUNKED + b"2\r\nok\r\n0\r\nX-Trailer: a\r\n\r\n",
    "unknown_transfer_encoding": OK + b"Transfer-Encoding: rot13\r\n\r\nbx",
    # compression
    "bad_gzip": sized(b"not gzip!", b"Content-Encoding: gzip"),
    "bad_deflate": sized(b"\xffnot deflate", b"Content-Encoding: deflate"),
    "bad_br": sized(b"\xff\xff\xff no br", b"Content-Encoding: br"),
    "bad_end_of_gzip": sized(gzip.compress(b"ok" * 50)[:-8] + b"\0" * 8, b"Content-Encoding: gzip"),
    "truncated_gzip": sized(gzip.compress(b"hello " * 50)[:-15], b"Content-Encoding: gzip"),
    "more_after_gzip": sized(gzip.compress(b"ok") + b"more", b"Content-Encoding: gzip"),
    "raw_deflate": sized(zlib.compress(b"ok")[2:-4], b"Content-Encoding: deflate"),
    "gzip_twice": sized(gzip.compress(gzip.compress(b"ok")), b"Content-Encoding: gzip, gzip"),
    "empty_gzip": sized(b"", b"Content-Encoding: gzip"),
    "unknown_encoding": sized(b"ok", b"Content-Encoding: rot13"),
    # redirects
    "redirect_loop": redirect(b"/again"),
    "redirect_to_unknown_host": redirect(b"http://no-such-host.invalid/"),
    "redirect_to_ftp": redirect(b"ftp://127.0.0.1/"),
    "redirect_to_nothing": redirect(b""),
    "redirect_to_no_host": redirect(b"http:///path"),
    "redirect_to_bad_address": redirect(b"http://[bad"),
    "redirect_to_bad_port": redirect(b"http://127.0.0.1:port/"),
    # TLS, of which only the hello has been read
    "tls_closed": b"",
    "tls_protocol_version": TLS_PROTOCOL_VERSION,
    "tls_handshake_failure": TLS_HANDSHAKE_FAILURE,
    "tls_plain_answer": sized(b"ok", b"Connection: close"),
    # proxies
    "proxy_407": sized(
        b"who?", b'Proxy-Authenticate: Basic realm="p"', status=b"407 Proxy Authentication Required"
    ),
    "proxy_502": sized(b"sorry", status=b"502 Bad Gateway"),
    "proxy_garbage": b"this is no proxy at all\r\n\r\n",
    "proxy_closed": b"",
}


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer gets RST instead of FIN."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def read_head(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")


def answering(name: str, answer: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (reader.read(65536) if name.startswith("tls_") else read_head(reader))
        writer.write(answer)
        await writer.drain()

    return handle


def resetting(answer: bytes) -> Handler:
    """Answers with so much, and resets when the client has had the time to take it."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer)
        await writer.drain()
        await asyncio.sleep(0.1)
        reset(writer)

    return handle


def silent_after(answer: bytes, request: bool = True) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if request:
            await read_head(reader)
        writer.write(answer)
        await writer.drain()
        await reader.read()  # until the client gives up

    return handle


def endless(begin: bytes, piece: bytes, pause_s: float = 0) -> Handler:
    """Goes on until the client gives up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(begin)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return handle


async def reset_on_accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def reset_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    reset(writer)


async def tls_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65536)
    reset(writer)


async def slow_drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ten bytes, one each 30 ms: no read time-out of a tenth of a second ever strikes."""
    await read_head(reader)
    writer.write(OK + b"Content-Length: 10\r\n\r\n")
    for _ in range(10):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.03)


async def slow_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same with the header."""
    await read_head(reader)
    for piece in (b"HTTP/1.1 ", b"200 O", b"K\r\n", b"Content-Len", b"gth: ", b"2\r", b"\n\r\n", b"ok"):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.03)


async def early_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers as soon as the header is there, and then takes the body."""
    await read_head(reader)
    writer.write(sized(b"no", b"Connection: close", status=b"413 Too Large"))
    await writer.drain()
    await reader.read()


async def close_idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A good answer that promises keep-alive, then a closed connection: the next request finds it dead."""
    await read_head(reader)
    writer.write(sized(b"ok"))
    await writer.drain()


async def reset_idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(sized(b"ok"))
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)


BEHAVIOURS: dict[str, Handler] = {
    **{
        handler.__name__: handler
        for handler in (
            reset_on_accept,
            reset_after_request,
            tls_reset,
            slow_drip,
            slow_header,
            early_answer,
            close_idle,
            reset_idle,
        )
    },
    "reset_in_status_line": resetting(b"HTTP/1.1 20"),
    "reset_in_header": resetting(OK + b"X-Cut: of"),
    "reset_in_body": resetting(OK + b"Content-Length: 1000\r\n\r\npart of it"),
    "reset_in_chunk": resetting(CHUNKED + b"3e8\r\npart of it"),
    "silent": silent_after(b""),
    "silent_without_reading": silent_after(b"", request=False),
    "silent_in_header": silent_after(OK + b"X-Cut: of"),
    "silent_after_interim": silent_after(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silent_in_body": silent_after(OK + b"Content-Length: 1000\r\n\r\npart of it"),
    "silent_in_chunk": silent_after(CHUNKED + b"3e8\r\npart of it"),
    "endless_status_line": endless(b"HTTP/1.1 200 ", b"O" * 4096),
    "endless_header_line": endless(OK + b"X-Long: ", b"h" * 4096),
    "header_flood": endless(OK, b"X-Line: " + b"v" * 100 + b"\r\n"),
    "endless_garbage": endless(b"", b"g" * 4096),
    "endless_interim": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20),
    "endless_chunk_size": endless(CHUNKED, b"0" * 4096),
    "endless_chunk_extension": endless(CHUNKED + b"2;", b"e" * 4096),
    "endless_trailers": endless(CHUNKED + b"2\r\nok\r\n0\r\n", b"X-Trailer: " + b"t" * 100 + b"\r\n"),
    "endless_drip": endless(OK + b"Content-Length: 1000000\r\n\r\n", b".", 0.05),
    "endless_chunks": endless(CHUNKED, b"1\r\n.\r\n", 0.05),
}

FAULTS: dict[str, Handler] = {
    **{name: answering(name, answer) for name, answer in ANSWERS.items()},
    **BEHAVIOURS,
}


def closing(handler: Handler) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # the client gave up first
            await handler(reader, writer)
        writer.close()

    return handle


def fill_backlog() -> list[socket.socket]:
    """A listener with as many connections as it has room for, first, and those."""
    full = socket.socket()
    full.bind((HOST, 0))
    full.listen(0)
    fillers = [socket.socket() for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
    return [full, *fillers]


async def main() -> None:
    refused = socket.socket()
    refused.bind((HOST, 0))  # but not listened on, so that nobody else can take it meanwhile
    full, *fillers = fill_backlog()
    ports = {"refuse": refused.getsockname()[1], "full_backlog": full.getsockname()[1]}
    servers = []
    for name, handler in FAULTS.items():
        server = await asyncio.start_server(closing(handler), HOST, 0, backlog=256)
        servers.append(server)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
