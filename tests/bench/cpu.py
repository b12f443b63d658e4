"""CPU time per request of four generators, by turns, against one nginx."""

from __future__ import annotations

import argparse
import statistics
import time

from generators import (
    BenchmarkError,
    Generator,
    Run,
    failures_in,
    locust_like,
    oracle,
    our_binary,
    require,
)
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 100
GENERATOR_CORE, SERVER_CORE = 0, 1
OURS, HTTP_USER, FAST_HTTP_USER, WRK = "locust-nest", "Locust HttpUser", "Locust FastHttpUser", "wrk"
LONG_S = 600


def generators() -> list[Generator]:
    return [
        locust_like(OURS, our_binary(), "http_user.py"),
        locust_like(HTTP_USER, oracle(), "http_user.py"),
        locust_like(FAST_HTTP_USER, oracle(), "fast_http_user.py"),
        Generator(WRK, ("wrk", "-t", "1", "-c", "{users}", "-d", "{seconds}", "{url}/")),
    ]


def measure(generator: Generator, server: Nginx, warm_up_s: float, window_s: float) -> tuple[float, float]:
    """(CPU microseconds per request, requests per second) within a window in which all users are at work.

    Both ends of the window are read from outside: the CPU time from /proc, the requests from the server. What
    start and end cost is left out, and so is what the generator believes of itself."""
    command = generator.fill(url=server.url, users=USERS, seconds=LONG_S)
    with Run(command, GENERATOR_CORE) as run:
        if generator.name != WRK:
            run.await_text("All users spawned", 60)
        time.sleep(warm_up_s)
        connections = server.await_connections(USERS, 20)
        run.check_alive()
        began, requests, cpu_s = time.monotonic(), server.requests(), run.cpu_s()
        time.sleep(window_s)
        run.check_alive()
        cpu_s = run.cpu_s() - cpu_s
        requests = server.requests() - requests
        elapsed_s = time.monotonic() - began
        output = run.end()
    if requests < 100:
        raise BenchmarkError(
            f"{generator.name} made {requests} requests in {elapsed_s:.1f} s\n{output[-2000:]}"
        )
    if connections != USERS:
        raise BenchmarkError(f"{generator.name} held {connections} connections for {USERS} users")
    if generator.name != WRK and failures_in(output) != 0:
        raise BenchmarkError(f"{generator.name} reported failures\n{output[-2000:]}")
    return cpu_s / requests * 1e6, requests / elapsed_s


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary(), oracle())
    rounds, window_s = options.rounds or (3 if options.quick else 7), 2.0 if options.quick else 5.0
    chosen = generators()
    print(surroundings())
    print(
        f"\n{USERS} users without waits, {rounds} rounds of {window_s:.0f} s each, generator on core", end=" "
    )
    print(f"{GENERATOR_CORE}, server on core {SERVER_CORE}:")
    for generator in chosen:
        print("  " + " ".join(generator.fill(url="URL", users=USERS, seconds=LONG_S)))
    costs: dict[str, list[float]] = {generator.name: [] for generator in chosen}
    rates: dict[str, list[float]] = {generator.name: [] for generator in chosen}
    with Nginx(SERVER_CORE) as server:
        for number in range(rounds):
            turn = number % len(chosen)
            for generator in chosen[turn:] + chosen[:turn]:
                cost_us, rate = measure(generator, server, 1.0 if options.quick else 2.0, window_s)
                costs[generator.name].append(cost_us)
                rates[generator.name].append(rate)
                print(
                    f"round {number + 1}: {generator.name:20} {cost_us:8.1f} us {rate:10.0f} requests/s",
                    flush=True,
                )
    middle = {name: statistics.median(values) for name, values in costs.items()}
    rows = [
        [
            name,
            f"{middle[name]:.1f}",
            f"{min(values):.1f}",
            f"{max(values):.1f}",
            f"{statistics.median(rates[name]):.0f}",
            f"{middle[OURS] / middle[name]:.3f}",
            f"{middle[name] / middle[OURS]:.2f}",
        ]
        for name, values in costs.items()
    ]
    print()
    print(table(["CPU us per request", "median", "min", "max", "requests/s", "ours / it", "it / ours"], rows))
    return conclude(
        [
            Requirement(f"{OURS} / {HTTP_USER}", middle[OURS] / middle[HTTP_USER], 1 / 9),
            Requirement(f"{OURS} / {FAST_HTTP_USER}", middle[OURS] / middle[FAST_HTTP_USER], 1 / 2.2),
        ],
        options.json,
        {"cpu_us_per_request": costs, "requests_per_s": rates},
    )
