"""What the models of the parity suite share. It lies beside them, as a model's own helper module would."""

from __future__ import annotations

import json
import os
from typing import Any

from locust.exception import StopUser


def trace(line: str) -> None:
    """Append a line to the file in which the suite compares what happened in which order."""
    with open(os.environ["PARITY_TRACE"], "a", encoding="utf-8") as file:
        file.write(line + "\n")


def fault(name: str) -> str:
    """The address of the server that misbehaves in this way (see tests/support/fault_server.py)."""
    port = json.loads(os.environ["PARITY_FAULTS"])[name]
    return f"http://127.0.0.1:{port}"


def finish_after(user: Any, rounds: int) -> None:
    """To be called once in each task: ends the user after so many of them, which makes the counts exact."""
    user.rounds_done = getattr(user, "rounds_done", 0) + 1
    if user.rounds_done >= rounds:
        raise StopUser()
