"""The command line as a product: runs the binary, compares what it prints and its exit code.

LOCUST_NEST_BINARY names the binary.
"""

import os
import subprocess
from pathlib import Path

import pytest
from running import Result, RunNest

DEADLINE_S = 60


@pytest.fixture
def nest(tmp_path: Path) -> RunNest:
    """Runs the binary in an empty directory, without a terminal and without the caller's LOCUST_*."""
    binary = os.environ.get("LOCUST_NEST_BINARY")
    if not binary:
        pytest.fail("set LOCUST_NEST_BINARY to the binary to test")
    program = str(Path(binary).resolve())
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}

    def run(*args: str, **variables: str) -> Result:
        return subprocess.run(
            [program, *args],
            cwd=tmp_path,
            env={**inherited, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    return run
