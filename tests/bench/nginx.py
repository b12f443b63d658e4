"""An nginx of our own, on a free port, with one worker on a core of its own."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log warn;
worker_rlimit_nofile 65536;
events {{ worker_connections 30000; multi_accept on; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=16384;
        listen 127.0.0.1:{tls_port} ssl backlog=16384;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        location = / {{ default_type text/plain; return 200 "Hello, this is a small body.\\n"; }}
        location = /item.json {{ default_type application/json; return 200 '{item}'; }}
        location = /status {{ stub_status; }}
    }}
}}
"""
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
ITEM = json.dumps(
    {"id": 4711, "name": "a thing of value", "tags": ["red", "round", "rare"], "price": 12.5, "note": ""}
)
ITEM = ITEM[:-2] + "x" * (200 - len(ITEM)) + ITEM[-2:]
"""A JSON body of 200 bytes."""


class Nginx:
    """`with Nginx(core) as server:` serves a small body at `server.url` and counts what it serves.

    The same at `server.tls_url`; `server.authorities` is a file with who signed that, behind all that Debian trusts.
    """

    def __init__(self, core: int | None) -> None:
        self._core = core
        self._asked = 0
        self._folder = Path(tempfile.mkdtemp(prefix="bench-nginx-"))
        with socket.socket() as probe, socket.socket() as tls_probe:
            probe.bind(("127.0.0.1", 0))
            tls_probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
            self._tls_port: int = tls_probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls_url = f"https://127.0.0.1:{self._tls_port}"
        self.authorities = self._folder / "authorities.pem"

    def __enter__(self) -> Nginx:
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=self._folder, port=self.port, tls_port=self._tls_port, item=ITEM)
        )
        self._make_certificate()
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [
            program,
            "-p",
            str(self._folder),
            "-c",
            str(configuration),
            "-e",
            str(self._folder / "error.log"),
        ]
        if self._core is not None:
            command = ["taskset", "-c", str(self._core), *command]
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.requests()
                return self
            except OSError:
                time.sleep(0.02)
        self._process.kill()
        raise RuntimeError(f"nginx did not start: {(self._folder / 'error.log').read_text()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_certificate(self) -> None:
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench"
        names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
        subprocess.run([*command.split(), *names], cwd=self._folder, check=True, capture_output=True)
        trusted = AUTHORITIES.read_text() if AUTHORITIES.exists() else ""
        self.authorities.write_text(trusted + (self._folder / "cert.pem").read_text())

    def requests(self) -> int:
        """Requests served since the start, without the questions for this number itself."""
        status = self._status()
        served = re.search(r"^\s*\d+\s+\d+\s+(\d+)", status, re.MULTILINE)
        assert served is not None
        return int(served[1]) - self._asked

    def connections(self) -> int:
        """Connections open at present, without the one that asks."""
        active = re.search(r"Active connections: (\d+)", self._status())
        assert active is not None
        return int(active[1]) - 1

    def _status(self) -> str:
        with urllib.request.urlopen(self.url + "/status", timeout=10) as answer:
            body: bytes = answer.read()
        self._asked += 1
        return body.decode()

    def await_connections(self, wanted: int, limit_s: float) -> int:
        """Wait until so many are open; the number then, another one if they do not come in time."""
        deadline = time.monotonic() + limit_s
        while (found := self.connections()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        return found
