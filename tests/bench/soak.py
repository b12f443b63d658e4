"""Two and a half minutes of a thousand users, one in twenty of them replaced each second: what leaks or is lost."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

from generators import MODELS, BenchmarkError, Generator, Run, aggregated, our_binary, require
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

SECONDS = 150
SETTLED_S = 90
"""After the ramp, when allocators have what they need."""
REPLACED_PER_S = 50
LEAK_LIMIT_KB = 1.0
MODEL = "churning_user.py"


def command(*stop_options: str) -> Generator:
    model = str(MODELS / MODEL)
    options = ("--headless", "--only-summary", "--csv", "out", "-H", "{url}")
    return Generator("locust-nest", (str(our_binary()), "-f", model, *options, *stop_options))


def slope_kb_per_s(samples: list[tuple[float, int]]) -> float:
    """Of a line through resident sizes (seconds, bytes)."""
    slope, _ = statistics.linear_regression(*zip(*samples, strict=True))
    return slope / 1024


def measure(generator: Generator, seconds: int, settled_s: int) -> dict[str, float]:
    os.environ["SOAK_SECONDS"] = str(seconds)
    with Nginx(None) as server, Run(generator.fill(url=server.url)) as run:
        run.await_text("Shape test starting", 30)
        begun = time.monotonic()
        samples: list[tuple[float, int]] = []
        while (elapsed := time.monotonic() - begun) < seconds - 1:
            run.check_alive()
            if elapsed >= settled_s:
                samples.append((elapsed, run.rss_bytes()))
            time.sleep(0.5)
        run.process.wait(60)
        lines = (run.folder / "stdout").read_text().splitlines()
        if run.process.returncode != 0 or not lines:
            raise BenchmarkError(f"exit code {run.process.returncode}\n{run.output()[-3000:]}")
        accounts: dict[str, float] = json.loads(lines[-1])
        row = aggregated(run.folder)
        accounts["reported"] = int(row["Request Count"])
        accounts["failures"] = int(row["Failure Count"])
        accounts["served"] = server.requests()
        accounts["connections left"] = server.await_connections(0, 5)
    accounts["leak_kb_per_s"] = slope_kb_per_s(samples)
    accounts["rss_mb"] = samples[-1][1] / 2**20
    return accounts


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    seconds, settled_s = (60, 30) if options.quick else (SECONDS, SETTLED_S)
    print(surroundings())
    print(f"\nabout 1000 users for {seconds} s, {REPLACED_PER_S} of them stopped and replaced each second:")
    cut = measure(command(), seconds, settled_s)
    finished = measure(command("--stop-timeout", "5"), seconds, settled_s)
    names = ["in the middle of a request", "after their request"]
    rows = [[key, *(f"{figures[key]:.2f}".removesuffix(".00") for figures in (cut, finished))] for key in cut]
    print()
    print(table(["users are stopped", *names], rows))
    requirements = []
    for name, figures in zip(names, (cut, finished), strict=True):
        leaked = max(0.0, figures["leak_kb_per_s"]) / REPLACED_PER_S
        unaccounted = abs(figures["started"] - figures["recorded"] - figures["cut"])
        # A request that was cut off may have reached the server, and may not.
        lost = max(0.0, figures["served"] - figures["started"], figures["recorded"] - figures["served"])
        requirements += [
            Requirement(f"stopped {name}: growth per replaced user", leaked, LEAK_LIMIT_KB, "KB "),
            Requirement("  requests that are in no account", unaccounted, 0),
            Requirement("  recorded but not reported", abs(figures["recorded"] - figures["reported"]), 0),
            Requirement("  difference to what the server served", lost, 0),
            Requirement("  users and greenlets left", figures["users alive"] + figures["user greenlets"], 0),
            Requirement("  on_start without on_stop", abs(figures["on_start"] - figures["on_stop"]), 0),
            Requirement("  connections left, failures", figures["connections left"] + figures["failures"], 0),
        ]
    requirements.append(
        Requirement("requests cut off in spite of --stop-timeout", finished["cut"], 0),
    )
    return conclude(requirements, options.json, {"soak": {"cut": cut, "finished": finished}})
