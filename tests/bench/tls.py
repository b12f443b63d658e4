"""What TLS costs: CPU per request on open connections, and ten thousand users with a connection each."""

from __future__ import annotations

import argparse
import os
import statistics
import time

from cpu import GENERATOR_CORE, LONG_S, SERVER_CORE
from cpu import USERS as FEW_USERS
from generators import BenchmarkError, Generator, Run, failures_in, locust_like, our_binary, require
from memory import allow_files
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 10_000
RATIO_LIMIT, RSS_LIMIT_KB = 1.3, 120.0
CONNECT_LIMIT_S = 60


def generator(user_class: str) -> Generator:
    base = locust_like("locust-nest", our_binary(), "tls_user.py")
    return Generator(base.name, (*base.command, user_class))


def cost_us(server: Nginx, url: str, warm_up_s: float, window_s: float) -> float:
    """CPU microseconds per request within a window in which all connections are open; see cpu.py."""
    with Run(generator("Requester").fill(url=url, users=FEW_USERS, seconds=LONG_S), GENERATOR_CORE) as run:
        run.await_text("All users spawned", 60)
        time.sleep(warm_up_s)
        if (connections := server.await_connections(FEW_USERS, 20)) != FEW_USERS:
            raise BenchmarkError(f"{connections} connections for {FEW_USERS} users of {url}")
        requests, cpu_s = server.requests(), run.cpu_s()
        time.sleep(window_s)
        run.check_alive()
        cpu_s, requests = run.cpu_s() - cpu_s, server.requests() - requests
        if failures_in(run.end()) != 0 or requests < 100:
            raise BenchmarkError(f"{requests} requests to {url}, or failures\n{run.output()[-2000:]}")
    return cpu_s / requests * 1e6


def crowd(server: Nginx, url: str, users: int) -> tuple[float, float, float]:
    """(bytes resident, CPU seconds, seconds) until each of so many users has its connection and its answer."""
    asked = server.requests()
    with Run(generator("Idler").fill(url=url, users=users, seconds=3600)) as run:
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
    users, rounds = options.users or USERS, options.rounds or (3 if options.quick else 7)
    warm_up_s, window_s = (1.0, 2.0) if options.quick else (2.0, 4.0)
    print(surroundings())
    print(f"\n{FEW_USERS} users on open connections, {rounds} rounds of {window_s:.0f} s each:", flush=True)
    costs: dict[str, list[float]] = {"plain": [], "TLS": []}
    with Nginx(SERVER_CORE) as server:
        os.environ["BENCH_AUTHORITIES"] = str(server.authorities)
        urls = {"plain": server.url, "TLS": server.tls_url}
        for number in range(rounds):
            for kind in ("plain", "TLS") if number % 2 == 0 else ("TLS", "plain"):
                costs[kind].append(cost_us(server, urls[kind], warm_up_s, window_s))
                print(f"round {number + 1}: {kind:6} {costs[kind][-1]:8.1f} us", flush=True)
    print(f"{users} users over TLS, each with one request and then idle:", flush=True)
    with Nginx(None) as server:
        os.environ["BENCH_AUTHORITIES"] = str(server.authorities)
        rss, cpu_s, taken_s = crowd(server, server.tls_url, users)
    rows = [
        [kind, *(f"{figure(cost):.1f} us" for figure in (statistics.median, min, max))]
        for kind, cost in costs.items()
    ]
    print()
    print(table(["CPU per request", "median", "min", "max"], rows))
    print(
        f"{users} users over TLS: {rss / users / 1024:.1f} KB resident each, {cpu_s / users * 1e6:.0f} us of CPU each "
        f"until the first answer, all answered in {taken_s:.1f} s"
    )
    ratio = statistics.median(costs["TLS"]) / statistics.median(costs["plain"])
    return conclude(
        [
            Requirement("CPU of a request over TLS / plain", ratio, RATIO_LIMIT),
            Requirement("resident memory per user over TLS", rss / users / 1024, RSS_LIMIT_KB, "KB "),
        ],
        options.json,
        {"cpu_us_per_request": costs, "rss_bytes": rss, "cpu_s": cpu_s, "taken_s": taken_s},
    )
