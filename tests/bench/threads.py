"""What a second core and a second I/O thread are worth.

A machine with two cores has none left for the server when the generator uses both. So the server does next to nothing,
and what is compared is how many requests full cores are good for: their number divided by the generator's processor
time per request, if it does fill them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from generators import TICKS_PER_S, BenchmarkError, Run, failures_in, locust_like, our_binary, require
from instant_server import InstantServer
from report import Requirement, busy_s, conclude, surroundings, table

USERS = 100
SERVER_THREADS = 2
LEAST_SPEED_UP = 1.6
MOST_IDLE = 0.05
MOST_OF_OTHERS = 0.1


@dataclass(frozen=True)
class Layout:
    name: str
    cores: str
    io_threads: int
    """0: the program chooses."""
    server_cores: str = ""
    """Empty: the same."""


ONE_CORE = Layout("one core, the server on the other", "0", 1, "1")
TWO_THREADS = Layout("two cores, two I/O threads", "0,1", 2)
CHOSEN = Layout("two cores, --io-threads not given", "0,1", 0)
ONE_THREAD = Layout("two cores, one I/O thread", "0,1", 1)
TOGETHER = Layout("one core, the server too", "0", 1)
LAYOUTS = [ONE_CORE, TWO_THREADS, CHOSEN, ONE_THREAD, TOGETHER]


@dataclass(frozen=True)
class Result:
    requests_per_s: float
    generator_us: float
    server_us: float
    used_share: float
    """Of the generator's cores, what it got: all that it could if the server is on another and none of it idled."""
    idle_share: float
    """Of the generator's cores."""
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
            began, busy, idle = time.monotonic(), busy_s(), idle_s(layout.cores)
            requests, cpu_s, server_cpu_s = server.requests(), run.cpu_s(), server.cpu_s()
            time.sleep(window_s)
            run.check_alive()
            requests, cpu_s = server.requests() - requests, run.cpu_s() - cpu_s
            server_cpu_s = server.cpu_s() - server_cpu_s
            elapsed_s, busy = time.monotonic() - began, busy_s() - busy
            idle = idle_s(layout.cores) - idle
            output = run.end()
    if requests < 100:
        raise BenchmarkError(f"{layout.name}: {requests} requests in {elapsed_s:.1f} s\n{output[-2000:]}")
    if failures_in(output) != 0:
        raise BenchmarkError(f"{layout.name}: the generator reported failures\n{output[-2000:]}")
    cores = len(layout.cores.split(","))
    return Result(
        requests / elapsed_s,
        cpu_s / requests * 1e6,
        server_cpu_s / requests * 1e6,
        cpu_s / elapsed_s / cores,
        idle / elapsed_s / cores,
        max(busy - cpu_s - server_cpu_s, 0) / elapsed_s / (os.cpu_count() or 1),
    )


def idle_s(cores: str) -> float:
    """How long these cores together have idled since the machine started."""
    names = {f"cpu{core}" for core in cores.split(",")}
    lines = (line.split() for line in Path("/proc/stat").read_text().splitlines())
    return sum(int(words[4]) + int(words[5]) for words in lines if words[0] in names) / TICKS_PER_S


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    if (os.cpu_count() or 1) < 2:
        raise BenchmarkError("the machine has one core")
    rounds, window_s = options.rounds or (3 if options.quick else 5), 2.0 if options.quick else 4.0
    print(surroundings())
    print(
        f"\n{USERS} users without waits, {rounds} rounds of {window_s:.0f} s each; the server has "
        f"{SERVER_THREADS} threads and, but for the first layout, the generator's cores:"
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

    rows = [
        [
            layout.name,
            f"{middle(layout, 'requests_per_s'):.0f}",
            f"{middle(layout, 'generator_us'):.1f}",
            f"{middle(layout, 'server_us'):.1f}",
            f"{middle(layout, 'used_share'):.0%}",
            f"{middle(layout, 'idle_share'):.0%}",
        ]
        for layout in LAYOUTS
    ]
    print()
    print(
        table(
            ["", "requests/s", "generator us", "server us", "of its cores", "idle"],
            rows,
        )
    )
    others = statistics.median(result.others_share for each in results.values() for result in each)
    print(f"meanwhile others used {others:.0%} of all cores")
    together = middle(TWO_THREADS, "requests_per_s") / middle(TOGETHER, "requests_per_s")
    print(f"generator and server together make {together:.2f} times as many requests on two cores as on one")
    if others > MOST_OF_OTHERS:
        raise BenchmarkError("other processes took too much: who fills the cores is not known")
    speed_up = 2 * middle(ONE_CORE, "generator_us") / middle(TWO_THREADS, "generator_us")
    if (idle := middle(TWO_THREADS, "idle_share")) > MOST_IDLE:
        # What was made in fact is the least of what full ones are good for.
        print(
            f"two cores idled for {idle:.0%}, so {together:.2f} counts, not the {speed_up:.2f} of full ones"
        )
        speed_up = together
    return conclude(
        [
            Requirement(
                "one core / two with two I/O threads",
                1 / speed_up,
                1 / LEAST_SPEED_UP,
            )
        ],
        options.json,
        {layout.name: [vars(result) for result in each] for layout, each in results.items()},
    )
