"""Users of which a shape stops one in twenty each second and starts others in their place: what leaks or is lost."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import dataclass

from generators import MODELS, BenchmarkError, Generator, Run, aggregated, our_binary, require
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

SECONDS = 150
SETTLED_S, JUDGED_S = 90, 45
"""After the ramp, when allocators have what they need; and the shortest time by which memory can be judged."""
REPLACED_PER_S = 50
LEAK_LIMIT_KB = 1.0
GROWTH_LIMIT_PERCENT = 5.0
SAMPLE_S, NEWS_S = 0.5, 60.0


@dataclass(frozen=True)
class Soak:
    name: str
    model: str
    seconds: int
    options: tuple[str, ...] = ()
    kept_users: int = 0
    """Alive at the end: the report has the first exception of each kind, one of a status has its response and user."""

    @property
    def settled_s(self) -> float:
        return max(SETTLED_S, self.seconds / 3)

    @property
    def judges_memory(self) -> bool:
        return self.seconds - self.settled_s >= JUDGED_S

    def generator(self) -> Generator:
        options = ("--headless", "--only-summary", "--exit-code-on-error", "0", "--csv", "out", "-H", "{url}")
        return Generator(
            "locust-nest", (str(our_binary()), "-f", str(MODELS / self.model), *options, *self.options)
        )


def measure(soak: Soak) -> dict[str, float]:
    environment = {"SOAK_SECONDS": str(soak.seconds)}
    with Nginx(None) as server:
        command = soak.generator().fill(url=server.url)
        with Run(command, environment=environment) as run:
            run.await_text("Shape test starting", 30)
            samples = watch(run, server, soak.seconds - 1)
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
    accounts["resident MB"] = samples[-1][1] / 2**20
    if soak.judges_memory:
        accounts |= growth([sample for sample in samples if sample[0] >= soak.settled_s])
    return accounts


def watch(run: Run, server: Nginx, seconds: float) -> list[tuple[float, int]]:
    """Resident sizes until so many seconds are over: (seconds, bytes)."""
    begun, told = time.monotonic(), 0.0
    samples = []
    while (elapsed := time.monotonic() - begun) < seconds:
        run.check_alive()
        samples.append((elapsed, run.rss_bytes()))
        if elapsed - told >= NEWS_S:
            told = elapsed
            size_mb, requests = samples[-1][1] / 2**20, server.requests()
            print(f"  {elapsed:5.0f} s  {size_mb:7.1f} MB resident  {requests:9} requests", flush=True)
        time.sleep(SAMPLE_S)
    return samples


def growth(samples: list[tuple[float, int]]) -> dict[str, float]:
    """By a line through resident sizes."""
    slope, _ = statistics.linear_regression(*zip(*samples, strict=True))
    grown = slope * (samples[-1][0] - samples[0][0])
    size = statistics.mean(bytes for _, bytes in samples)
    return {"growth KB/s": slope / 1024, "growth %": 100 * grown / size}


def requirements(soak: Soak, figures: dict[str, float]) -> list[Requirement]:
    unaccounted = abs(figures["started"] - figures["recorded"] - figures["cut"])
    # A request that was cut off may have reached the server, and may not.
    lost = max(0.0, figures["served"] - figures["started"], figures["recorded"] - figures["served"])
    left = figures["users alive"] + figures["user greenlets"]
    failures = abs(figures["failures"] - figures.get("failed", 0))
    found = [
        Requirement(f"{soak.name}: requests that are in no account", unaccounted, 0),
        Requirement("  recorded but not reported", abs(figures["recorded"] - figures["reported"]), 0),
        Requirement("  difference to what the server served", lost, 0),
        Requirement("  users and greenlets left", left, soak.kept_users),
        Requirement("  on_start without on_stop", abs(figures["on_start"] - figures["on_stop"]), 0),
        Requirement("  connections left", figures["connections left"], 0),
        Requirement("  failures too many or too few", failures, 0),
        Requirement("  requests that ended otherwise than they have to", figures.get("wrong", 0), 0),
    ]
    if soak.judges_memory:
        found += [
            Requirement(
                "  growth per replaced user",
                max(0.0, figures["growth KB/s"]) / REPLACED_PER_S,
                LEAK_LIMIT_KB,
                "KB",
            ),
            Requirement(
                "  growth from the settled time on", max(0.0, figures["growth %"]), GROWTH_LIMIT_PERCENT, "%"
            ),
        ]
    return found


def soaks(options: argparse.Namespace) -> list[Soak]:
    if options.minutes:
        seconds = int(60 * options.minutes)
        return [Soak("with trouble", "troubled_user.py", seconds, ("--stop-timeout", "5"), kept_users=1)]
    seconds = 60 if options.quick else SECONDS
    return [
        Soak("stopped in the middle of a request", "churning_user.py", seconds),
        Soak("stopped after their request", "churning_user.py", seconds, ("--stop-timeout", "5")),
    ]


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    print(surroundings() + "\n")
    figures: dict[str, dict[str, float]] = {}
    verdicts = []
    for soak in soaks(options):
        print(f"{soak.seconds} s: " + " ".join(soak.generator().fill(url="URL")), flush=True)
        figures[soak.name] = measure(soak)
        verdicts += requirements(soak, figures[soak.name])
        if not soak.judges_memory:
            print(f"  too short to judge memory, which takes {SETTLED_S} s to settle")
        if soak.options:
            cut = figures[soak.name]["cut"] - figures[soak.name].get("abandoned", 0)
            verdicts.append(Requirement("  cut off in spite of --stop-timeout", abs(cut), 0))
    keys = dict.fromkeys(key for each in figures.values() for key in each)
    rows = [[key, *(f"{each[key]:.2f}".removesuffix(".00") for each in figures.values())] for key in keys]
    print("\n" + table(["", *figures], rows))
    return conclude(verdicts, options.json, {"soak": figures})
