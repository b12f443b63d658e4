"""The server that costs as little as a server can (tests/support/instant_server.cpp), on given cores."""

from __future__ import annotations

from pathlib import Path

from generators import TICKS_PER_S
from own_server import OwnServer


class InstantServer(OwnServer):
    """`with InstantServer("0,1", 2) as server:` answers at `server.url` with two threads, and counts."""

    def __init__(self, cores: str, threads: int) -> None:
        super().__init__("instant-server", cores, str(threads))

    def requests(self) -> int:
        return int(self.ask("/status"))

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
