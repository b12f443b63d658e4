"""The server under test of the parity suite: HTTP/1.1, keep-alive, answers that depend on the request alone.

Run it as `python3 tests/support/target_server.py --port 0`; the first line on stdout is the port it listens
on. It needs the standard library only and keeps a record of everything it was sent, because what a load
generator reports proves little without what the server saw:

    /__seen        {"connections": n, "requests": {"GET /hello": {"count": n, "forms": [...]}}}
    /__reset       forgets the record
    /count         the plain counts, for models: {"GET /hello": 3}

A *form* is one distinct way in which a request arrived: its headers (without Host) and its body's digest.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import hashlib
import json
import re
import ssl
import sys
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, parse_qsl, urlsplit

MAX_HEAD_BYTES = 64 * 1024
BODILESS_STATUSES = frozenset({204, 304})


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str, default: str = "") -> str:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def cookies(self) -> dict[str, str]:
        return {name: morsel.value for name, morsel in SimpleCookie(self.header("cookie")).items()}


@dataclass
class Response:
    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    delay_s: float = 0.0
    chunk_size: int | None = None
    """Sent with chunked transfer coding, in pieces of this size, instead of a Content-Length."""
    close: bool = False


def json_response(value: object, status: int = 200) -> Response:
    body = json.dumps(value, sort_keys=True).encode()
    return Response(body, status, content_type="application/json")


@dataclass
class Journal:
    """What has arrived since the start or the last reset. Asking for the journal leaves no trace in it."""

    connections: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    forms: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)

    def note(self, request: Request) -> None:
        key = f"{request.method} {request.target}"
        self.counts[key] = self.counts.get(key, 0) + 1
        form = {
            "headers": sorted(
                [name.lower(), value] for name, value in request.headers if name.lower() != "host"
            ),
            "body_bytes": len(request.body),
            "body_sha256": hashlib.sha256(request.body).hexdigest(),
        }
        forms = self.forms.setdefault(key, {})
        if len(forms) < 20:
            forms.setdefault(json.dumps(form, sort_keys=True), form)

    def forget(self) -> None:
        self.connections = 0
        self.counts.clear()
        self.forms.clear()

    def report(self) -> dict[str, object]:
        requests = {
            key: {"count": count, "forms": [self.forms[key][form] for form in sorted(self.forms[key])]}
            for key, count in sorted(self.counts.items())
        }
        return {"connections": self.connections, "requests": requests}


class Pages:
    """The endpoints. Each takes the request and what follows its name in the path."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._routes: dict[str, Callable[[Request, str], Response]] = {
            "": lambda request, rest: Response(b"<html><body>index</body></html>", content_type="text/html"),
            "hello": lambda request, rest: Response(b"Hello, locust!\n"),
            "json": lambda request, rest: json_response({"id": 7, "name": "nest", "tags": ["a", "b"]}),
            "echo": self.echo,
            "status": lambda request, rest: Response(f"status {rest}\n".encode(), status=int(rest)),
            "redirect": self.redirect,
            "relative-redirect": self.relative_redirect,
            "redirect-to": self.redirect_to,
            "redirect-post": self.redirect_post,
            "cookies": self.cookies,
            "login": self.login,
            "me": self.me,
            "basic-auth": self.basic_auth,
            "slow": self.slow,
            "bytes": lambda request, rest: Response(
                b"x" * int(rest), content_type="application/octet-stream"
            ),
            "chunked": lambda request, rest: Response(b"y" * int(rest), chunk_size=37),
            "gzip": self.gzip,
            "post": self.form,
            "count": lambda request, rest: json_response(self._journal.counts),
            "digest-auth": self.digest_auth,
            "token": lambda request, rest: json_response({"token": f"token-{rest}", "expires": 60}),
            "bearer": self.bearer,
            "flaky": self.flaky,
            "upload": self.upload,
            "events": self.events,
            "lines": lambda request, rest: Response(
                b"".join(b"line %d\n" % number for number in range(int(rest))), chunk_size=11
            ),
            "page": self.page,
            "rpc": self.rpc,
            "answer": self.as_asked,
            "item": lambda request, rest: json_response({"item": rest, "query": request.query}),
            "close": lambda request, rest: Response(b"bye\n", close=True),
            "latin1": lambda request, rest: Response(
                "caf\u00e9".encode("latin-1"), content_type="text/plain; charset=iso-8859-1"
            ),
            "utf8": lambda request, rest: Response("caf\u00e9 \u2603".encode()),
        }

    def answer(self, request: Request) -> Response:
        first, _, rest = request.path.lstrip("/").partition("/")
        page = self._routes.get(first)
        if page is None:
            return Response(b"no such page\n", status=404)
        try:
            return page(request, rest)
        except ValueError as error:
            return Response(f"bad request: {error}\n".encode(), status=400)

    def echo(self, request: Request, rest: str) -> Response:
        return json_response(
            {
                "method": request.method,
                "target": request.target,
                "headers": {name.lower(): value for name, value in request.headers},
                "body": request.body.decode("utf-8", "replace"),
            }
        )

    @staticmethod
    def as_asked(request: Request, rest: str) -> Response:
        """`/answer?status=302&h=Location:/hello&h=Set-Cookie:a=1&body=text` is what the query says."""
        pairs = parse_qs(urlsplit(request.target).query, keep_blank_values=True)
        headers = [(name, value) for name, _, value in (text.partition(":") for text in pairs.get("h", []))]
        body = pairs.get("body", [""])[0].encode("latin-1")
        kind = pairs.get("type", ["text/plain; charset=utf-8"])[0]
        return Response(body, int(pairs.get("status", ["200"])[0]), kind, headers)

    def redirect(self, request: Request, rest: str) -> Response:
        """`/redirect/3` goes over /redirect/2 and /redirect/1 to /hello, by absolute addresses."""
        left = int(rest)
        target = f"/redirect/{left - 1}" if left > 1 else "/hello"
        return self._to(f"http://{request.header('host')}{target}", 302)

    def relative_redirect(self, request: Request, rest: str) -> Response:
        left = int(rest)
        return self._to(f"../relative-redirect/{left - 1}" if left > 1 else "../hello", 301)

    def redirect_to(self, request: Request, rest: str) -> Response:
        return self._to(request.query.get("url", "/"), int(request.query.get("status", "302")))

    def redirect_post(self, request: Request, rest: str) -> Response:
        """`/redirect-post/307` keeps method and body on the way to /echo, 303 does not."""
        return self._to("/echo", int(rest))

    @staticmethod
    def _to(address: str, status: int) -> Response:
        return Response(b"moved\n", status=status, headers=[("Location", address)])

    def cookies(self, request: Request, rest: str) -> Response:
        """`/cookies/set?a=1` sets, then redirects to `/cookies`, which lists; `/cookies/delete?a` removes."""
        if rest == "set":
            made = [("Set-Cookie", f"{name}={value}; Path=/") for name, value in request.query.items()]
            return Response(b"set\n", status=302, headers=[("Location", "/cookies"), *made])
        if rest == "delete":
            gone = [("Set-Cookie", f"{name}=; Path=/; Max-Age=0") for name in request.query]
            return Response(b"deleted\n", headers=gone)
        return json_response({"cookies": request.cookies()})

    def login(self, request: Request, rest: str) -> Response:
        fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if fields.get("password") != "secret":
            return json_response({"error": "wrong password"}, status=401)
        response = json_response({"user": fields.get("user")})
        response.headers.append(("Set-Cookie", f"session={fields.get('user')}-token; Path=/; HttpOnly"))
        return response

    def me(self, request: Request, rest: str) -> Response:
        session = request.cookies().get("session", "")
        if not session.endswith("-token"):
            return json_response({"error": "not logged in"}, status=403)
        return json_response({"user": session.removesuffix("-token")})

    def basic_auth(self, request: Request, rest: str) -> Response:
        """`/basic-auth/<user>/<password>` wants exactly those."""
        user, _, password = rest.partition("/")
        expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if request.header("authorization") == expected:
            return json_response({"authenticated": True, "user": user})
        challenge = [("WWW-Authenticate", 'Basic realm="parity"')]
        return Response(b"who are you?\n", status=401, headers=challenge)

    def digest_auth(self, request: Request, rest: str) -> Response:
        """`/digest-auth/<user>/<password>` by RFC 7616 with MD5 and qop=auth."""
        user, _, password = rest.partition("/")
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.header("authorization")))
        if not given:
            challenge = 'Digest realm="parity", nonce="n0nce", qop="auth", algorithm=MD5'
            return Response(b"who are you?\n", status=401, headers=[("WWW-Authenticate", challenge)])

        def digest(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        first = digest(f"{user}:parity:{password}")
        second = digest(f"{request.method}:{request.target}")
        middle = f"n0nce:{given.get('nc')}:{given.get('cnonce')}:auth"
        if given.get("response") != digest(f"{first}:{middle}:{second}"):
            return Response(b"no\n", status=403)
        return json_response({"user": user, "times": int(given["nc"], 16)})

    def bearer(self, request: Request, rest: str) -> Response:
        """`/bearer/<who>` wants the token that `/token/<who>` hands out."""
        if request.header("authorization") != f"Bearer token-{rest}":
            return json_response({"error": "token expired"}, status=401)
        return json_response({"who": rest, "method": request.method, "bytes": len(request.body)})

    def flaky(self, request: Request, rest: str) -> Response:
        """`/flaky/<n>/<key>` answers 503 to the first n requests of this address."""
        times = self._journal.counts.get(f"{request.method} {request.target}", 0)
        if times <= int(rest.partition("/")[0]):
            return Response(b"not now\n", status=503)
        return Response(f"answered at attempt {times}\n".encode())

    def upload(self, request: Request, rest: str) -> Response:
        """Lists the parts of a multipart form."""
        kind = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(kind + request.body)
        if not parts.is_multipart():
            return json_response({"bytes": len(request.body)})
        listed = [
            {
                "name": part.get_param("name", header="content-disposition"),
                "filename": part.get_filename(),
                "type": part.get_content_type(),
                "bytes": len(part.get_payload(decode=True)),
            }
            for part in parts.get_payload()
        ]
        return json_response({"parts": listed})

    def events(self, request: Request, rest: str) -> Response:
        """`/events/3` streams three server-sent events and an end mark."""
        texts = [f'event: token\ndata: {{"n": {number}}}\n\n' for number in range(int(rest))]
        body = "".join([*texts, "data: [DONE]\n\n"]).encode()
        return Response(body, content_type="text/event-stream", chunk_size=23)

    def page(self, request: Request, rest: str) -> Response:
        """A page with links to two more and a form with a hidden field; `/page/0` has none."""
        number = int(rest or "2")
        links = "".join(f'<a href="/page/{below}">page {below}</a>\n' for below in range(number))
        form = f'<form action="/post"><input type="hidden" name="csrf" value="csrf-{number}"></form>'
        body = f"<!doctype html><title>Page {number}</title><body>{links}{form}</body>"
        return Response(body.encode(), content_type="text/html; charset=utf-8")

    def rpc(self, request: Request, rest: str) -> Response:
        """XML-RPC: add(...) and echo(x); whatever else is a fault."""
        arguments, method = xmlrpc.client.loads(request.body)
        methods: dict[str | None, Callable[..., object]] = {"add": lambda *n: sum(n), "echo": lambda x: x}
        if method in methods:
            body = xmlrpc.client.dumps((methods[method](*arguments),), methodresponse=True)
        else:
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(1, f"there is no method {method}"))
        return Response(body.encode(), content_type="text/xml")

    def slow(self, request: Request, rest: str) -> Response:
        return Response(b"slow\n", delay_s=float(request.query.get("ms", "100")) / 1000)

    def gzip(self, request: Request, rest: str) -> Response:
        body = json.dumps({"gzipped": True, "padding": "z" * 500}).encode()
        if "gzip" not in request.header("accept-encoding"):
            return Response(body, content_type="application/json")
        packed = gzip.compress(body, mtime=0)
        return Response(packed, content_type="application/json", headers=[("Content-Encoding", "gzip")])

    def form(self, request: Request, rest: str) -> Response:
        kind = request.header("content-type").partition(";")[0]
        fields: object = None
        if kind == "application/x-www-form-urlencoded":
            fields = parse_qs(request.body.decode(), keep_blank_values=True)
        elif kind == "application/json":
            fields = json.loads(request.body)
        return json_response({"content_type": kind, "fields": fields, "bytes": len(request.body)})


