"""What TLS costs in memory, and to connect: ten thousand users with a connection each."""

from __future__ import annotations

import argparse
import time

from generators import BenchmarkError, Run, failures_in, locust_like, our_binary, require
from memory import allow_files
from nginx import Nginx
from report import Requirement, conclude, surroundings

USERS = 10_000
RSS_LIMIT_KB = 120.0
CONNECT_LIMIT_S = 60


def crowd(server: Nginx, users: int) -> tuple[float, float, float]:
    """(bytes resident, CPU seconds, seconds) until each of so many users has its connection and its answer."""
    asked = server.requests()
    url, environment = server.tls_url, {"BENCH_AUTHORITIES": str(server.authorities)}
    command = locust_like("locust-nest", our_binary(), "tls_user.py", "Idler").fill(
        url=url, users=users, seconds=3600
    )
    with Run(command, environment=environment) as run:
        begun = run.await_text("Ramping to", 60)
        cpu_s = run.cpu_s()
        deadline = begun + CONNECT_LIMIT_S
        while server.requests() - asked < users:
            run.check_alive()
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{server.requests() - asked} of {users} users had an answer in time")
            time.sleep(0.2)
        taken_s, cpu_s = time.monotonic() - begun, run.cpu_s() - cpu_s
        time.sleep(2.0)
        if (connections := server.await_connections(users, 10)) != users:
            raise BenchmarkError(f"{connections} connections for {users} users of {url}")
        rss = run.rss_bytes()
        output = run.end()
    if failures_in(output) != 0 or (counted := server.requests() - asked) != users:
        raise BenchmarkError(
            f"nginx counted {counted} requests of {users} users, or failures\n{output[-2000:]}"
        )
    return rss, cpu_s, taken_s


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    allow_files()
    users = options.users or USERS
    print(surroundings())
    print(f"\n{users} users over TLS, each with one request and then idle:", flush=True)
    with Nginx(None) as server:
        rss, cpu_s, taken_s = crowd(server, users)
    print(
        f"{rss / users / 1024:.1f} KB resident each, {cpu_s / users * 1e6:.0f} us of CPU each "
        f"until the first answer, all answered in {taken_s:.1f} s"
    )
    return conclude(
        [Requirement("resident memory per user over TLS", rss / users / 1024, RSS_LIMIT_KB, "KB ")],
        options.json,
        {"rss_bytes": rss, "cpu_s": cpu_s, "taken_s": taken_s},
    )
