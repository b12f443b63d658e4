"""Resident memory per user, and how long it takes to bring ten thousand of them into being."""

from __future__ import annotations

import argparse
import resource
import time

from generators import BenchmarkError, Generator, Run, locust_like, oracle, our_binary, require
from nginx import Nginx
from report import Requirement, conclude, surroundings, table

USERS = 10_000
NEEDED_FILES = 20_000
SPAWN_LIMIT_S, RSS_LIMIT_KB = 5.0, 40.0


def allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < NEEDED_FILES:
        raise BenchmarkError(
            f"{USERS} connections need a limit of {NEEDED_FILES} open files; the hard limit is {hard}"
        )
    if soft != resource.RLIM_INFINITY and soft < NEEDED_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (NEEDED_FILES, hard))


def measure(generator: Generator, users: int) -> tuple[float, float]:
    """(bytes resident, seconds from the first user to the last) with one idle connection for each user."""
    with Nginx(None) as server, Run(generator.fill(url=server.url, users=users, seconds=3600)) as run:
        begun = run.await_text("Ramping to", 60)
        spawned = run.await_text("All users spawned", 300)
        deadline = time.monotonic() + 120
        while server.connections() < users or server.requests() < users:
            run.check_alive()
            if time.monotonic() > deadline:
                raise BenchmarkError(
                    f"{generator.name}: {server.connections()} connections for {users} users"
                )
            time.sleep(0.2)
        time.sleep(2.0)
        if (connections := server.await_connections(users, 10)) != users:
            raise BenchmarkError(f"{generator.name}: {connections} connections for {users} users")
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
    print(f"\n{users} users, each with one open connection and waiting:")
    rows, figures = [], {}
    for generator in generators:
        print("  " + " ".join(generator.fill(url="URL", users=users, seconds=3600)), flush=True)
        alone_bytes, _ = measure(generator, 1)
        full_bytes, spawn_s = measure(generator, users)
        whole_kb, added_kb = full_bytes / users / 1024, (full_bytes - alone_bytes) / (users - 1) / 1024
        figures[generator.name] = {"rss_kb": whole_kb, "added_kb": added_kb, "spawn_s": spawn_s}
        rows.append(
            [
                generator.name,
                f"{full_bytes / 2**20:.0f} MB",
                f"{whole_kb:.1f} KB",
                f"{alone_bytes / 2**20:.0f} MB",
                f"{added_kb:.1f} KB",
                f"{spawn_s:.2f} s",
            ]
        )
    print()
    print(table(["memory", "resident", "per user", "with one user", "per further user", "spawned in"], rows))
    ours = figures["locust-nest"]
    return conclude(
        [
            Requirement("resident memory per user, program included", ours["rss_kb"], RSS_LIMIT_KB, "KB "),
            Requirement(f"spawning {users} users", ours["spawn_s"], SPAWN_LIMIT_S, "s "),
        ],
        options.json,
        {"memory": figures},
    )
