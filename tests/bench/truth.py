"""What is reported as response time while the model's Python is busy, beside what the server really took."""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from dataclasses import asdict, dataclass

from delay_server import DelayServer
from generators import BenchmarkError, Generator, Run, aggregated, locust_like, oracle, our_binary, require
from nginx import Nginx
from python_thread import python_thread_s
from report import Requirement, conclude, surroundings, table

USERS = 50
MEDIAN_LIMIT_MS = 2.0
SERVER_CORE = 1

PACED_USERS = 100
TURN_S = 0.0021
"""Of the Python thread per request: what the model burns, and a request's own."""
LOADS = (0.20, 0.60, 0.95)
PERCENTILES = {"p50": 0.5, "p99": 0.99}
ALLOWED_SHARE, ALLOWED_MS = 0.03, 0.15


def measure(generator: Generator, server: Nginx, seconds: int) -> dict[str, float]:
    command = [*generator.fill(url=server.url, users=USERS, seconds=seconds), "--csv", "out"]
    with Run(command) as run:
        run.await_text("All users spawned", 60)
        try:
            run.process.wait(seconds + 60)
        except Exception as error:
            raise BenchmarkError(f"{generator.name} did not end by itself") from error
        row = aggregated(run.folder)
    figures = {
        "median_ms": float(row["Median Response Time"]),
        "average_ms": float(row["Average Response Time"]),
        "p95_ms": float(row["95%"]),
        "max_ms": float(row["Max Response Time"]),
        "requests": float(row["Request Count"]),
    }
    if figures["requests"] < 10 * seconds or int(row["Failure Count"]):
        raise BenchmarkError(
            f"{generator.name}: {row['Request Count']} requests, {row['Failure Count']} failures"
        )
    return figures


@dataclass(frozen=True)
class Comparison:
    """One delay under one load: percentiles of the server's own log, and those of what the generator tells."""

    generator: str
    load: float
    busy: float
    delay_us: int
    requests: int
    server_ms: dict[str, float]
    reported_ms: dict[str, float]

    def off_ms(self, percentile: str) -> float:
        return self.reported_ms[percentile] - self.server_ms[percentile]

    def error(self, percentile: str) -> float:
        """1 is what is allowed."""
        allowed_ms = max(ALLOWED_SHARE * self.server_ms[percentile], ALLOWED_MS)
        return abs(self.off_ms(percentile)) / allowed_ms

    def row(self) -> list[str]:
        cells = [self.generator, f"{self.load:.0%}", f"{self.busy:.0%}", f"{self.delay_us / 1000:g} ms"]
        cells.append(str(self.requests))
        for name in PERCENTILES:
            cells += [f"{self.server_ms[name]:.2f}", f"{self.reported_ms[name]:.2f}"]
            cells.append(f"{self.off_ms(name):+.2f}" + ("" if self.error(name) <= 1 else " !"))
        return cells


def percentiles(times_ms: list[float]) -> dict[str, float]:
    ascending = sorted(times_ms)
    return {name: ascending[math.ceil(share * len(ascending)) - 1] for name, share in PERCENTILES.items()}


def compare(generator: Generator, server: DelayServer, load: float, seconds: int) -> list[Comparison]:
    """A run whose users keep the Python thread busy for about this share of the time."""
    server.forget()
    command = generator.fill(url=server.url, users=PACED_USERS, seconds=seconds)
    pace_s = PACED_USERS * TURN_S / load
    with Run(["env", f"BENCH_PACE_S={pace_s}", "BENCH_TIMES=times.json", *command]) as run:
        begun = run.await_text("All users spawned", 60)
        time.sleep(1.0)
        before_s, before = python_thread_s(run), time.monotonic()
        time.sleep(max(begun + seconds - 1.0 - before, 1.0))
        busy = (python_thread_s(run) - before_s) / (time.monotonic() - before)
        try:
            run.process.wait(seconds + 60)
            reported = json.loads((run.folder / "times.json").read_text())
        except Exception as error:
            raise BenchmarkError(f"{generator.name} left no times\n{run.output()[-2000:]}") from error
    logged = server.times_ms()
    found = []
    for delay, times in sorted(logged.items(), key=lambda item: int(item[0])):
        told = reported.get(delay, [])
        # What was under way when the users were stopped is in the server's log alone.
        if len(times) < 20 or not len(times) - PACED_USERS <= len(told) <= len(times):
            raise BenchmarkError(
                f"{generator.name}: {len(times)} requests of {delay} us were served, {len(told)} told"
            )
        found.append(
            Comparison(
                generator.name, load, busy, int(delay), len(told), percentiles(times), percentiles(told)
            )
        )
    return found


def known_delays(generators: list[Generator], seconds: int) -> list[Comparison]:
    found = []
    print(
        f"\nA server of known delays, {PACED_USERS} users with 2 ms of Python after each request, {seconds} s:"
    )
    with DelayServer(SERVER_CORE) as server:
        for load in LOADS:
            for generator in generators:
                print(
                    f"  {load:.0%} busy: "
                    + " ".join(generator.fill(url="URL", users=PACED_USERS, seconds=seconds)),
                    flush=True,
                )
                found += compare(generator, server, load, seconds)
    columns = [f"{what} {name}" for name in PERCENTILES for what in ("server", "told", "off")]
    print()
    print(
        table(
            ["response times in ms", "load", "used", "delay", "requests", *columns],
            [each.row() for each in found],
        )
    )
    print(f"! off by more than {ALLOWED_SHARE:.0%} and {ALLOWED_MS * 1000:.0f} us")
    return found


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    programs = {"locust-nest": our_binary()}
    if not options.ours_only:
        require(oracle())
        programs["Locust HttpUser"] = oracle()
    seconds = 5 if options.quick else 15
    print(surroundings())
    if (os.cpu_count() or 1) <= SERVER_CORE:
        raise BenchmarkError("the server needs a core of its own")
    print(f"\n{USERS} users, 5 ms of Python after each request, {seconds} s:")
    figures: dict[str, dict[str, float]] = {}
    with Nginx(SERVER_CORE) as server:
        for name, program in programs.items():
            generator = locust_like(name, program, "busy_user.py")
            print("  " + " ".join(generator.fill(url="URL", users=USERS, seconds=seconds)), flush=True)
            figures[generator.name] = measure(generator, server, seconds)
    rows = [
        [name, *(f"{values[key]:.1f} ms" for key in ("median_ms", "average_ms", "p95_ms", "max_ms"))]
        + [f"{values['requests']:.0f}"]
        for name, values in figures.items()
    ]
    print()
    print(table(["reported response time", "median", "average", "95 %", "max", "requests"], rows))
    paced = [locust_like(name, program, "paced_user.py") for name, program in programs.items()]
    comparisons = known_delays(paced, seconds)
    ours = [each for each in comparisons if each.generator == "locust-nest"]
    return conclude(
        [
            Requirement("reported median", figures["locust-nest"]["median_ms"], MEDIAN_LIMIT_MS, "ms "),
            *(
                Requirement(
                    f"{name} at {load:.0%} busy, worst deviation (1 is 3 % or 150 us)",
                    max(each.error(name) for each in ours if each.load == load),
                    1.0,
                )
                for load in LOADS
                for name in PERCENTILES
            ),
        ],
        options.json,
        {"truth": figures, "known_delays": [asdict(each) for each in comparisons]},
    )
