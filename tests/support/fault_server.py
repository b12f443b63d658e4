"""Servers that misbehave, one port for each way of doing so.

Run it as `python3 tests/support/fault_server.py`; the first line on stdout is a JSON object that maps each
fault to its port. `FAULTS` below says what each does. The port of `refuse` is bound but not listened on, so
that connecting to it is refused and nobody else can take it meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"
LONG_S = 3600.0

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer gets RST instead of FIN."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def read_head(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def reset_on_accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def reset_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    reset(writer)


async def reset_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart of it")
    await writer.drain()
    await asyncio.sleep(0.1)
    reset(writer)


async def close_without_response(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    await asyncio.sleep(LONG_S)


async def silent_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart of it")
    await writer.drain()
    await asyncio.sleep(LONG_S)


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"this is no HTTP at all\r\nnot even close\r\n\r\n")
    await writer.drain()


async def truncated_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly these bytes")
    await writer.drain()


async def bad_chunk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot-hex\r\nabc\r\n0\r\n\r\n")
    await writer.drain()


async def truncated_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await writer.drain()


async def bad_gzip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!")
    await writer.drain()


async def slow_drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ten bytes, one each 30 ms: no read time-out of a tenth of a second ever strikes."""
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    for _ in range(10):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.03)


async def huge_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One header line of 128 KiB, twice what Python's http.client accepts."""
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"h" * (128 * 1024) + b"\r\nContent-Length: 2\r\n\r\nok")
    await writer.drain()


async def many_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """150 header lines; Python's http.client accepts 100."""
    await read_head(reader)
    lines = b"".join(b"X-Line-%d: v\r\n" % number for number in range(150))
    writer.write(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 2\r\n\r\nok")
    await writer.drain()


async def redirect_loop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_head(reader)
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def close_idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A good answer that promises keep-alive, then a closed connection: the next request finds it dead."""
    await read_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await writer.drain()


FAULTS: dict[str, Handler] = {
    handler.__name__: handler
    for handler in (
        reset_on_accept,
        reset_after_request,
        reset_in_body,
        close_without_response,
        silent,
        silent_in_body,
        garbage,
        truncated_body,
        bad_chunk,
        truncated_chunks,
        bad_gzip,
        slow_drip,
        huge_header,
        many_headers,
        redirect_loop,
        close_idle,
    )
}


def closing(handler: Handler) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client gave up first
        finally:
            writer.close()

    return handle


async def main() -> None:
    refused = socket.socket()
    refused.bind((HOST, 0))
    ports = {"refuse": refused.getsockname()[1]}
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
