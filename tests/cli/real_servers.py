"""Web servers that people run, each on ports of its own, with the same pages.

/page is 10 KB of text, /missing is not there, and what else a server can is said in `Server`. Each tells afterwards
which connections it had.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_S = 10
PAGE = "".join(f"{number:9}\n" for number in range(1024))

# What is spoken at a port: HTTP/1.1, TLS with the choice between that and HTTP/2, HTTP/2 without TLS.
PLAIN, TLS, CLEAR = "plain", "tls", "clear"


@dataclass(frozen=True)
class Server:
    """`start` gets a folder with the pages, the certificate and its key, and the ports, and returns commands."""

    program: str
    start: Callable[[Path, Mapping[str, int]], list[list[str]]]
    kinds: tuple[str, ...] = (PLAIN, TLS, CLEAR)
    compresses: bool = True
    echoes: bool = False
    # The answer to a POST to /page if there is no echo.
    post_status: int = 405
    # Of the log: a connection by its protocol and the ports of both ends, or its number.
    connection: re.Pattern[str] = field(default=re.compile(r"^(\S+) (\d+ \d+)$", re.MULTILINE))

    def path(self) -> str | None:
        return shutil.which(self.program) or shutil.which(f"/usr/sbin/{self.program}")


class Running:
    def __init__(self, server: Server, folder: Path, ports: Mapping[str, int]) -> None:
        self.server, self._folder = server, folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.urls = {
            kind: f"{'https' if kind == TLS else 'http'}://127.0.0.1:{port}" for kind, port in ports.items()
        }

    def stop(self) -> None:
        """End it, so that its logs are complete."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def connections(self) -> dict[str, int]:
        """How many there were with each protocol, HTTP/1.1 or HTTP/2. After stop()."""
        found: set[tuple[str, ...]] = set()
        for log in self._folder.glob("*.log"):
            for match in self.server.connection.finditer(log.read_text()):
                found.add((log.name, *match.groups()))
        protocols = ["HTTP/1.1" if protocol == "HTTP/1.1" else "HTTP/2" for _, protocol, _ in found]
        return {protocol: protocols.count(protocol) for protocol in set(protocols)}


@contextmanager
def running(server: Server, folder: Path) -> Iterator[Running]:
    """`server`, which answers at all its ports. Its logs are FOLDER/*.log."""
    folder.chmod(0o755)  # some servers give up their rights
    _make_certificate(folder)
    pages = folder / "pages"
    pages.mkdir()
    (pages / "page").write_text(PAGE)
    ports = _free_ports(server.kinds)
    made = Running(server, folder, ports)
    try:
        for number, command in enumerate(server.start(folder, ports)):
            with (folder / f"output-{number}.log").open("wb") as output:
                made.processes.append(
                    subprocess.Popen(
                        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
                    )
                )
        for port in ports.values():
            _await_port(port, made.processes, folder)
        yield made
    finally:
        made.stop()


def _free_ports(kinds: tuple[str, ...]) -> dict[str, int]:
    with ExitStack() as stack:
        probes = {kind: stack.enter_context(socket.socket()) for kind in kinds}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {kind: probe.getsockname()[1] for kind, probe in probes.items()}


def _await_port(port: int, processes: list[subprocess.Popen[bytes]], folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=START_S).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    output = "\n".join(log.read_text(errors="replace") for log in folder.glob("*.log"))
    raise RuntimeError(f"nobody listens at port {port}: {output}")


