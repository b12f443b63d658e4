"""Servers beside the target: HTTPS, a proxy, and a protocol of text lines.

Run it as `python3 tests/support/side_servers.py FOLDER`; the first line on stdout is a JSON object that maps each
server to its port. FOLDER/server.pem is the certificate and key that the HTTPS servers use, signed by itself for
localhost and 127.0.0.1; clients may show the same one. FOLDER/misnamed.pem is for elsewhere.test.

    tls            the target server's pages over HTTPS
    mutual_tls     the same, for clients that show the certificate
    misnamed_tls   the same, with the certificate of another name
    expired_tls    the same, with one that has expired, FOLDER/expired.pem
    proxy          forwards absolute URIs and tunnels CONNECT; adds "Via: parity" to what it forwards
    lines          answers each line with itself in upper case; "fail" with "ERR no"; "hang up" closes
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from target_server import TargetServer

HOST = "127.0.0.1"


def make_certificate(folder: Path, file: str, names: str) -> Path:
    both, key, certificate = folder / file, folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


def make_expired_certificate(folder: Path, file: str, names: str) -> Path:
    both, key, request = folder / file, folder / "expired.key", folder / "expired.request"
    for command in (
        f"req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost "
        f"-addext subjectAltName={names} -keyout {key} -out {request}",
        f"x509 -req -in {request} -signkey {key} -days -1 -copy_extensions copy -out {both}",
    ):
        subprocess.run(["openssl", *command.split()], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + both.read_bytes())
    return both


def tls_context(certificate: Path, mutual: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate)
    return context


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request for each connection, which is all that a test of who is asked needs."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    method, target, _ = head.split("\r\n", 1)[0].split(" ")
    address = urlsplit(f"//{target}" if method == "CONNECT" else target)
    onward_reader, onward_writer = await asyncio.open_connection(address.hostname, address.port)
    if method == "CONNECT":
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        path = address.path or "/"
        own = f"{method} {path}{'?' + address.query if address.query else ''} HTTP/1.1"
        lines = [
            line
            for line in head.rstrip().split("\r\n")[1:]
            if not line.lower().startswith(("connection", "proxy-"))
        ]
        onward_writer.write(
            "\r\n".join([own, *lines, "Via: parity", "Connection: close", "", ""]).encode("latin-1")
        )
    await asyncio.gather(copy(reader, onward_writer), copy(onward_reader, writer))


async def lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := (await reader.readline()).decode().strip():
        if line == "hang up":
            break
        writer.write(b"ERR no\n" if line == "fail" else f"{line.upper()}\n".encode())
    writer.close()


async def main(folder: Path) -> None:
    certificate = make_certificate(folder, "server.pem", "DNS:localhost,IP:127.0.0.1")
    misnamed = make_certificate(folder, "misnamed.pem", "DNS:elsewhere.test")
    expired = make_expired_certificate(folder, "expired.pem", "DNS:localhost,IP:127.0.0.1")
    target = TargetServer()
    ports = {
        "tls": await target.start(HOST, 0, tls_context(certificate, mutual=False)),
        "mutual_tls": await target.start(HOST, 0, tls_context(certificate, mutual=True)),
        "misnamed_tls": await target.start(HOST, 0, tls_context(misnamed, mutual=False)),
        "expired_tls": await target.start(HOST, 0, tls_context(expired, mutual=False)),
    }
    servers = []
    for handler in (proxy, lines):
        servers.append(await asyncio.start_server(handler, HOST, 0))
        ports[handler.__name__] = servers[-1].sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(Path(sys.argv[1])))
