"""The benchmarks of what the project promises, one of them or `all`; docs/measuring.md tells what each measures.

`cpu` is the first part of `suite`. The exit code is 0 if every requirement is met, 1 if one is missed, 2 if something
could not be measured."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import connections
import crowd
import hot_path
import memory
import pacing
import python_thread
import soak
import suite
import threads
import tls
import truth
from generators import BenchmarkError

BENCHMARKS = {
    "suite": suite.benchmark,
    "cpu": suite.baseline,
    "python": python_thread.benchmark,
    "memory": memory.benchmark,
    "crowd": crowd.benchmark,
    "connections": connections.benchmark,
    "truth": truth.benchmark,
    "pacing": pacing.benchmark,
    "soak": soak.benchmark,
    "tls": tls.benchmark,
    "threads": threads.benchmark,
    "profile": hot_path.benchmark,
}
ALL = [name for name in BENCHMARKS if name not in ("cpu", "profile")]
"""`cpu` is in `suite`, and a profile promises nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("benchmark", nargs="?", choices=[*BENCHMARKS, "all"], default="suite")
    parser.add_argument(
        "--quick", action="store_true", help="shorter and fewer rounds: a glance, not a figure to quote"
    )
    parser.add_argument(
        "--rounds", type=int, help="of the suite's gates (5, or 2 if quick), of python (7 or 3)"
    )
    parser.add_argument("--write", action="store_true", help="what the suite measured, to docs/benchmarks.md")
    parser.add_argument(
        "--users",
        type=int,
        help="of the memory and TLS benchmarks (10000), of crowd (100000), of connections (70000)",
    )
    parser.add_argument(
        "--ours-only", action="store_true", help="memory, truth and pacing without Locust beside them"
    )
    parser.add_argument(
        "--instructions", action="store_true", help="of the python benchmark: count them, by valgrind"
    )
    parser.add_argument(
        "--minutes", type=float, help="of a soak with 2000 users, errors, time-outs and large bodies"
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        help="of the program, for the profile: --option=--http-transport=curl",
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    options = parser.parse_args()
    chosen = list(ALL) if options.benchmark == "all" else [options.benchmark]
    worst = 0
    for name in chosen:
        if name != chosen[0]:
            print("\n" + "=" * 100 + "\n")
        try:
            worst = max(worst, BENCHMARKS[name](options))
        except BenchmarkError as error:
            print(f"scripts/bench: {name} could not be measured: {error}", file=sys.stderr)
            worst = 2
    return worst


if __name__ == "__main__":
    sys.exit(main())
