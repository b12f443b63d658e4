"""How results are printed: plain tables, and on what they were obtained."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generators import oracle, our_binary


@dataclass(frozen=True)
class Requirement:
    """An upper limit and what was measured."""

    text: str
    measured: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.measured <= self.limit

    def line(self) -> str:
        verdict = "met   " if self.met else "MISSED"
        return f"{verdict}  {self.text}: {self.measured:.4g} {self.unit}(at most {self.limit:.4g})"


def table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: list[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return "  ".join([first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in others])

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return "not available"
    return next(iter((done.stdout + done.stderr).splitlines()), "says nothing")


def busy_percent(window_s: float = 1.0) -> float:
    """How busy all cores together are with other things, before anything of ours runs."""

    def idle_and_total() -> tuple[int, int]:
        ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)

    idle, total = idle_and_total()
    time.sleep(window_s)
    idle_then, total_then = idle_and_total()
    return 100.0 * (1 - (idle_then - idle) / max(total_then - total, 1))


def surroundings() -> str:
    """Machine and versions: without them a figure means nothing."""
    busy = busy_percent()
    warning = "  <- NOT FIT FOR MEASURING: something else is at work here" if busy > 10 else ""
    cpu_info = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.partition(": ")[2] for line in cpu_info.splitlines() if line.startswith("model name")), "?"
    )
    return "\n".join(
        [
            f"date     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"load     {busy:.0f} % busy before the start{warning}",
            f"machine  {os.cpu_count()} cores, {model}, {platform.system()} {platform.release()}",
            f"ours     {first_line(str(our_binary()), '--version')}",
            f"Locust   {first_line(str(oracle()), '--version').partition(' from ')[0]}",
            f"server   {first_line('nginx', '-v')}",
            f"wrk      {first_line('wrk', '-v').partition(' Copyright')[0]}",
        ]
    )


def conclude(requirements: list[Requirement], record: Path | None, figures: dict[str, object]) -> int:
    """Print the verdicts, write the figures down if wanted; the exit code of the benchmark."""
    print()
    for requirement in requirements:
        print(requirement.line())
    if record is not None:
        record.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if all(requirement.met for requirement in requirements) else 1
