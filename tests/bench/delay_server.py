"""The server of known delays (tests/support/delay_server.cpp), on a core of its own."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from types import TracebackType

from generators import BenchmarkError, our_binary


class DelayServer:
    """`with DelayServer(core) as server:` answers `/N` at `server.url` after N microseconds and logs its times."""

    def __init__(self, core: int) -> None:
        self._core = core

    def __enter__(self) -> DelayServer:
        program = our_binary().with_name("delay-server")
        if not program.exists():
            raise BenchmarkError(f"{program} is not there: build with -DNEST_BUILD_TESTS=ON")
        self._process = subprocess.Popen(
            ["taskset", "-c", str(self._core), str(program)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        self._ask("/reset")

    def times_ms(self) -> dict[str, list[float]]:
        """From receiving each request to answering it, by N."""
        logged: dict[str, list[int]] = json.loads(self._ask("/log"))
        return {delay: [time / 1000 for time in times] for delay, times in logged.items()}

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            body: bytes = answer.read()
        return body
