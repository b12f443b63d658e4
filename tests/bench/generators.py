"""The load generators that are compared, and what can be measured of their processes from outside."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = Path(__file__).resolve().parent / "models"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
END_S = 60.0
"""How long a generator may take to report and end after SIGTERM."""


class BenchmarkError(Exception):
    """The benchmark could not measure what it is meant to; nothing is known about the requirement."""


def oracle() -> Path:
    return Path(os.environ.get("LOCUST_ORACLE", REPOSITORY / "build/oracle/bin/locust")).absolute()


def our_binary() -> Path:
    return Path(os.environ.get("LOCUST_NEST_BINARY", REPOSITORY / "build/release/bin/locust-nest")).absolute()


@dataclass(frozen=True)
class Generator:
    """A name for the table, and the command, in which {url}, {users} and {seconds} are filled in."""

    name: str
    command: tuple[str, ...]
    ready: str = ""
    """What it says when all users are at work; nothing is awaited if it is silent."""
    end: signal.Signals | None = signal.SIGTERM
    """What makes it end with its report before {seconds} are over; None if nothing does."""
    failures: Callable[[str], int | None] = lambda output: failures_in(output)
    """How many requests failed by its own output, None if it does not say."""

    def fill(self, **values: object) -> list[str]:
        return [part.format(**values) for part in self.command]


def locust_like(name: str, program: Path, model: str, *options: str) -> Generator:
    """Both Locust and this program, with the very same options; further ones and names of user classes follow."""
    load = ["-u", "{users}", "-r", "{users}", "-t", "{seconds}", "-H", "{url}"]
    command = (str(program), "-f", str(MODELS / model), "--headless", "--only-summary", *load, *options)
    return Generator(name, command, ready="All users spawned")


def require(*programs: Path) -> None:
    for path in programs:
        if not os.access(path, os.X_OK):
            raise BenchmarkError(f"{path} is not there (set LOCUST_NEST_BINARY, LOCUST_ORACLE)")


class Run:
    """A generator at work, in a folder of its own; leaving the `with` block kills what is left of it."""

    def __init__(
        self,
        command: list[str],
        core: int | None = None,
        end: signal.Signals | None = signal.SIGTERM,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = command if core is None else ["taskset", "-c", str(core), *command]
        self._folder = tempfile.TemporaryDirectory(prefix="bench-run-")
        self.folder = Path(self._folder.name)
        self._end = end
        self._environment = {**os.environ, **(environment or {})}

    def __enter__(self) -> Run:
        self.begun = time.monotonic()
        self._stdout = open(self.folder / "stdout", "wb")
        self._stderr = open(self.folder / "stderr", "wb")
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._stdout.close()
        self._stderr.close()
        self._folder.cleanup()

    def output(self) -> str:
        return (self.folder / "stdout").read_text() + (self.folder / "stderr").read_text()

    def await_text(self, text: str, limit_s: float) -> float:
        """Wait for `text` in the output; the moment at which it was seen, by the monotonic clock."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if text in self.output():
                return time.monotonic()
            self.check_alive()
            time.sleep(0.01)
        raise BenchmarkError(
            f"no {text!r} within {limit_s:.0f} s from {self.command}\n{self.output()[-2000:]}"
        )

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            code, output = self.process.returncode, self.output()[-3000:]
            raise BenchmarkError(f"{' '.join(self.command)} ended early with code {code}\n{output}")

    def end(self) -> str:
        """Ask it to end (unless it has, or cannot be asked) and return all of its output."""
        if self.process.poll() is None and self._end is not None:
            self.process.send_signal(self._end)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired as error:
            raise BenchmarkError(f"{' '.join(self.command)} did not end within {END_S:.0f} s") from error
        return self.output()

    def cpu_s(self) -> float:
        """User and system time of the process and its descendants, ended threads included."""
        return sum(map(cpu_s_of, self._tree()))

    def rss_bytes(self) -> int:
        total = 0
        for pid in self._tree():
            resident = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
            total += int(resident[1]) * 1024 if resident else 0
        return total

    def _tree(self) -> list[int]:
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    queue += map(int, task.read_text().split())
                except OSError:
                    continue
        return found


def cpu_s_of(pid: int) -> float:
    """User and system time of a process and of the children that it has waited for; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS_PER_S


def aggregated(folder: Path) -> dict[str, str]:
    """The Aggregated row of `out_stats.csv`, which `--csv out` leaves behind, by column."""
    with open(folder / "out_stats.csv", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")


def failures_in(output: str) -> int | None:
    """Failed requests according to the last summary table, None if there is none."""
    rows = re.findall(r"^\s+Aggregated\s+\d+\s+(\d+)\(", output, re.MULTILINE)
    return int(rows[-1]) if rows else None
