"""An nginx of our own, on a free port, with one worker on a core of its own."""

from __future__ import annotations

import json
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from generators import cpu_s_of

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log error;
worker_rlimit_nofile {files};
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
    reset_timedout_connection on;
    limit_req_zone $server_addr zone=never:1m rate=1r/m;
    server {{
        listen 127.0.0.1:{port} backlog=16384;
        listen 127.0.0.1:{tls_port} ssl backlog=16384;
        listen 127.0.0.1:{http2_port} ssl http2 backlog=16384;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        open_file_cache max=10;
        root {folder}/www;
        default_type text/plain;
        location = / {{ return 200 "Hello, this is a small body.\\n"; }}
        location = /10k/ {{ try_files /10k =404; }}
        location = /1m {{ }}
        location = /closing/ {{ keepalive_timeout 0; return 200 "Hello, this is a small body.\\n"; }}
        location = /cookie/ {{
            add_header Set-Cookie "session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly";
            return 200 "Hello, this is a small body.\\n";
        }}
        location = /new-cookie/ {{
            add_header Set-Cookie "session=$request_id; Path=/; HttpOnly";
            return 200 "Hello, this is a small body.\\n";
        }}
        location = /three-cookies/ {{
            add_header Set-Cookie "session=$request_id; Path=/; HttpOnly; Secure; SameSite=Lax";
            add_header Set-Cookie "XSRF-TOKEN=$request_id; Path=/; Max-Age=3600";
            add_header Set-Cookie "visit=$msec; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT";
            return 200 "Hello, this is a small body.\\n";
        }}
        location = /item.json {{ default_type application/json; return 200 '{item}'; }}
        location = /error {{ return 500 "out of order\\n"; }}
        location = /reset {{ return 444; }}
        location = /never {{ limit_req zone=never burst=1000000; try_files /10k =404; }}
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


SCHEMES = {"port": "http", "tls_port": "https", "http2_port": "https"}


@dataclass(frozen=True)
class Counts:
    """Since the start, but for the questions for these numbers themselves."""

    connections: int
    requests: int


class Nginx:
    """`with Nginx(core) as server:` serves a small body at `server.url` and counts what it serves.

    The same at `tls_url`, and at `http2_url` to whom speaks HTTP/2 over TLS; `authorities` is a file with who signed
    that, behind all that Debian trusts. Other paths, which end as the model's `/` goes on, or are asked for by name:

    * `/10k/`: 10 000 bytes; `/1m`: a megabyte; `/item.json`: 200 bytes of JSON
    * `/closing/`: the connection ends with the response; `/cookie/`: each response sets a cookie; `/new-cookie/`: with
      another value each time; `/three-cookies/`: three of them, with attributes of all kinds
    * `/error`: status 500; `/reset`: TCP's RST; `/never`: no response at all
    """

    def __init__(self, core: int | None) -> None:
        self._core = core
        self._asked = 0
        self._folder = Path(tempfile.mkdtemp(prefix="bench-nginx-"))
        self._ports = free_ports(*SCHEMES)
        self.url, self.tls_url, self.http2_url = (
            f"{scheme}://127.0.0.1:{self._ports[name]}" for name, scheme in SCHEMES.items()
        )
        self.authorities = self._folder / "authorities.pem"

    def __enter__(self) -> Nginx:
        configuration = self._folder / "nginx.conf"
        _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
        configuration.write_text(
            CONFIGURATION.format(folder=self._folder, files=files, item=ITEM, **self._ports)
        )
        self._make_certificate()
        (self._folder / "www").mkdir()
        (self._folder / "www" / "10k").write_bytes(b"0123456789" * 1000)
        (self._folder / "www" / "1m").write_bytes(b"0123456789abcdef" * 2**16)
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
                self._ask("/never")  # the first who asks has a response after all
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

    def cpu_s(self) -> float:
        return cpu_s_of(self._process.pid)

    def requests(self) -> int:
        return self.counts().requests

    def counts(self) -> Counts:
        accepted, _, served = re.findall(r"\d+", self._status().splitlines()[2])
        return Counts(int(accepted) - self._asked, int(served) - self._asked)

    def connections(self) -> int:
        """Connections open at present, without the one that asks."""
        return int(self._status().splitlines()[0].removeprefix("Active connections:")) - 1

    def _status(self) -> str:
        return self._ask("/status").decode()

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            body: bytes = answer.read()
        self._asked += 1
        return body

    def await_connections(self, wanted: int, limit_s: float) -> int:
        """Wait until so many are open; the number then, another one if they do not come in time."""
        deadline = time.monotonic() + limit_s
        while (found := self.connections()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        return found


def free_ports(*names: str) -> dict[str, int]:
    with ExitStack() as probes:
        sockets = {name: probes.enter_context(socket.socket()) for name in names}
        for probe in sockets.values():
            probe.bind(("127.0.0.1", 0))
        return {name: probe.getsockname()[1] for name, probe in sockets.items()}
