"""Whole runs of Locust and of the binary called `locust`, with the same files: the same exit code, output and log.

LOCUST_ORACLE is the real Locust. The table is in `command_runs.py`.
"""

import os
import re
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_runs import RUNS, Run

DEADLINE_S = 120
LOG_LINE = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] [^/.]+/(\w+/[\w.]+: .*)")
# What the machine's load brings about.
CHANCE = re.compile(r"CPU usage|open file limit|System open file")


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    stdout: list[str]
    # Level, logger and message of the log; the lines of a mistake. In the file if there is one.
    log: list[str]


def outcome(program: str, run: Run, folder: Path) -> Outcome:
    for name, text in run.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    result = subprocess.run(
        [program, *run.arguments],
        cwd=folder,
        env={**inherited, "HOME": str(folder), **run.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    logfile = folder / "run.log"
    log = log_of(result.stderr, folder) + log_of(logfile.read_text() if logfile.exists() else "", folder)
    return Outcome(result.returncode, result.stdout.splitlines(), log)


def log_of(text: str, folder: Path) -> list[str]:
    lines = []
    for line in text.replace(str(folder), "FOLDER").splitlines():
        found = LOG_LINE.match(line)
        shown = found[1] if found else re.sub(r"^locust(: error)?: ", "", line)
        is_mistake = line.startswith(("locust: error: ", "Could not", "Duplicate", "Did you mean"))
        if (found or is_mistake) and not CHANCE.search(line):
            lines.append(shown)
    return lines


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, tuple["Future[Outcome]", "Future[Outcome]"]]:
    """Of each chosen run Locust's and ours; all are under way at once, as far as there are processors."""
    programs = (
        os.environ["LOCUST_ORACLE"],
        str(Path(os.environ["LOCUST_NEST_BINARY"]).resolve().with_name("locust")),
    )
    pool = ThreadPoolExecutor(os.cpu_count())

    def start(program: str, run: Run) -> "Future[Outcome]":
        return pool.submit(outcome, program, run, tmp_path_factory.mktemp("run"))

    callspecs = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = [spec.params["run_number"] for spec in callspecs if spec and "run_number" in spec.params]
    return {number: (start(programs[0], RUNS[number]), start(programs[1], RUNS[number])) for number in chosen}


@pytest.mark.parametrize("run_number", range(len(RUNS)), ids=[run.words for run in RUNS])
def test_a_run_comes_to_the_same(
    run_number: int, outcomes: dict[int, tuple["Future[Outcome]", "Future[Outcome]"]]
) -> None:
    run = RUNS[run_number]
    theirs, ours = (future.result() for future in outcomes[run_number])
    assert ours.exit_code == theirs.exit_code, ours.log
    assert (ours.stdout == theirs.stdout) != bool(run.stdout_differs), (ours.stdout, theirs.stdout)
    if not run.log_differs:
        assert ours.log == theirs.log
    else:
        assert ours.log != theirs.log, "no difference any more: drop the note"
