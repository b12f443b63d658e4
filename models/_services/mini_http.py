"""A small HTTP/1.1 server on asyncio for the demo services: keep-alive, routes, JSON; stdlib only."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

MAX_BODY_BYTES = 1 << 20


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes

    def data(self) -> dict[str, Any]:
        """The fields of a JSON or form body."""
        if self.headers.get("content-type", "").startswith("application/json"):
            parsed = json.loads(self.body)
            return parsed if isinstance(parsed, dict) else {}
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}

    def cookie(self, name: str) -> str | None:
        morsel = SimpleCookie(self.headers.get("cookie", "")).get(name)
        return morsel.value if morsel else None


class Response(NamedTuple):
    status: int = 200
    body: Any = None  # str is HTML, anything else but None is JSON
    headers: dict[str, str] = {}

    def encode(self, keep_alive: bool) -> bytes:
        content = b""
        headers = {"Connection": "keep-alive" if keep_alive else "close"} | self.headers
        if isinstance(self.body, str):
            content = self.body.encode()
            headers["Content-Type"] = "text/html; charset=utf-8"
        elif self.body is not None:
            content = json.dumps(self.body).encode()
            headers["Content-Type"] = "application/json"
        if self.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(content))
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class Refusal(Exception):
    """Raised by a handler: the request is answered with this status and an explanation."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


Handler = Callable[..., Response]
ConnectionHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Router:
    """`@router.route("GET", "/products/<id>")`: the handler gets the request and the parts in brackets."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path) + "$")

        def register(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return register

    def answer(self, request: Request) -> Response:
        try:
            known_path = False
            for method, pattern, handler in self._routes:
                match = pattern.match(request.path)
                known_path = known_path or match is not None
                if match and method == request.method:
                    return handler(request, **match.groupdict())
            status = HTTPStatus.METHOD_NOT_ALLOWED if known_path else HTTPStatus.NOT_FOUND
            return Response(status, {"error": status.phrase})
        except Refusal as refusal:
            return Response(refusal.status, {"error": str(refusal)})
        except ValueError as error:
            return Response(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    async def serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read_request(reader)) is not None:
                keep_alive = request.headers.get("connection", "").lower() != "close"
                writer.write(self.answer(request).encode(keep_alive))
                await writer.drain()
                if not keep_alive:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        except (ValueError, asyncio.LimitOverrunError) as error:
            writer.write(Response(HTTPStatus.BAD_REQUEST, {"error": str(error)}).encode(keep_alive=False))
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None  # closed between two requests
        raise
    request_line, *header_lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _version = request_line.split(" ")
    headers = {}
    for line in header_lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    if not 0 <= length <= MAX_BODY_BYTES:
        raise ValueError("the body is too long")
    body = await reader.readexactly(length)
    url = urlsplit(target)
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    return Request(method, url.path, query, headers, body)


def run(name: str, listeners: dict[int, ConnectionHandler]) -> None:
    """Serve each port of 127.0.0.1 until SIGTERM or Ctrl-C. A port in use ends the process with one line."""
    try:
        asyncio.run(_serve(name, listeners))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.exit(f"{name}: cannot listen: {error.strerror}")


async def _serve(name: str, listeners: dict[int, ConnectionHandler]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    servers = []
    for port, handler in listeners.items():
        try:
            servers.append(await asyncio.start_server(handler, "127.0.0.1", port, backlog=1024))
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            sys.exit(f"{name}: cannot listen on 127.0.0.1:{port}: {reason}")
    print(f"{name} listens on {', '.join(f'127.0.0.1:{port}' for port in listeners)}", flush=True)
    await stop.wait()
    for server in servers:
        server.close()
    print(f"{name} stops", flush=True)
