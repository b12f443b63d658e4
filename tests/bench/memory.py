"""Resident memory per user, and how long it takes to bring ten thousand of them into being."""

from __future__ import annotations

import argparse
import os
import resource
import time

from generators import BenchmarkError, Generator, Run, locust_like, oracle, our_binary, require
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 10_000
NEEDED_FILES = 20_000
SPAWN_LIMIT_S = 5.0
# What users did before they wait: the path that they asked for, whether that leaves a connection, the limit in KB.
STATES = {
    "has not asked": ("", False, 12.0),
    "connection closed": ("/closing/", False, 12.0),
    "connection open": ("/", True, 20.0),
}


def allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < NEEDED_FILES:
        raise BenchmarkError(
            f"{USERS} connections need a limit of {NEEDED_FILES} open files; the hard limit is {hard}"
        )
    if soft != resource.RLIM_INFINITY and soft < NEEDED_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (NEEDED_FILES, hard))


def measure(generator: Generator, users: int, path: str, connected: bool) -> tuple[float, float]:
    """(bytes resident, seconds from the first user to the last) once all wait."""
    os.environ["IDLE_PATH"] = path
    requests, connections = (users if path else 0), (users if connected else 0)
    with Nginx(None) as server, Run(generator.fill(url=server.url, users=users, seconds=3600)) as run:
        begun = run.await_text("Ramping to", 60)
        spawned = run.await_text("All users spawned", 300)
        deadline = time.monotonic() + 120
        while (there := (server.requests(), server.connections())) != (requests, connections):
            run.check_alive()
            if time.monotonic() > deadline:
                raise BenchmarkError(
                    f"{generator.name}: {there[0]} requests and {there[1]} connections of {users} users"
                )
            time.sleep(0.2)
        time.sleep(2.0)
        if (found := server.await_connections(connections, 10)) != connections:
            raise BenchmarkError(f"{generator.name}: {found} connections for {users} users")
        return run.rss_bytes(), spawned - begun


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    allow_files()
    generators = [locust_like("locust-nest", our_binary(), "idle_user.py")]
    if not options.ours_only:
        require(oracle())
        generators.append(locust_like("Locust HttpUser", oracle(), "idle_user.py"))
    users = options.users or USERS
    print(surroundings())
    print(f"\n{users} users, each waiting:")
    rows, figures = [], {}
    for generator in generators:
        print("  " + " ".join(generator.fill(url="URL", users=users, seconds=3600)), flush=True)
        for state, (path, connected, _) in STATES.items():
            alone_bytes, _ = measure(generator, 1, path, connected)
            full_bytes, spawn_s = measure(generator, users, path, connected)
            whole_kb = full_bytes / users / 1024
            added_kb = (full_bytes - alone_bytes) / (users - 1) / 1024
            figures[f"{generator.name}, {state}"] = {
                "rss_kb": whole_kb, "added_kb": added_kb, "spawn_s": spawn_s
            }  # fmt: skip
            rows.append(
                [
                    f"{generator.name}, {state}",
                    f"{full_bytes / 2**20:.0f} MB",
                    f"{whole_kb:.1f} KB",
                    f"{alone_bytes / 2**20:.0f} MB",
                    f"{added_kb:.1f} KB",
                    f"{spawn_s:.2f} s",
                ]
            )
    print()
    print(table(["memory", "resident", "per user", "with one user", "per further user", "spawned in"], rows))
    requirements = [
        Requirement(
            f"memory of a further user, {state}", figures[f"locust-nest, {state}"]["added_kb"], limit, "KB "
        )
        for state, (_, _, limit) in STATES.items()
    ]
    spawn_s = figures["locust-nest, connection open"]["spawn_s"]
    requirements.append(Requirement(f"spawning {users} users", spawn_s, SPAWN_LIMIT_S, "s "))
    return conclude(requirements, options.json, {"memory": figures})
