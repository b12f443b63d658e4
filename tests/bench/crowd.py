"""A hundred thousand users in one process: memory, how fast they come, whether all are reported, how fast they go."""

from __future__ import annotations

import argparse
import os
import re
import signal
import time

from generators import MODELS, BenchmarkError, Generator, Run, aggregated, our_binary, require
from memory import allow_files
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 100_000
CONNECTED = 10_000
"""Who keeps a connection: nginx and the process may have 20 000 descriptors each, whoever runs this."""
SPREAD_S = 60
ADDRESSES = ",".join(f"127.0.0.{number}" for number in range(2, 18))
"""Of one address, the 28 000 ports that clients get would be used up: one that was closed is kept for a minute."""
MEMORY_LIMIT_GB, SPAWN_LIMIT_S, STOP_LIMIT_S = 2.2, 15.0, 5.0


def command() -> Generator:
    model = str(MODELS / "crowd_user.py")
    options = (
        "--headless",
        "--only-summary",
        "--csv",
        "out",
        "-u",
        "{users}",
        "-r",
        "{users}",
        "-H",
        "{url}",
    )
    return Generator("locust-nest", (str(our_binary()), "-f", model, *options, "--local-address", ADDRESSES))


def told(output: str, line: str) -> list[str]:
    found = re.search(rf"^{line} (.*)$", output, re.MULTILINE)
    if found is None:
        raise BenchmarkError(f"the model did not say {line!r}\n{output[-2000:]}")
    return found[1].split()


def measure(users: int) -> dict[str, float]:
    os.environ["CROWD_SPREAD_S"], os.environ["CROWD_CONNECTED"] = str(SPREAD_S), str(CONNECTED)
    connected = min(users, CONNECTED)
    with Nginx(None) as server, Run(command().fill(url=server.url, users=users)) as run:
        begun = run.await_text("Ramping to", 60)
        spawned = run.await_text("All users spawned", 300)
        users_told = re.search(r"All users spawned: .*\((\d+) total users\)", run.output())
        deadline = time.monotonic() + 3 * SPREAD_S
        while server.requests() < users and time.monotonic() < deadline:
            run.check_alive()
            time.sleep(0.2)
        if (found := server.await_connections(connected, 30)) != connected:
            raise BenchmarkError(f"{found} connections for the {connected} users that keep theirs")
        time.sleep(2.0)
        figures: dict[str, float] = {"rss_gb": run.rss_bytes() / 1e9, "spawn_s": spawned - begun}
        run.process.send_signal(signal.SIGTERM)
        run.process.wait(120)
        output = run.output()
        row = aggregated(run.folder)
        (starting_cpu,) = map(float, told(output, "starting"))
        (spawned_cpu,) = map(float, told(output, "spawned"))
        stopping_at, stopping_cpu = map(float, told(output, "stopping"))
        stopped_at, stopped_cpu, left = map(float, told(output, "stopped"))
        return figures | {
            "stop_s": stopped_at - stopping_at,
            "spawn, processor s": spawned_cpu - starting_cpu,
            "stop, processor s": stopped_cpu - stopping_cpu,
            "users spawned": int(users_told[1]) if users_told else 0,
            "users left": left,
            "served": server.requests(),
            "reported": int(row["Request Count"]),
            "failures": int(row["Failure Count"]),
        }


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    allow_files()
    users = options.users or USERS
    print(surroundings())
    print(f"\n{users} users at once; each asks once within {SPREAD_S} s and then waits:")
    print("  " + " ".join(command().fill(url="URL", users=users)), flush=True)
    figures = measure(users)
    print()
    rows = [[key, f"{value:.2f}".removesuffix(".00")] for key, value in figures.items()]
    print(table([f"{users} users, {min(users, CONNECTED)} of them connected", ""], rows))
    unreported = abs(users - figures["reported"]) + abs(users - figures["users spawned"])
    return conclude(
        [
            Requirement("resident memory, program included", figures["rss_gb"], MEMORY_LIMIT_GB, "GB "),
            Requirement("from the first user to the last", figures["spawn_s"], SPAWN_LIMIT_S, "s "),
            Requirement("users and requests that are not reported", unreported, 0),
            Requirement(
                "  difference to what the server served", abs(figures["served"] - figures["reported"]), 0
            ),
            Requirement("  failures", figures["failures"], 0),
            Requirement("all stopped", figures["stop_s"], STOP_LIMIT_S, "s "),
            Requirement("  users left", figures["users left"], 0),
        ],
        options.json,
        {"crowd": figures},
    )
