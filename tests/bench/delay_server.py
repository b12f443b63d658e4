"""The server of known delays (tests/support/delay_server.cpp), on a core of its own."""

from __future__ import annotations

import json

from own_server import OwnServer


class DelayServer(OwnServer):
    """`with DelayServer(core) as server:` answers `/N` at `server.url` after N microseconds and logs its times."""

    def __init__(self, core: int) -> None:
        super().__init__("delay-server", str(core))

    def forget(self) -> None:
        self.ask("/reset")

    def times_ms(self) -> dict[str, list[float]]:
        """From receiving each request to answering it, by N."""
        logged: dict[str, list[int]] = json.loads(self.ask("/log"))
        return {delay: [time / 1000 for time in times] for delay, times in logged.items()}
