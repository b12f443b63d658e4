"""More connections to one port than an address has ports."""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from generators import MODELS, BenchmarkError, Run, our_binary, require
from memory import allow_files
from report import Requirement, conclude, surroundings, table

USERS = 70_000
PROCESSES = 4
"""Of the generator; they, and the six of nginx, may have 20 000 descriptors each, whoever runs this."""
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 10)]
SPAWN_RATE = 500
"""Of each process."""
LIMIT_S = 600
ESTABLISHED = "01"
CONFIGURATION = """
daemon off;
user root;
pid {folder}/pid;
error_log stderr error;
worker_processes 6;
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; multi_accept on; }}
http {{
    access_log off;
    keepalive_timeout 3600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096 reuseport;
        location / {{ return 200 "ok"; }}
    }}
}}
"""


@contextmanager
def nginx() -> Iterator[int]:
    """Its port."""
    if (program := shutil.which("nginx") or shutil.which("/usr/sbin/nginx")) is None:
        raise BenchmarkError("nginx is not installed (scripts/setup --tests)")
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
        process = subprocess.Popen([program, "-p", folder, "-c", str(configuration), "-e", "stderr"])
        try:
            yield port
        finally:
            process.terminate()
            process.wait(60)


def connections_by_address(port: int) -> Counter[str]:
    """How many are established with this port, by the address that they come from."""
    found: Counter[str] = Counter()
    end = f":{port:04X}"
    with open("/proc/net/tcp") as lines:
        for line in lines:
            _, local, remote, state, *_ = line.split()
            if state == ESTABLISHED and remote.endswith(end):
                found[socket.inet_ntoa(bytes.fromhex(local[:8])[::-1])] += 1
    return found


def measure(users: int) -> dict[str, float]:
    each = users // PROCESSES
    load = ["-u", str(each), "-r", str(SPAWN_RATE), "--local-address", ",".join(ADDRESSES), "-H"]
    command = [str(our_binary()), "-f", str(MODELS / "idle_user.py"), "--headless", "--only-summary", *load]
    print("  " + " ".join([*command, "URL"]), flush=True)
    with nginx() as port, ExitStack() as stack:
        runs = [stack.enter_context(Run([*command, f"http://127.0.0.1:{port}"])) for _ in range(PROCESSES)]
        deadline = time.monotonic() + LIMIT_S
        while (found := connections_by_address(port)).total() < users and time.monotonic() < deadline:
            for run in runs:
                run.check_alive()
            time.sleep(2)
        if found.total() >= users:
            time.sleep(5)  # so that it is seen whether they stay
            found = connections_by_address(port)
        figures: dict[str, float] = {
            "connections to one port": found.total(),
            "addresses": len(found),
            "of one address, at most": max(found.values(), default=0),
            "resident of a process, MB": max(run.rss_bytes() for run in runs) // 1_000_000,
        }
        print(table(["", ""], [[name, str(value)] for name, value in figures.items()]))
        return figures


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    allow_files()
    users = options.users or USERS
    print(surroundings())
    print(f"\n{users} users in {PROCESSES} processes, each with a connection to the same port:")
    figures = measure(users)
    missing = users - figures["connections to one port"]
    requirements = [Requirement("connections that are missing", missing, 0)]
    return conclude(requirements, options.json, {"connections": figures})
