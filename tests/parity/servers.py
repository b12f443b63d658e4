"""Starts the servers that both load generators are run against."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

SUPPORT = Path(__file__).resolve().parent.parent / "support"


class Servers:
    """The servers for one run at a time; `close()` ends their processes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._processes = [
            self._start("target_server.py"),
            self._start("fault_server.py"),
            self._start("side_servers.py", self._folder.name),
        ]
        target, faults, side = (self._first_line(process) for process in self._processes)
        self.port = int(target)
        self.faults: dict[str, int] = json.loads(faults)
        self.side: dict[str, int] = json.loads(side)
        self.certificate = Path(self._folder.name) / "server.pem"

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        self._ask("/__reset")

    def seen(self) -> dict[str, Any]:
        """What the target server has been sent since the last reset."""
        seen: dict[str, Any] = json.loads(self._ask("/__seen"))
        return seen

    def port_names(self) -> dict[int, str]:
        """Symbols for the ports, which differ between the two runs but may show up in texts."""
        others = {**self.faults, **self.side}
        return {self.port: "TARGET", **{port: name.upper() for name, port in others.items()}}

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._folder.cleanup()

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.host + path, timeout=10) as answer:
            body: bytes = answer.read()
            return body

    @staticmethod
    def _start(program: str, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(SUPPORT / program), *args], stdout=subprocess.PIPE, text=True
        )

    @staticmethod
    def _first_line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{process.args!r} ended with code {process.wait()} before it listened")
        return line
