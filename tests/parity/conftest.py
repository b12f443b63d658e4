"""Runs the selected cases with both generators on a few threads, while the tests wait for their own."""

from __future__ import annotations

import os
import queue
import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cases import CASES, Case  # noqa: E402
from outcome import Outcome, run  # noqa: E402
from servers import Servers  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


def program(variable: str, default: str) -> list[str]:
    path = Path(os.environ.get(variable, str(REPOSITORY / default))).absolute()
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path} is not there: set {variable} to the program to compare", returncode=4)
    return [str(path)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-retry", action="store_true", help="judge a case that differs by its first run")
    parser.addoption("--jobs", type=int, default=6, help="how many runs to have under way at once")
    parser.addoption(
        "--keep", type=Path, default=None, help="folder for the files of every run, emptied first"
    )


class Runs:
    """The runs of the selected cases: all begun at once on a few threads, single ones again on demand."""

    def __init__(self, cases: list[Case], programs: dict[bool, list[str]], folder: Path, jobs: int) -> None:
        self._programs = programs
        self._folder = folder
        self._servers: queue.Queue[Servers] = queue.Queue()
        for _ in range(jobs):
            self._servers.put(Servers())
        self._pool = ThreadPoolExecutor(jobs)
        self._futures: dict[tuple[str, bool], Future[Outcome]] = {
            (case.name, ours): self._pool.submit(self._run, case, ours, "")
            for case in cases
            for ours in programs
        }

    def pair(self, case: Case) -> tuple[Outcome, Outcome]:
        """What came of the case with Locust and with our program."""
        return self._futures[case.name, False].result(), self._futures[case.name, True].result()

    def pair_alone(self, case: Case) -> tuple[Outcome, Outcome]:
        """The same again, one after the other and with nothing else of the suite under way."""
        wait(self._futures.values())
        return self._run(case, False, "-again"), self._run(case, True, "-again")

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        while not self._servers.empty():
            self._servers.get().close()

    def _run(self, case: Case, ours: bool, suffix: str) -> Outcome:
        servers = self._servers.get()
        try:
            place = (
                self._folder / re.sub(r"[^\w-]+", "-", case.name) / (("ours" if ours else "locust") + suffix)
            )
            return run(case, self._programs[ours], ours, servers, place)
        finally:
            self._servers.put(servers)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    programs = {
        False: program("LOCUST_ORACLE", "build/oracle/bin/locust"),
        True: program("LOCUST_NEST_BINARY", "build/release/bin/locust-nest"),
    }
    parameters = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = {
        callspec.params["case"].name for callspec in parameters if callspec and "case" in callspec.params
    }
    folder: Path | None = request.config.getoption("--keep")
    if folder is None:
        folder = tmp_path_factory.mktemp("parity")
    else:
        folder = folder.absolute()
        shutil.rmtree(folder, ignore_errors=True)
    cases = [case for case in CASES if case.name in chosen]
    all_runs = Runs(cases, programs, folder, request.config.getoption("--jobs"))
    yield all_runs
    all_runs.close()
