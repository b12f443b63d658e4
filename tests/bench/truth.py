"""What is reported as response time of a fast server while the model's Python is busy."""

from __future__ import annotations

import argparse

from generators import BenchmarkError, Generator, Run, aggregated, locust_like, oracle, our_binary, require
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 50
MEDIAN_LIMIT_MS = 2.0
SERVER_CORE = 1


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


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    generators = [locust_like("locust-nest", our_binary(), "busy_user.py")]
    if not options.ours_only:
        require(oracle())
        generators.append(locust_like("Locust HttpUser", oracle(), "busy_user.py"))
    seconds = 5 if options.quick else 15
    print(surroundings())
    print(f"\n{USERS} users, 5 ms of Python after each request, {seconds} s:")
    figures: dict[str, dict[str, float]] = {}
    with Nginx(SERVER_CORE) as server:
        for generator in generators:
            print("  " + " ".join(generator.fill(url="URL", users=USERS, seconds=seconds)), flush=True)
            figures[generator.name] = measure(generator, server, seconds)
    rows = [
        [name, *(f"{values[key]:.1f} ms" for key in ("median_ms", "average_ms", "p95_ms", "max_ms"))]
        + [f"{values['requests']:.0f}"]
        for name, values in figures.items()
    ]
    print()
    print(table(["reported response time", "median", "average", "95 %", "max", "requests"], rows))
    median_ms = figures["locust-nest"]["median_ms"]
    return conclude(
        [Requirement("reported median", median_ms, MEDIAN_LIMIT_MS, "ms ")], options.json, {"truth": figures}
    )
