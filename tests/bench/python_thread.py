"""Time of the Python thread per request: a plain request, one with a `request` listener, one whose JSON is read."""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from generators import BenchmarkError, Generator, Run, failures_in, locust_like, our_binary, require
from instructions import print_counts
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 100
GENERATOR_CORE, SERVER_CORE = 0, 1
PLAIN, LISTENER, READER = "plain request", "with one listener", "status and json() read"
LISTENER_LIMIT_US, READER_LIMIT_US = 3.0, 10.0


def generators() -> list[Generator]:
    models = {PLAIN: "http_user.py", LISTENER: "listening_user.py", READER: "reading_user.py"}
    return [locust_like(name, our_binary(), model) for name, model in models.items()]


def python_thread_s(run: Run) -> float:
    """Processor time of the main thread, the only one that runs Python: user and system, by the scheduler's clock."""
    pid = run.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def measure(generator: Generator, server: Nginx, window_s: float) -> float:
    """Microseconds of the Python thread per request, between two moments in which all users are at work."""
    with Run(generator.fill(url=server.url, users=USERS, seconds=600), GENERATOR_CORE) as run:
        run.await_text("All users spawned", 60)
        time.sleep(1.0)
        server.await_connections(USERS, 20)
        requests, busy_s = server.requests(), python_thread_s(run)
        time.sleep(window_s)
        run.check_alive()
        busy_s, requests = python_thread_s(run) - busy_s, server.requests() - requests
        output = run.end()
    if requests < 100 or failures_in(output) != 0:
        raise BenchmarkError(f"{generator.name}: {requests} requests\n{output[-2000:]}")
    return busy_s / requests * 1e6


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    rounds, window_s = options.rounds or (3 if options.quick else 7), 2.0 if options.quick else 4.0
    chosen = generators()
    print(surroundings())
    if options.instructions:
        print_counts(chosen, USERS)
        return 0
    print(
        f"\n{USERS} users without waits, {rounds} rounds of {window_s:.0f} s each on core {GENERATOR_CORE}:"
    )
    costs: dict[str, list[float]] = {generator.name: [] for generator in chosen}
    with Nginx(SERVER_CORE) as server:
        for number in range(rounds):
            turn = number % len(chosen)
            for generator in chosen[turn:] + chosen[:turn]:
                costs[generator.name].append(measure(generator, server, window_s))
    middle = {name: statistics.median(values) for name, values in costs.items()}
    rows = [
        [name, f"{middle[name]:.2f}", f"{min(values):.2f}", f"{max(values):.2f}"]
        for name, values in costs.items()
    ]
    print()
    print(table(["us of the Python thread per request", "median", "min", "max"], rows))
    return conclude(
        [
            Requirement(
                "a request listener adds", middle[LISTENER] - middle[PLAIN], LISTENER_LIMIT_US, "us "
            ),
            Requirement("status_code and json() of 200 bytes", middle[READER], READER_LIMIT_US, "us "),
        ],
        options.json,
        {"python_thread_us": costs},
    )
