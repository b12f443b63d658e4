"""Runs the tests that hold each fact against a copy of our packages in which the fact is untrue.

A mutant is *killed* if a test fails, or does not end in time. One that *survives* shows a fact that no test
holds. Exits with 1 if any survives, cannot be applied, or breaks more than its fact.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .mutant import PYTHON, ROOT, Mutant, all_mutants

BINARY = os.environ.get("LOCUST_NEST_BINARY", str(ROOT / "build/release/bin/locust-nest"))
DEADLINE_S = 60
TESTS_FAILED = 1


def main() -> int:
    arguments = read_arguments()
    chosen = [mutant for mutant in all_mutants() if named_by(mutant, arguments.only)]
    if not chosen:
        sys.exit("scripts/mutants: no mutant has all these words")
    if arguments.check:
        return check(chosen)
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.topic:10}  {mutant.fact}")
        return 0
    if not arguments.trust and not passes_unchanged(chosen):
        return 1
    with ThreadPoolExecutor(arguments.jobs) as pool:
        return report(list(pool.map(judge, chosen)))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="run those with all these words in topic, fact or file")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many at a time (%(default)s)")
    parser.add_argument("--list", action="store_true", help="only print the facts")
    parser.add_argument("--check", action="store_true", help="only see that each can still be applied")
    parser.add_argument("--trust", action="store_true", help="do not run the tests without a mutant first")
    return parser.parse_args()


def named_by(mutant: Mutant, words: Sequence[str]) -> bool:
    text = f"{mutant.fact} {mutant.file}".lower()
    return all(word == mutant.topic or (len(word) > 1 and word.lower() in text) for word in words)


def check(mutants: Sequence[Mutant]) -> int:
    complaints = []
    for mutant in mutants:
        try:
            for file, source in mutant.mutated_sources().items():
                compile(source, file, "exec")
        except (OSError, SyntaxError, ValueError) as error:
            complaints.append(f"{mutant.topic}: {mutant.fact}\n{error}")
    if complaints:
        print(*complaints, "The place has changed: mend the mutant in tests/mutants/*.diff.", sep="\n")
    return 1 if complaints else 0


def passes_unchanged(mutants: Sequence[Mutant]) -> bool:
    tests = dict.fromkeys(test for mutant in mutants for test in mutant.test_ids())
    tested = run_tests(PYTHON, list(tests), deadline_s=DEADLINE_S * 10)
    if tested.returncode:
        print(tested.stdout, "The tests fail without a mutant: nothing can be shown.", sep="\n")
    return not tested.returncode


def judge(mutant: Mutant) -> tuple[Mutant, str]:
    try:
        sources = mutant.mutated_sources()
    except ValueError as error:
        verdict = f"NOT APPLICABLE: {error}"
    else:
        with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
            packages = Path(folder) / "python"
            # With the compiled files, which saves compiling them all again.
            shutil.copytree(PYTHON, packages)
            for name, source in sources.items():
                file = packages / name
                file.write_text(source)
                for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
                    compiled.unlink()
            verdict = verdict_of(packages, mutant)
    print(f"{verdict.splitlines()[0]:16} {mutant.topic:10} {mutant.fact}", flush=True)
    return mutant, verdict


def verdict_of(packages: Path, mutant: Mutant) -> str:
    try:
        tested = run_tests(packages, mutant.test_ids())
    except subprocess.TimeoutExpired:
        return "killed, late"
    if tested.returncode == TESTS_FAILED:
        return "killed"
    return "SURVIVED" if not tested.returncode else f"BROKEN\n{tested.stdout[-3000:]}"


def run_tests(
    packages: Path, tests: list[str], deadline_s: float = DEADLINE_S
) -> subprocess.CompletedProcess[str]:
    """Raises subprocess.TimeoutExpired."""
    process = subprocess.Popen(
        [BINARY, "python", "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "LOCUST_NEST_PACKAGES": str(packages), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=deadline_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with the runs that the tests have started
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def report(verdicts: Sequence[tuple[Mutant, str]]) -> int:
    bad = [(mutant, verdict) for mutant, verdict in verdicts if not verdict.startswith("killed")]
    for mutant, verdict in bad:
        print(f"\n{verdict}\n  {mutant.topic}: {mutant.fact}\n  {mutant.file}\n  {' '.join(mutant.tests)}")
    print(f"\n{len(verdicts)} mutants, {len(verdicts) - len(bad)} killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