def _make_certificate(folder: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        [
            *command.split(),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def _nginx(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    (folder / "nginx.conf").write_text(
        f"""
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    log_format connections '$server_protocol $server_port $remote_port';
    access_log {folder}/access.log connections;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/plain;
    gzip on;
    gzip_types text/plain;
    server {{
        listen 127.0.0.1:{ports[PLAIN]};
        listen 127.0.0.1:{ports[TLS]} ssl http2;
        listen 127.0.0.1:{ports[CLEAR]} http2;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/pages;
    }}
}}
"""
    )
    return [["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]]


def _apache(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    modules = "mpm_event authz_core dir mime deflate filter ssl http2"
    loaded = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules.split()
    )
    (folder / "apache.conf").write_text(
        f"""
{loaded}
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/pid
DefaultRuntimeDir {folder}
Mutex pthread
ErrorLog {folder}/errors
TypesConfig /dev/null
LogFormat "%H %{{local}}p %{{remote}}p" connections
CustomLog {folder}/access.log connections
Listen 127.0.0.1:{ports[PLAIN]}
Listen 127.0.0.1:{ports[TLS]}
Listen 127.0.0.1:{ports[CLEAR]}
StartServers 1
User #65534
Group #65534
DocumentRoot {folder}/pages
<Directory {folder}/pages>
    Require all granted
    ForceType text/plain
</Directory>
AddOutputFilterByType DEFLATE text/plain
Protocols http/1.1
<VirtualHost 127.0.0.1:{ports[TLS]}>
    SSLEngine on
    SSLCertificateFile {folder}/cert.pem
    SSLCertificateKeyFile {folder}/key.pem
    Protocols h2 http/1.1
</VirtualHost>
<VirtualHost 127.0.0.1:{ports[CLEAR]}>
    Protocols h2c http/1.1
</VirtualHost>
"""
    )
    return [["apache2", "-X", "-f", str(folder / "apache.conf")]]


def _h2o(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    (folder / "h2o.yaml").write_text(
        f"""
listen: {{host: 127.0.0.1, port: {ports[PLAIN]}}}
listen: {{host: 127.0.0.1, port: {ports[CLEAR]}}}
listen:
  host: 127.0.0.1
  port: {ports[TLS]}
  ssl: {{certificate-file: {folder}/cert.pem, key-file: {folder}/key.pem}}
num-threads: 1
access-log: {{path: {folder}/access.log, format: "%H %{{local}}p %{{remote}}p"}}
compress: [gzip]
file.mime.setdefaulttype: text/plain
hosts:
  default:
    paths: {{/: {{file.dir: {folder}/pages}}}}
"""
    )
    return [["h2o", "-c", str(folder / "h2o.yaml")]]


def _node(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    (folder / "server.mjs").write_text(
        """
import fs from 'node:fs'; import http from 'node:http'; import http2 from 'node:http2'; import zlib from 'node:zlib';
const page = fs.readFileSync('pages/page'), packed = zlib.gzipSync(page);
const { plain, tls, clear } = JSON.parse(process.argv[2]);
function answer(request, response) {
  console.log(`HTTP/${request.httpVersion} ${request.socket.localPort} ${request.socket.remotePort}`);
  if (request.url !== '/page') { response.writeHead(404); return response.end(); }
  if (request.method === 'POST') return request.pipe(response);
  const packs = /gzip/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, { 'content-type': 'text/plain', ...(packs ? { 'content-encoding': 'gzip' } : {}) });
  response.end(packs ? packed : page);
}
const keys = { allowHTTP1: true, key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') };
http.createServer(answer).listen(plain, '127.0.0.1');
http2.createSecureServer(keys, answer).listen(tls, '127.0.0.1');
http2.createServer(answer).listen(clear, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
"""
    )
    return [["node", "server.mjs", json.dumps(dict(ports))]]


def _nghttpd(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    common = ["-v", "-a", "127.0.0.1", "-d", str(folder / "pages"), "--echo-upload"]
    return [
        ["nghttpd", *common, str(ports[TLS]), "key.pem", "cert.pem"],
        ["nghttpd", *common, "--no-tls", str(ports[CLEAR])],
    ]


def _caddy(folder: Path, ports: Mapping[str, int]) -> list[list[str]]:
    def site(kind: str) -> str:
        return f"""
    bind 127.0.0.1
    log {{
        output file {folder}/access-{kind}.log
    }}
    root * {folder}/pages
    header /page Content-Type text/plain
    encode gzip
    file_server
"""

    (folder / "Caddyfile").write_text(
        f"""
{{
    admin off
    auto_https off
    servers 127.0.0.1:{ports[CLEAR]} {{
        protocols h1 h2c
    }}
    servers 127.0.0.1:{ports[TLS]} {{
        protocols h1 h2
    }}
}}
http://127.0.0.1:{ports[PLAIN]} {{{site(PLAIN)}}}
http://127.0.0.1:{ports[CLEAR]} {{{site(CLEAR)}}}
https://127.0.0.1:{ports[TLS]} {{{site(TLS)}
    tls {folder}/cert.pem {folder}/key.pem
}}
"""
    )
    homes = [f"{name}={folder}" for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")]
    return [["env", *homes, "caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]]


SERVERS = {
    "nginx": Server("nginx", _nginx),
    "Apache": Server("apache2", _apache, post_status=200),
    "h2o": Server("h2o", _h2o),
    "Caddy": Server(
        "caddy",
        _caddy,
        post_status=200,
        connection=re.compile(r'^(?=.*?"proto":"([^"]+)").*?"remote_port":"(\d+)"', re.MULTILINE),
    ),
    "Node": Server("node", _node, echoes=True),
    "nghttpd": Server(
        "nghttpd",
        _nghttpd,
        kinds=(TLS, CLEAR),
        compresses=False,
        echoes=True,
        connection=re.compile(r"^(\[id=)(\d+)\].* recv HEADERS", re.MULTILINE),
    ),
}
