"""What is there after a real run, whatever ended it: tables, CSV files, JSON, the HTML page."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import RunNest, StartNest

DEADLINE_S = 60

MODEL = """
from locust import User, constant, task

class Customer(User):
    wait_time = constant(1000)

    @task
    def work(self):
        fire = self.environment.events.request.fire
        for number in range(20):
            fire(request_type="GET", name=f"/{number}", response_time=12.34, response_length=1, exception=None)
        fire(request_type="GET", name="/0", response_time=5, response_length=1, exception=ValueError("why"))
        ENDING
"""

QUIT = "self.environment.runner.quit()"
CSV_FILES = [f"run_{name}.csv" for name in ("exceptions", "failures", "stats", "stats_history")]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path, QUIT)


def write_model(folder: Path, ending: str) -> Path:
    path = folder / "model.py"
    path.write_text(MODEL.replace("ENDING", ending))
    return path


def requests_on(page: Path) -> dict[str, int]:
    """Name to number of requests, as Locust's readers of the page find them; the page is complete."""
    html = page.read_text()
    assert html.startswith("<!DOCTYPE html>") and html.endswith("</html>")
    found = re.search(r"window\.templateArgs = (\{.*\})$", html, re.MULTILINE)
    assert found
    rows = json.loads(found[1])["requests_statistics"]
    return {row["name"]: row["num_requests"] for row in rows}


def rows_of(text: str) -> list[str]:
    return [f"{row['method']} {row['name']} {row['num_requests']}" for row in json.loads(text)]


ALL_ROWS = ["GET /0 2", *(f"GET /{number} 1" for number in range(1, 20))]


def assert_results_are_printed(stderr: str) -> None:
    rows = [line.split() for line in stderr.splitlines()]
    assert any(row[:4] == ["GET", "/0", "2", "1(50.00%)"] for row in rows), stderr
    assert "Response time percentiles (approximated)" in stderr and "Error report" in stderr


def test_json_goes_to_stdout_and_to_a_file_and_the_tables_are_full(nest: RunNest, model: Path) -> None:
    result = nest("-f", "model.py", "--headless", "--only-summary", "--json", "--json-file", "new/folder/out")
    assert result.returncode == 1
    assert rows_of(result.stdout) == ALL_ROWS
    assert (model.parent / "new" / "folder" / "out.json").read_text() == result.stdout.rstrip("\n")
    assert_results_are_printed(result.stderr)


