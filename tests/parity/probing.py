"""Runs a program of probes/ with the Python of Locust and with this program's, both at once, on the same servers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from outcome import Cleaner
from servers import Servers

PROBES = Path(__file__).resolve().parent / "probes"
DEADLINE_S = 90

Found = dict[str, Any]


@dataclass(frozen=True)
class Explained:
    """Why what comes of some cases differs, and what comes of them here."""

    cases: tuple[str, ...]
    """Patterns of their names, as of file names."""
    reason: str
    ours: str
    """Pattern of the line by which `summary` sums up what this program made of each."""

    def concerns(self, case: str) -> bool:
        return any(fnmatch(case, pattern) for pattern in self.cases)


def probe(name: str, program: Path, folder: Path) -> tuple[Found, Found]:
    """What Locust found, and what this program did: the same packages serve both."""
    oracle = Path(os.environ.get("LOCUST_ORACLE", program.parents[2] / "oracle/bin/locust")).absolute().parent
    servers = Servers()
    try:
        commands = {"locust": [oracle / "python"], "ours": [program, "python"]}
        started = {
            engine: start([*command, PROBES / f"{name}.py"], servers, oracle.parent, folder / engine)
            for engine, command in commands.items()
        }
        cleaner = Cleaner(servers, folder)
        locust, ours = (finish(process, cleaner, folder / engine) for engine, process in started.items())
        return locust, ours
    finally:
        servers.close()


def start(command: list[Any], servers: Servers, virtual_env: Path, output: Path) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")},
        "PARITY_PORTS": json.dumps({**servers.faults, **servers.side, "target": servers.port}),
        "PARITY_CERTIFICATE": str(servers.certificate),
        "VIRTUAL_ENV": str(virtual_env),
        "PYTHONWARNINGS": "ignore",
    }
    with output.open("w") as stdout:
        return subprocess.Popen(command, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], cleaner: Cleaner, output: Path) -> Found:
    try:
        _, stderr = process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
    assert process.returncode == 0, stderr[-3000:]
    found: Found = clean(json.loads(output.read_text()), cleaner)
    return found


def clean(found: Any, cleaner: Cleaner) -> Any:
    if isinstance(found, dict):
        return {key: clean(value, cleaner) for key, value in found.items()}
    if isinstance(found, list):
        return [clean(value, cleaner) for value in found]
    return cleaner.line(found) if isinstance(found, str) else found


def compare(
    locust: Found, ours: Found, explained: tuple[Explained, ...], summaries: Mapping[str, str]
) -> list[str]:
    """What is not as it should be, in lines: cases that differ without a reason, reasons without a difference."""
    problems = []
    if locust.keys() != ours.keys():
        problems.append(f"only one of them has {sorted(locust.keys() ^ ours.keys())}")
    for case in sorted(locust.keys() & ours.keys()):
        reasons = [one for one in explained if one.concerns(case)]
        if len(reasons) > 1:
            problems.append(f"{case}: explained {len(reasons)} times")
        elif locust[case] != ours[case] and not reasons:
            problems.append(f"{case}: differs\n    locust {locust[case]}\n    ours   {ours[case]}")
        elif locust[case] == ours[case] and reasons:
            problems.append(f"{case}: agrees, though explained by: {reasons[0].reason}")
        elif reasons and not re.fullmatch(reasons[0].ours, summaries[case], re.DOTALL):
            problems.append(f"{case}: {summaries[case]!r} is not {reasons[0].ours!r}")
    for one in explained:
        for pattern in one.cases:
            if not any(fnmatch(case, pattern) for case in ours):
                problems.append(f"no case is called {pattern}")
    return problems
