"""Instructions of the Python thread and of the I/O thread per request, counted by valgrind's callgrind.

Unlike time they do not depend on what else the machine does: two runs agree to about a percent.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from generators import BenchmarkError, Generator, Run
from nginx import Nginx
from report import table

REQUESTS = 4000
LIMIT_S = 120.0
PYTHON, OTHERS = "Python thread", "I/O threads"
FIRST = "01"
"""Callgrind's number of the thread that runs Python: it numbers threads in the order in which they are made."""


def count(generator: Generator, users: int) -> dict[str, float]:
    """Instructions per request of each thread, in the midst of at least REQUESTS of them."""
    with Nginx(None) as server:
        command = generator.fill(url=server.url, users=users, seconds=600)
        # Greenlets move the stack pointer far.
        tool = ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--max-stackframe=80000000"]
        with Run([*tool, "--instr-atstart=no", "--callgrind-out-file=counts", *command]) as run:
            run.await_text("All users spawned", LIMIT_S)
            server.await_connections(users, LIMIT_S)
            control(run, "--instr=on")
            time.sleep(1.5)  # all code is translated anew
            before = server.requests()
            control(run, "--zero")
            deadline = time.monotonic() + LIMIT_S
            while server.requests() < before + REQUESTS and time.monotonic() < deadline:
                run.check_alive()
                time.sleep(0.2)
            control(run, "--dump")
            requests = server.requests() - before
            counts = {PYTHON: 0, OTHERS: 0}
            for file in run.folder.glob("counts.1-*"):
                counts[PYTHON if file.name.endswith(FIRST) else OTHERS] += total(file)
    if requests < REQUESTS:
        raise BenchmarkError(f"{generator.name}: only {requests} requests in {LIMIT_S:.0f} s")
    return {name: instructions / requests for name, instructions in counts.items()}


def control(run: Run, order: str) -> None:
    command = ["callgrind_control", order, str(run.process.pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode != 0:
        raise BenchmarkError(f"{' '.join(command)}: {done.stderr or done.stdout}")


def total(file: Path) -> int:
    found = re.search(r"^(?:summary|totals): (\d+)", file.read_text(), re.MULTILINE)
    if found is None:
        raise BenchmarkError(f"callgrind left no total in {file.name}")
    return int(found[1])


def print_counts(generators: Sequence[Generator], users: int) -> None:
    if shutil.which("callgrind_control") is None:
        raise BenchmarkError("valgrind is not installed")
    rows = []
    for generator in generators:
        counts = count(generator, users)
        rows.append([generator.name, *(f"{counts[name]:.0f}" for name in (PYTHON, OTHERS))])
    print(table(["instructions per request", PYTHON, OTHERS], rows))