def test_with_json_nothing_of_ours_is_mixed_into_stdout(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    write_model(tmp_path / "models", QUIT)
    result = nest("--headless", "--only-summary", "--json")
    assert rows_of(result.stdout) == ALL_ROWS
    assert "Customer" in result.stderr


def test_the_full_history_has_a_row_for_each_name(nest: RunNest, model: Path) -> None:
    nest("-f", "model.py", "--headless", "--only-summary", "--csv", "run", "--csv-full-history")
    history = (model.parent / "run_stats_history.csv").read_text()
    assert ",GET,/7," in history and ",Aggregated," in history


def test_names_beyond_the_limit_are_one_row_of_every_report(nest: RunNest, model: Path) -> None:
    result = nest(
        "-f", "model.py", "--headless", "--only-summary", "--max-stats-rows", "5", "--json", "--html", "page.html",
        "--csv", "run",
    )  # fmt: skip
    further = " (all further names) 15"
    assert rows_of(result.stdout) == ["GET /0 2", *(f"GET /{number} 1" for number in range(1, 5)), further]
    assert requests_on(model.parent / "page.html")["(all further names)"] == 15
    assert ",(all further names),15,0," in (model.parent / "run_stats.csv").read_text()
    (warning,) = (
        line for line in result.stderr.splitlines() if "(all further names)" in line and "GET /5" in line
    )
    assert "/WARNING/locust.stats: There are 5 names in the statistics." in warning
    assert_results_are_printed(result.stderr)


@pytest.mark.parametrize(
    ("prefix", "path", "reason"),
    [
        ("file/run", "file/run_stats.csv", "Not a directory"),
        ("/proc/none/run", "/proc/none/run_stats.csv", "No such file or directory"),
        ("taken", "taken_failures.csv", "Is a directory"),
    ],
)
def test_csv_files_that_cannot_be_written_are_refused_before_the_run(
    nest: RunNest, model: Path, prefix: str, path: str, reason: str
) -> None:
    (model.parent / "file").touch()
    (model.parent / "taken_failures.csv").mkdir()
    result = nest("-f", "model.py", "--headless", "--csv", prefix)
    assert result.returncode == 1
    assert result.stdout == ""
    started, error = result.stderr.splitlines()
    assert "Starting Locust" in started
    assert error == f"locust-nest: error: argument --csv: cannot write {path}: {reason}"


def test_a_json_file_that_cannot_be_written_costs_nothing_else(nest: RunNest, model: Path) -> None:
    (model.parent / "file").touch()
    result = nest("-f", "model.py", "--headless", "--only-summary", "--json-file", "file/out", "--csv", "run")
    assert result.returncode == 1, "for the failed request"
    errors = [line for line in result.stderr.splitlines() if "/ERROR/" in line]
    assert len(errors) == 1 and errors[0].endswith(": Cannot write file/out.json: Not a directory")
    assert "file/out.json cannot be written now: Not a directory" in result.stderr
    assert_results_are_printed(result.stderr)
    assert_csv_files_are_complete(model.parent)


def assert_csv_files_are_complete(folder: Path) -> None:
    assert sorted(path.name for path in folder.glob("run_*")) == CSV_FILES
    lines = (folder / "run_stats.csv").read_bytes().decode().split("\r\n")
    assert (lines[1][:10], len(lines), lines[-1]) == ("GET,/0,2,1", 23, "")


def test_a_reader_of_stdout_that_has_gone_costs_nothing_else(start_nest: StartNest, model: Path) -> None:
    process = start_nest("-f", "model.py", "--headless", "--only-summary", "--json", "--csv", "run")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    stderr = process.stderr.read()
    assert process.wait(DEADLINE_S) == 1
    errors = [line for line in stderr.splitlines() if "/ERROR/locust.main" in line]
    assert len(errors) == 1 and errors[0].endswith(": Cannot write to stdout: Broken pipe")
    assert_csv_files_are_complete(model.parent)


def test_a_reader_of_everything_that_has_gone_costs_no_file(start_nest: StartNest, model: Path) -> None:
    process = start_nest("-f", "model.py", "--headless", "--json", "--csv", "run", "--json-file", "run_json")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.stderr.close()
    assert process.wait(DEADLINE_S) == 1
    assert rows_of((model.parent / "run_json.json").read_text()) == ALL_ROWS


ENDINGS = {
    "quit": (QUIT, 1),
    "sys.exit in a task": ("__import__('sys').exit(7)", 7),
    "an exception": ("import gevent; gevent.spawn(self.environment.runner.quit); raise ValueError('no')", 1),
    "the run time": ("pass", 1),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_report_is_there_whatever_ends_the_run(nest: RunNest, tmp_path: Path, ending: str) -> None:
    code, exit_code = ENDINGS[ending]
    write_model(tmp_path, code)
    options = ["--html", "run.html", "--json-file", "out", "--csv", "run", "-t", "2"]
    result = nest("-f", "model.py", "--headless", "--only-summary", *options)
    assert result.returncode == exit_code, result.stderr
    assert_every_report_is_complete(tmp_path)
    assert_results_are_printed(result.stderr)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_every_report_is_there_after_a_signal(start_nest: StartNest, tmp_path: Path, number: int) -> None:
    write_model(tmp_path, 'print("ready", flush=True)')
    options = ["--html", "run.html", "--json-file", "out", "--csv", "run"]
    process = start_nest("-f", "model.py", "--headless", "--only-summary", *options)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1, stderr
    assert_every_report_is_complete(tmp_path)
    assert_results_are_printed(stderr)


def assert_every_report_is_complete(folder: Path) -> None:
    requests = requests_on(folder / "run.html")
    assert (requests["/0"], requests["/19"], requests["Aggregated"]) == (2, 1, 21)
    (folder / "run.html").unlink()
    assert rows_of((folder / "out.json").read_text()) == ALL_ROWS
    assert_csv_files_are_complete(folder)
    assert not list(folder.glob(".*")), "nothing is left beside the files"


def test_the_page_is_there_for_listeners_of_quitting_and_has_what_comes_after_it(
    nest: RunNest, tmp_path: Path
) -> None:
    path = write_model(tmp_path, "pass")
    path.write_text(path.read_text() + INTERRUPTED)
    result = nest("-f", "model.py", "--headless", "--html", "page_{u}_{r}_{t}.html")
    assert result.stdout == "quitting: {'Aggregated': 21}\n"
    requests = requests_on(tmp_path / "page_1_1_{t}.html")
    assert (requests["/late"], requests["Aggregated"]) == (1, 22)


# Ctrl-C ends the test while users still run, and a request of theirs ends later.
INTERRUPTED = """
    def on_stop(self):
        self.environment.events.request.fire(request_type="GET", name="/late", response_time=1,
                                             response_length=1, exception=None)

import json, os, re, signal
import gevent
from locust import events

@events.spawning_complete.add_listener
def interrupt(**_):
    gevent.spawn_later(0.5, os.kill, os.getpid(), signal.SIGINT)

@events.quitting.add_listener
def quitting(**_):
    found = re.search(r"window.templateArgs = (.*)", open("page_1_1_{t}.html").read())
    last = json.loads(found[1])["requests_statistics"][-1]
    print("quitting:", {last["name"]: last["num_requests"]})
"""


@pytest.mark.parametrize(("path", "reason"), [("file/run.html", "Not a directory"), (".", "Is a directory")])
def test_a_page_that_cannot_be_written_costs_nothing_else(
    nest: RunNest, model: Path, path: str, reason: str
) -> None:
    (model.parent / "file").touch()
    result = nest("-f", "model.py", "--headless", "--only-summary", "--html", path, "--json-file", "out")
    assert result.returncode == 1, "for the failed request"
    errors = [line for line in result.stderr.splitlines() if "/ERROR/" in line]
    assert len(errors) == 1 and errors[0].endswith(f": Cannot write {path}: {reason}")
    assert f"{path} cannot be written now: {reason}" in result.stderr
    assert_results_are_printed(result.stderr)
    assert rows_of((model.parent / "out.json").read_text()) == ALL_ROWS


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB, on which 8 KB are free."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mount.returncode:
        pytest.skip(f"cannot make a small disk here: {mount.stderr.strip()}")
    try:
        (folder / "ballast").write_bytes(bytes(56 << 10))
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_on_a_full_disk_the_old_file_stays_and_the_rest_is_as_ever(
    nest: RunNest, model: Path, full_disk: Path
) -> None:
    for name in ("out.json", "run.html"):
        (full_disk / name).write_text("old")
    options = ["--json-file", "disk/out", "--html", "disk/run.html"]
    result = nest("-f", "model.py", "--headless", "--only-summary", *options)
    assert result.returncode == 1, "for the failed request"
    errors = [line.partition("locust.main: ")[2] for line in result.stderr.splitlines() if "/ERROR/" in line]
    assert errors == [
        "Cannot write disk/run.html: No space left on device",
        "Cannot write disk/out.json: No space left on device",
    ]
    assert_results_are_printed(result.stderr)
    assert sorted(os.listdir(full_disk)) == ["ballast", "out.json", "run.html"]
    assert {(full_disk / name).read_text() for name in ("out.json", "run.html")} == {"old"}


def test_a_disk_that_is_full_during_the_run_is_one_line(
    nest: RunNest, tmp_path: Path, full_disk: Path
) -> None:
    write_model(
        tmp_path,
        """
        import gevent
        open("disk/more", "wb").write(bytes(4 << 10))
        gevent.sleep(3)
        self.environment.runner.quit()
""".strip(),
    )
    result = nest("-f", "model.py", "--headless", "--only-summary", "--csv", "disk/run")
    assert result.returncode == 1, "for the failed request"
    errors = [line for line in result.stderr.splitlines() if "/ERROR/" in line]
    assert len(errors) == 1, errors
    assert "Cannot write disk/run_" in errors[0] and "No space left on device" in errors[0]
    assert_results_are_printed(result.stderr)
