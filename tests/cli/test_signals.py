"""A signal in every phase before, during and after the test: one line, the right exit code, no helper left."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from running import StartNest

MODEL = """
import time
from locust import User, constant, events, task
def reached():
    open("reached", "w").close()
{at_import}
class Visitor(User):
    wait_time = constant(0.1)
    @task
    def visit(self):
        self.environment.events.request.fire(
            request_type="GET", name="visit", response_time=1, response_length=1, exception=None, context={})
        {in_task}
"""
HELPER = {"name": "helper", "command": ["sh", "-c", "echo $$ > helper; exec sleep 100"]}
LINES = {signal.SIGINT: "interrupted", signal.SIGTERM: "ended by SIGTERM", signal.SIGHUP: "ended by SIGHUP"}


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 40
    while not path.exists() or (path.name == "helper" and not path.read_text()):
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.02)


def is_alive(process: int) -> bool:
    return os.path.exists(f"/proc/{process}")


@pytest.mark.parametrize("number", LINES)
@pytest.mark.parametrize("at_import", ["reached(); time.sleep(100)", "reached()\nwhile True: pass"])
def test_a_signal_during_an_import_is_one_line(
    start_nest: StartNest, tmp_path: Path, number: signal.Signals, at_import: str
) -> None:
    (tmp_path / "model.py").write_text(MODEL.replace("{at_import}", at_import).replace("{in_task}", ""))
    process = start_nest("-f", "model.py", "--headless")
    wait_for(tmp_path / "reached")
    process.send_signal(number)
    _, text = process.communicate(timeout=40)
    assert process.returncode == 128 + number
    lines = [line for line in text.splitlines() if line and "Importing models" not in line]
    assert lines == [f"locust-nest: {LINES[number]}"]


@pytest.mark.parametrize("number", LINES)
def test_a_signal_while_helpers_start_is_one_line_and_stops_them(
    start_nest: StartNest, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "model.py").write_text(MODEL.replace("{at_import}", "").replace("{in_task}", ""))
    never_ready = {**HELPER, "ready": {"log": "never"}, "timeout": 100}
    (tmp_path / "config.json").write_text(json.dumps({"dependencies": [never_ready]}))
    process = start_nest("-f", "model.py", "--headless", "--config-file", "config.json")
    wait_for(tmp_path / "helper")
    helper = int((tmp_path / "helper").read_text())
    process.send_signal(number)
    _, text = process.communicate(timeout=40)
    assert process.returncode == 128 + number
    assert text.splitlines()[-1] == f"locust-nest: {LINES[number]}"
    assert "Traceback" not in text and "KeyboardInterrupt" not in text
    assert not is_alive(helper)


@pytest.mark.parametrize(
    "numbers",
    [
        [signal.SIGINT],
        [signal.SIGTERM],
        [signal.SIGHUP],
        [signal.SIGINT, signal.SIGINT],
        [signal.SIGTERM, signal.SIGTERM],
    ],
)
def test_signals_during_the_test_leave_complete_results_and_no_helper(
    start_nest: StartNest, tmp_path: Path, numbers: list[signal.Signals]
) -> None:
    # With two signals, the first one waits for a task.
    in_task = "reached()" + ("; time.sleep(100)" if len(numbers) > 1 else "")
    (tmp_path / "model.py").write_text(MODEL.replace("{at_import}", "").replace("{in_task}", in_task))
    (tmp_path / "config.json").write_text(json.dumps({"dependencies": [HELPER]}))
    process = start_nest(
        *("-f", "model.py", "--headless", "--only-summary", "-u", "50", "-r", "1", "--csv", "out"),
        *("--stop-timeout", "100" if len(numbers) > 1 else "0", "--config-file", "config.json"),
    )
    wait_for(tmp_path / "reached")
    helper = int((tmp_path / "helper").read_text())
    process.send_signal(numbers[0])
    deadline = threading.Timer(40, process.kill)
    deadline.start()
    text = ""
    assert process.stderr is not None
    for line in process.stderr:  # to its end: communicate() would not give what has been read ahead
        text += line
        if "Shutting down" in line and len(numbers) > 1:
            process.send_signal(numbers[1])
    deadline.cancel()
    assert process.wait(40) == 0
    for number in {*numbers} - {signal.SIGINT}:
        assert f"Got {number.name} signal" in text
    assert text.count("Response time percentiles") == 1 and "Traceback" not in text
    assert (tmp_path / "out_stats.csv").read_text().splitlines()[1].startswith("GET,visit,")
    assert (tmp_path / "out_stats.csv").read_text().splitlines()[-1].startswith(",Aggregated,")
    assert not is_alive(helper)
