"""Servers that never finish: the run ends when it is to end, with what was measured before."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import RunNest

FAULT_SERVER = Path(__file__).resolve().parents[1] / "support" / "fault_server.py"
ENDLESS = (
    "silent",
    "silent_without_reading",
    "silent_in_header",
    "silent_in_body",
    "endless_drip",
    "endless_chunks",
    "full_backlog",
)

MODEL = """
from locust import FastHttpUser, HttpUser

def wait_for_ever(user):
    user.client.get(f"http://127.0.0.1:{GOOD}/", name="good")
    user.client.get(user.host, name="endless")

for number, port in enumerate(PORTS):
    for kind in (HttpUser, FastHttpUser):
        name = f"{kind.__name__}{number}"
        members = {"fixed_count": 1, "host": f"http://127.0.0.1:{port}/", "tasks": [wait_for_ever]}
        globals()[name] = type(name, (kind,), members)
del kind
"""


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    with subprocess.Popen([sys.executable, FAULT_SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.kill()


def test_a_run_ends_in_time_whatever_the_servers_do(
    nest: RunNest, ports: dict[str, int], tmp_path: Path
) -> None:
    endless = [ports[fault] for fault in ENDLESS]
    (tmp_path / "model.py").write_text(f"GOOD = {ports['close_idle']}\nPORTS = {endless}\n{MODEL}")
    users = str(2 * len(ENDLESS))
    result = nest(
        "-f", "model.py", "--headless", "-u", users, "-r", "100", "-t", "2", "--only-summary", "--csv", "out"
    )
    assert result.returncode == 0, result.stderr
    with open(tmp_path / "out_stats.csv", newline="") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    assert rows["good"]["Request Count"] == users
    assert "endless" not in rows
