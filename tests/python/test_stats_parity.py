"""The same recorded run through the real Locust's statistics and through ours: equal to the last byte.

The real one runs in its own interpreter, named by LOCUST_ORACLE_PYTHON.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from stats_recording import SCENARIOS, record

ORACLE = os.environ.get("LOCUST_ORACLE_PYTHON", "")
CSV_FILES = ["run_stats.csv", "run_stats_history.csv", "run_failures.csv", "run_exceptions.csv"]

pytestmark = pytest.mark.skipif(
    not ORACLE, reason="LOCUST_ORACLE_PYTHON does not name a Python with the real Locust installed"
)


def record_with_the_real_locust(scenario: str, directory: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("stats_recording.py")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    subprocess.run(
        [ORACLE, str(script), scenario, str(directory)],
        check=True,
        timeout=120,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    return json.loads((directory / "result.json").read_text())


def differences(theirs: Any, ours: Any, where: str = "") -> list[str]:
    """Paths at which two JSON values differ; 1 and 1.0 differ."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = [f"{where}: keys {sorted(theirs)} != {sorted(ours)}"] if list(theirs) != list(ours) else []
        for key in theirs.keys() & ours.keys():
            found += differences(theirs[key], ours[key], f"{where}/{key}")
        return found
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [
            line
            for index, pair in enumerate(zip(theirs, ours, strict=True))
            for line in differences(*pair, f"{where}/{index}")
        ]
    return [] if json.dumps(theirs) == json.dumps(ours) else [f"{where}: {theirs!r} != {ours!r}"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_recorded_run_reads_the_same_as_with_locust(scenario: str, tmp_path: Path) -> None:
    their_directory, our_directory = tmp_path / "theirs", tmp_path / "ours"
    their_directory.mkdir()
    our_directory.mkdir()
    theirs = record_with_the_real_locust(scenario, their_directory)
    ours = json.loads(json.dumps(record(scenario, our_directory)))
    assert differences(theirs, ours) == []
    for name in CSV_FILES:
        assert (our_directory / name).read_bytes() == (their_directory / name).read_bytes(), name
