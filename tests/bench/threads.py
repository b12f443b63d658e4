"""What a second core and a second I/O thread are worth: requests per second of generator and server together.

Where the machine has two cores only, the server takes its part of them. So it takes its part everywhere: what is
compared are the same two processes on one core and on two. The server does next to nothing, and less than any other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass

from generators import BenchmarkError, Run, failures_in, locust_like, our_binary, require
from instant_server import InstantServer
from report import Requirement, busy_s, conclude, surroundings, table

USERS = 100
SERVER_THREADS = 2
LEAST_SPEED_UP = 1.6


@dataclass(frozen=True)
class Layout:
    name: str
    cores: str
    io_threads: int
    """0: the program chooses."""
    server_cores: str = ""
    """Empty: the same."""


ONE_CORE = Layout("one core, one I/O thread", "0", 1)
ONE_THREAD = Layout("two cores, one I/O thread", "0,1", 1)
TWO_THREADS = Layout("two cores, two I/O threads", "0,1", 2)
CHOSEN = Layout("two cores, --io-threads not given", "0,1", 0)
APART = Layout("one core, the server on the other", "0", 1, "1")
LAYOUTS = [ONE_CORE, ONE_THREAD, TWO_THREADS, CHOSEN, APART]


@dataclass(frozen=True)
class Result:
    requests_per_s: float
    generator_us: float
    server_us: float
    used_share: float
    """Of the cores, what the two processes got: the rest idled or was others'."""
    others_share: float
    """Of all cores, what other processes used."""


def command(layout: Layout) -> tuple[str, ...]:
    chosen = ("--io-threads", str(layout.io_threads)) if layout.io_threads else ()
    return (*locust_like("", our_binary(), "http_user.py").command, *chosen)


def measure(layout: Layout, window_s: float) -> Result:
    with InstantServer(layout.server_cores or layout.cores, SERVER_THREADS) as server:
        values = {"{url}": server.url, "{users}": str(USERS), "{seconds}": "600"}
        filled = [values.get(part, part) for part in command(layout)]
        with Run(["taskset", "-c", layout.cores, *filled]) as run:
            run.await_text("All users spawned", 60)
            time.sleep(1.0)
            began, busy = time.monotonic(), busy_s()
            requests, cpu_s, server_cpu_s = server.requests(), run.cpu_s(), server.cpu_s()
            time.sleep(window_s)
            run.check_alive()
            requests, cpu_s = server.requests() - requests, run.cpu_s() - cpu_s
            server_cpu_s = server.cpu_s() - server_cpu_s
            elapsed_s, busy = time.monotonic() - began, busy_s() - busy
            output = run.end()
    if requests < 100:
        raise BenchmarkError(f"{layout.name}: {requests} requests in {elapsed_s:.1f} s\n{output[-2000:]}")
    if failures_in(output) != 0:
        raise BenchmarkError(f"{layout.name}: the generator reported failures\n{output[-2000:]}")
    used_s = cpu_s + server_cpu_s
    return Result(
        requests / elapsed_s,
        cpu_s / requests * 1e6,
        server_cpu_s / requests * 1e6,
        used_s / elapsed_s / len({*layout.cores, *layout.server_cores} - {","}),
        max(busy - used_s, 0) / elapsed_s / (os.cpu_count() or 1),
    )


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    if (os.cpu_count() or 1) < 2:
        raise BenchmarkError("the machine has one core")
    rounds, window_s = options.rounds or (3 if options.quick else 5), 2.0 if options.quick else 4.0
    print(surroundings())
    print(
        f"\n{USERS} users without waits, {rounds} rounds of {window_s:.0f} s each; generator and server (with "
        f"{SERVER_THREADS} threads) on the same cores, but for the last:"
    )
    print("  taskset -c CORES " + " ".join(command(TWO_THREADS)).format(url="URL", users=USERS, seconds=600))
    results: dict[Layout, list[Result]] = {layout: [] for layout in LAYOUTS}
    for number in range(rounds):
        turn = number % len(LAYOUTS)
        for layout in LAYOUTS[turn:] + LAYOUTS[:turn]:
            result = measure(layout, window_s)
            results[layout].append(result)
            print(f"round {number + 1}: {layout.name:45} {result.requests_per_s:8.0f} requests/s", flush=True)

    def middle(layout: Layout, figure: str) -> float:
        return statistics.median(getattr(result, figure) for result in results[layout])

    base = middle(ONE_CORE, "requests_per_s")
    rows = [
        [
            layout.name,
            f"{middle(layout, 'requests_per_s'):.0f}",
            f"{middle(layout, 'requests_per_s') / base:.2f}",
            f"{middle(layout, 'generator_us'):.1f}",
            f"{middle(layout, 'server_us'):.1f}",
            f"{middle(layout, 'used_share'):.0%}",
        ]
        for layout in LAYOUTS
    ]
    print()
    print(
        table(
            ["", "requests/s", "times", "generator us", "server us", "of its cores"],
            rows,
        )
    )
    others = statistics.median(result.others_share for each in results.values() for result in each)
    print(f"meanwhile others used {others:.0%} of all cores")
    scaled = 2 * middle(APART, "generator_us") / middle(TWO_THREADS, "generator_us")
    print(f"by the generator's processor time alone, two full cores are {scaled:.2f} times one")
    return conclude(
        [
            Requirement(
                f"{ONE_CORE.name} / {TWO_THREADS.name}",
                base / middle(TWO_THREADS, "requests_per_s"),
                1 / LEAST_SPEED_UP,
            )
        ],
        options.json,
        {layout.name: [vars(result) for result in each] for layout, each in results.items()},
    )
