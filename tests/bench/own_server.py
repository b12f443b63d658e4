"""Servers of our own that are built with the tests, as processes on given cores."""

from __future__ import annotations

import subprocess
import urllib.request
from types import TracebackType
from typing import Self

from generators import BenchmarkError, our_binary


class OwnServer:
    """`with` one of them answers at its `url`: the program of this name, which says its port in a line."""

    def __init__(self, name: str, cores: str, *arguments: str) -> None:
        program = our_binary().with_name(name)
        if not program.exists():
            raise BenchmarkError(f"{program} is not there: build with -DNEST_BUILD_TESTS=ON")
        self._command = ["taskset", "-c", cores, str(program), *arguments]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            body: bytes = answer.read()
        return body
