"""A server within a probe's own process that keeps every byte it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from gevent.server import StreamServer

Answer = bytes | Callable[[bytes], bytes]


def sized(body: bytes = b"ok", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class Recorder:
    """Answers by path (without the query) from `answers`, and "ok" where there is nothing."""

    def __init__(self, ssl_context: Any = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.sent: list[bytes] = []
        keywords = {} if ssl_context is None else {"ssl_context": ssl_context}
        self._server = StreamServer(("127.0.0.1", 0), self._serve, **keywords)
        self._server.start()
        self.port = self._server.server_port
        self.netloc = f"127.0.0.1:{self.port}"
        self.url = f"http{'s' if ssl_context else ''}://{self.netloc}"

    def _serve(self, connection: Any, _: Any) -> None:
        file = connection.makefile("rb")
        with suppress(OSError):
            while head := read_head(file):
                self.sent.append(head)  # in case no body comes, though one is announced
                request = self.sent[-1] = head + read_body(file, head)
                target = request.split(b" ", 2)[1].decode("latin-1")
                answer = self.answers.get(target.partition("?")[0], sized())
                answer = answer(request) if callable(answer) else answer
                if request.startswith(b"HEAD "):
                    answer = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                connection.sendall(answer)
                if b"\r\nConnection: close\r\n" in answer:
                    break
        connection.close()


def read_head(file: Any) -> bytes:
    """Nothing at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (line := file.readline()):
        head += line
    return head


def read_body(file: Any, head: bytes) -> bytes:
    """With all its framing."""
    if re.search(rb"\r\ntransfer-encoding: *chunked\r\n", head, re.IGNORECASE):
        body = b""
        while not body.endswith(b"0\r\n\r\n") and (line := file.readline()):
            body += line
        return body
    length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", head, re.IGNORECASE)
    return bytes(file.read(int(length[1]) if length else 0))


def described(request: bytes) -> list[str]:
    """The request line, the header's lines in alphabetical order, and the body, without what is random."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    text = "\n".join([line, *sorted(headers), "", body.decode("latin-1")])
    if boundary := re.search(r"boundary=(\S+)", text):
        text = text.replace(boundary[1], "BOUNDARY")
        text = re.sub(r"(?<=\nContent-Length: )\d+", "<length of the form>", text)
    text = re.sub(r'\b(response|cnonce)="[0-9a-f]+"', r'\1="<random>"', text)
    return text.split("\n")


def without_ports(text: str, names: Mapping[int, str]) -> str:
    """`text` with each port replaced by its name, but not where its digits are part of a longer number."""
    ports = re.compile(r"(?<![0-9])(?:" + "|".join(map(str, names)) + r")(?![0-9])")
    return ports.sub(lambda match: names[int(match.group())], text)
