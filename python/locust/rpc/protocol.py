"""Messages between the processes of a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Message:
    """What a listener registered with `runner.register_message` is given as `msg`."""

    type: str
    data: Any
    # Who sent it: a worker's id, or "local" in a test of one process.
    node_id: str | None
