"""The server that costs as little as a server can (tests/support/instant_server.cpp), on given cores."""

from __future__ import annotations

import subprocess
import urllib.request
from pathlib import Path
from types import TracebackType

from generators import TICKS_PER_S, BenchmarkError, our_binary


class InstantServer:
    """`with InstantServer("0,1", 2) as server:` answers at `server.url` with two threads, and counts."""

    def __init__(self, cores: str, threads: int) -> None:
        program = our_binary().with_name("instant-server")
        if not program.exists():
            raise BenchmarkError(f"{program} is not there: build with -DNEST_BUILD_TESTS=ON")
        self._command = ["taskset", "-c", cores, str(program), str(threads)]

    def __enter__(self) -> InstantServer:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def requests(self) -> int:
        with urllib.request.urlopen(self.url + "/status", timeout=30) as answer:
            return int(answer.read())

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
