"""The command line as a product: runs the binary, compares what it prints and its exit code.

LOCUST_NEST_BINARY names the binary.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Result, RunNest, StartNest

DEADLINE_S = 60


def program() -> str:
    binary = os.environ.get("LOCUST_NEST_BINARY")
    if not binary:
        pytest.fail("set LOCUST_NEST_BINARY to the binary to test")
    return str(Path(binary).resolve())


def environment_with(variables: dict[str, str]) -> dict[str, str]:
    """That of the caller without its LOCUST_*."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    return {**inherited, **variables}


@pytest.fixture
def nest(tmp_path: Path) -> RunNest:
    """Runs the binary in an empty directory, without a terminal and without the caller's LOCUST_*."""

    def run(*args: str, **variables: str) -> Result:
        return subprocess.run(
            [program(), *args],
            cwd=tmp_path,
            env=environment_with(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    return run


@pytest.fixture
def start_nest(tmp_path: Path) -> Iterator[StartNest]:
    """Starts the binary likewise; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*args: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [program(), *args],
            cwd=tmp_path,
            env=environment_with(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
