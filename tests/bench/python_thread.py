"""Time of the Python thread per request: plain, with a `request` listener, JSON read, a verdict, by FastHttpUser."""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from cost import GENERATOR_CORE, SERVER_CORE, Load, measure
from generators import Generator, Run, locust_like, our_binary, require
from instructions import print_counts
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 100
PLAIN, LISTENER, READER = "plain request", "with one listener", "status and json() read"
VERDICT, FAST = "a verdict in a with-block", "a plain request of FastHttpUser"
LISTENER_LIMIT_US, READER_LIMIT_US = 3.0, 10.0


def generators() -> list[Generator]:
    models = {PLAIN: "http_user.py", LISTENER: "listening_user.py", READER: "reading_user.py"}
    models[VERDICT], models[FAST] = "catching_user.py", "fast_http_user.py"
    return [locust_like(name, our_binary(), model) for name, model in models.items()]


def python_thread_s(run: Run) -> float:
    """Processor time of the main thread, the only one that runs Python: user and system, by the scheduler's clock."""
    pid = run.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


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
                cost = measure(generator, server, server.url, Load(USERS, window_s=window_s), python_thread_s)
                costs[generator.name].append(cost.us_per_request)
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
