"""CPU time per request of a generator at work, from outside: time from /proc, requests from the server."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generators import BenchmarkError, Generator, Run
from nginx import Nginx
from report import busy_s

GENERATOR_CORE, SERVER_CORE = 0, 1
LONG_S = 600
FEWEST_REQUESTS, LEAST_CPU_S = 100, 0.2
"""Fewer of either say nothing: the clock ticks a hundred times a second."""


@dataclass(frozen=True)
class Load:
    """What a generator is asked for, and for how long it is watched."""

    users: int = 100
    closing: bool = False
    """Each request has a connection of its own."""
    warm_up_s: float = 1.0
    window_s: float = 2.0


@dataclass(frozen=True)
class Cost:
    us_per_request: float
    requests_per_s: float
    core_share: float
    """Of the generator's core, which it had to itself."""
    others_share: float
    """Of all cores' time in the window, what neither the generator nor the server used."""


@dataclass(frozen=True)
class Reading:
    at: float
    cpu_s: float
    server_cpu_s: float
    busy_s: float
    connections: int
    requests: int


def read(run: Run, server: Nginx, clock: Callable[[Run], float]) -> Reading:
    # The server takes a while to answer when it is busy: the middle of that is when it counted, give or take.
    began, cpu_s = time.monotonic(), clock(run)
    counts = server.counts()
    at, cpu_s = (began + time.monotonic()) / 2, (cpu_s + clock(run)) / 2
    return Reading(at, cpu_s, server.cpu_s(), busy_s(), counts.connections, counts.requests)


def measure(
    generator: Generator,
    server: Nginx,
    url: str,
    load: Load,
    clock: Callable[[Run], float] = Run.cpu_s,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """The cost within a window in which all users are at work, so that neither start nor end is in it. Raises
    BenchmarkError if a request failed, or if there were fewer connections than users."""
    connect_s = 1.0 + load.users / 2000
    seconds = LONG_S if generator.end else math.ceil(connect_s + load.warm_up_s + load.window_s + 3)
    command = generator.fill(url=url, users=load.users, seconds=seconds)
    if (left := server.await_connections(0, 20)) != 0:
        raise BenchmarkError(f"{left} connections are left of the run before")
    with Run(command, GENERATOR_CORE, generator.end, environment) as run:
        if generator.ready:
            run.await_text(generator.ready, 60)
        if not load.closing:
            await_all(generator, server, load.users, connect_s + 20)
        time.sleep(load.warm_up_s)
        run.check_alive()
        first = read(run, server, clock)
        time.sleep(load.window_s)
        run.check_alive()
        last = read(run, server, clock)
        if not load.closing:
            await_all(generator, server, load.users, 1.0)
        output = run.end()
    requests, connections = last.requests - first.requests, last.connections - first.connections
    elapsed_s, cpu_s = last.at - first.at, last.cpu_s - first.cpu_s
    if requests < FEWEST_REQUESTS or cpu_s < LEAST_CPU_S:
        raise BenchmarkError(
            f"{generator.name} made {requests} requests in {cpu_s:.2f} s of CPU\n{output[-2000:]}"
        )
    if load.closing and abs(connections - requests) > load.users:
        raise BenchmarkError(f"{generator.name} made {requests} requests on {connections} connections")
    if generator.failures(output) != 0:
        raise BenchmarkError(f"{generator.name} reported failures, or no result\n{output[-2000:]}")
    others_s = last.busy_s - first.busy_s - cpu_s - (last.server_cpu_s - first.server_cpu_s)
    return Cost(
        cpu_s / requests * 1e6,
        requests / elapsed_s,
        cpu_s / elapsed_s,
        max(others_s, 0) / elapsed_s / (os.cpu_count() or 1),
    )


def await_all(generator: Generator, server: Nginx, users: int, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while (connections := server.connections()) < users:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{generator.name} held {connections} connections for {users} users")
        time.sleep(0.1)