class TargetServer:
    """Serves one port; usable from tests as well as from the command line."""

    def __init__(self) -> None:
        self.journal = Journal()
        self._pages = Pages(self.journal)
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Begin to listen; the port that was bound is returned (any free one for 0). May be called again."""
        self._server = await asyncio.start_server(
            self._serve, host, port, backlog=1024, limit=MAX_HEAD_BYTES, ssl=tls
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def serve_forever(self) -> None:
        assert self._server is not None, "start() comes first"
        await self._server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counted = False
        try:
            while (request := await self._read(reader, writer)) is not None:
                if not request.path.startswith("/__"):
                    self.journal.connections += not counted
                    counted = True
                    self.journal.note(request)
                response = self._control(request) or self._pages.answer(request)
                response.close = response.close or request.header("connection").lower() == "close"
                if response.delay_s:
                    await asyncio.sleep(response.delay_s)
                self._write(request, response, writer)
                await writer.drain()
                if response.close:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away or sent no HTTP: nothing to answer
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
        head = await reader.readuntil(b"\r\n\r\n")
        request_line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, _, rest = request_line.partition(" ")
        target = rest.rpartition(" ")[0]
        pairs = (line.partition(":") for line in lines)
        request = Request(method, target, [(name.strip(), value.strip()) for name, _, value in pairs], b"")
        if request.header("expect").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.header("transfer-encoding").lower() == "chunked":
            request.body = await self._read_chunks(reader)
        elif length := request.header("content-length"):
            request.body = await reader.readexactly(int(length))
        return request

    @staticmethod
    async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
        body = bytearray()
        while size := int((await reader.readline()).partition(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        return bytes(body)

    def _control(self, request: Request) -> Response | None:
        if request.path == "/__seen":
            return json_response(self.journal.report())
        if request.path == "/__reset":
            self.journal.forget()
            return Response(b"forgotten\n")
        return None

    @staticmethod
    def _write(request: Request, response: Response, writer: asyncio.StreamWriter) -> None:
        try:
            reason = HTTPStatus(response.status).phrase
        except ValueError:
            reason = "Unknown"
        head = [f"HTTP/1.1 {response.status} {reason}", "Server: parity-target"]
        head += [f"{name}: {value}" for name, value in response.headers]
        bodiless = response.status in BODILESS_STATUSES or response.status < 200
        if not bodiless:
            head.append(f"Content-Type: {response.content_type}")
            sized = f"Content-Length: {len(response.body)}"
            head.append("Transfer-Encoding: chunked" if response.chunk_size else sized)
        if response.close:
            head.append("Connection: close")
        writer.write("\r\n".join(head).encode("latin-1") + b"\r\n\r\n")
        if bodiless or request.method == "HEAD":
            return
        if response.chunk_size is None:
            writer.write(response.body)
            return
        for start in range(0, len(response.body), response.chunk_size):
            piece = response.body[start : start + response.chunk_size]
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        writer.write(b"0\r\n\r\n")


async def main() -> None:
    parser = argparse.ArgumentParser(description="Deterministic HTTP server for comparing load generators.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port; the port is printed")
    options = parser.parse_args()
    server = TargetServer()
    print(await server.start(options.host, options.port), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
